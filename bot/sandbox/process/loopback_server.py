"""Serves the workspace on a loopback port, for ``try`` and for tests alike."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bot.content.catalogue import Words
from bot.sandbox.slack_api.web_api import Keys
from bot.sandbox.web.server import door
from bot.sandbox.workspace.clock import PracticeClock
from bot.sandbox.workspace.engine import Engine, Practice
from bot.sandbox.workspace.personas import CAST, Cast

HOST = "127.0.0.1"
_POLL, _TICK = 0.01, 0.1


def listen(port: int = 0) -> socket.socket:
    """Listen on a loopback port; on any free one for 0. OSError where it is taken."""
    return socket.create_server((HOST, port))


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with listen() as probe:
        port: int = probe.getsockname()[1]
    return port


def address(listening: socket.socket) -> str:
    """Return the address of a listening socket, without a slash at its end."""
    return f"http://{HOST}:{listening.getsockname()[1]}"


def keys() -> Keys:
    """Return made-up secrets, new each time."""
    return Keys(
        secrets.token_hex(16),
        f"xoxb-practice-{secrets.token_hex(12)}",
        f"xapp-practice-{secrets.token_hex(12)}",
    )


class _Quiet(uvicorn.Server):
    """A server that leaves signals to whoever started it, and stops at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told = asyncio.Event()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), _TICK)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - as the base class has it
        yield


async def _started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    while not (server.started or task.done()):  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(_POLL)


@asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    """Serve *app* on a listening socket for as long as the context is open."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await _started(server, task)
    try:
        yield
    finally:
        server.should_exit = True
        server.told.set()
        await task


@asynccontextmanager
async def practising(  # noqa: PLR0913 - each is a choice of a test's own
    words: Words,
    bot: str,
    *,
    opened: Keys | None = None,
    cast: Cast = CAST,
    now: datetime | None = None,
    manifest: Mapping[str, Any] | None = None,
    file: Path | None = None,
    listening: socket.socket | None = None,
) -> AsyncIterator[Engine]:
    """Run a workspace for the bot at the address *bot*, and give its engine.

    The bot's ``SLACK_API_URL`` is ``engine.api_url``; its secrets are ``engine.practice.keys``.
    """
    door_socket = listening or listen()
    practice = Practice(
        bot=bot,
        slack=address(door_socket),
        keys=opened or keys(),
        words=words,
        cast=cast,
        clock=PracticeClock(now) if now else None,
        manifest=manifest or {},
        file=file,
    )
    engine = Engine(practice)
    async with serving(door(engine), door_socket):
        yield engine
