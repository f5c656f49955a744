"""How the stand-in says no: with Slack's own error codes."""


class RefusedError(Exception):
    """Slack would refuse this call; ``error`` is its code, ``messages`` say where and why."""

    def __init__(self, error: str, messages: tuple[str, ...] = (), **facts: str) -> None:
        """Keep the code, what it comes with, and where it points."""
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.facts = facts
