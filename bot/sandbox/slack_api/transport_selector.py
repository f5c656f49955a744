"""Selection of the transport to the bot: HTTP requests or a WebSocket connection."""

from bot.sandbox.slack_api.signed_requests import BotTransport


class TransportSelector:
    """Selects the transport to the bot: its open WebSocket connection, else HTTP requests."""

    def __init__(self, http_transport: BotTransport) -> None:
        """Use *http_transport* while no socket connection is open."""
        self.http_transport = http_transport
        self.socket_connection: BotTransport | None = None

    @property
    def current_transport(self) -> BotTransport:
        """The transport to use for the next request."""
        return self.socket_connection or self.http_transport
