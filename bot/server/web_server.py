"""The HTTP server of a process: its listening socket, its configuration and its shutdown."""

import errno
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

from bot.server.connection_limits import LimitedHttpProtocol
from bot.server.process_stop import CONNECTION_DRAIN_SECONDS, ProcessStop

AsgiApp = Callable[..., Awaitable[None]]
"""An ASGI application, which an HTTP framework builds."""

BACKLOG = 2048
"""Maximum connections that the operating system queues until the event loop accepts them."""


class ListenError(Exception):
    """The listening socket cannot be bound; ``is_in_use`` if another process listens there.

    ``reason`` is the operating system's own sentence.
    """

    def __init__(self, error: OSError) -> None:
        """Classify *error* by its error number."""
        super().__init__(error.strerror)
        self.reason = error.strerror or type(error).__name__
        self.is_in_use = error.errno == errno.EADDRINUSE


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host*, a name or an address of IPv4 or IPv6.

    ``::`` means all addresses of both families where the system supports that. Raises
    :class:`ListenError`.
    """
    try:
        family, _type, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(
            address[:2],
            family=family,
            backlog=BACKLOG,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise ListenError(error) from error


def build_server_config(app: AsgiApp, *, runs_lifespan: bool) -> uvicorn.Config:
    """Return uvicorn's configuration of the bot's servers: limited requests, no access log."""
    return uvicorn.Config(
        app,
        http=LimitedHttpProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on" if runs_lifespan else "off",
        timeout_graceful_shutdown=CONNECTION_DRAIN_SECONDS,
    )


async def serve_requests(
    app: AsgiApp,
    listener: socket.socket,
    begin_stop: Callable[[], None],
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve *app* on *listener* until a stop signal; *begin_stop* is called at the first one.

    *on_listening* is called once requests are accepted. Responses in progress are sent, for at
    most :data:`bot.server.process_stop.CONNECTION_DRAIN_SECONDS`, then the lifespan of *app* ends.
    """
    config = build_server_config(app, runs_lifespan=True)
    server = _Server(config, ProcessStop(begin_stop), on_listening)
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, stop: ProcessStop, on_listening: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._stop = stop
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stop.handle_signal(sig)
        super().handle_exit(sig, frame)
