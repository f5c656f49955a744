"""The exception behind every error response of the emulated Web API."""


class ApiError(Exception):
    """A call that Slack would reject: its error code, and one message per fault.

    ``extra_fields`` are further fields of the response body, such as ``needed`` for a scope.
    """

    def __init__(self, error: str, messages: tuple[str, ...] = (), **extra_fields: str) -> None:
        """Store the error code, the fault messages and the extra response fields."""
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.extra_fields = extra_fields
