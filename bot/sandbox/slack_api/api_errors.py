"""How the stand-in says no: with Slack's own error codes."""


class ApiError(Exception):
    """Slack would refuse this call; ``error`` is its code, ``messages`` say where and why."""

    def __init__(self, error: str, messages: tuple[str, ...] = (), **extra_fields: str) -> None:
        """Keep the code, what it comes with, and where it points."""
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.extra_fields = extra_fields
