"""HTTP server of a worker process, which has no webhook endpoints: health checks and metrics."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from bot.server.web_server import AsgiApp, build_server_config


class _EmbeddedServer(uvicorn.Server):
    """A server for a process that installs its own signal handlers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handler."""
        yield


@asynccontextmanager
async def serve_monitoring(asgi_app: AsgiApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve *asgi_app* on *listener* in a background task inside the block, without its lifespan.

    At the exit of the block open connections are closed without a graceful shutdown.
    """
    server = _EmbeddedServer(build_server_config(asgi_app, runs_lifespan=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)
