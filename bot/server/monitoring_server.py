"""HTTP server of a process that receives no requests of people: health checks and metrics."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from bot.server.web_server import AsgiApp, build_server_config


class _EmbeddedServer(uvicorn.Server):
    """A server inside a process that handles its signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handler."""
        yield


@asynccontextmanager
async def serve_monitoring(asgi_app: AsgiApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve *asgi_app* on *listener* inside the block; its lifespan is not run."""
    server = _EmbeddedServer(build_server_config(asgi_app, runs_lifespan=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)
