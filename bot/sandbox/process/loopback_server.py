"""HTTP server of the sandbox on a loopback port, for ``make try`` and for tests."""

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

from bot.content.catalogue import LanguagePack
from bot.sandbox.slack_api.signed_requests import RESPONSE_TIMEOUT_SECONDS
from bot.sandbox.slack_api.web_api import SlackCredentials
from bot.sandbox.web.server import build_app
from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.engine import SandboxConfig, SandboxEngine
from bot.sandbox.workspace.personas import SAMPLE_PRACTICE, SamplePractice

LOOPBACK_HOST = "127.0.0.1"
_POLL_SECONDS, _TICK_SECONDS = 0.01, 0.1


def listen_on_port(port: int = 0) -> socket.socket:
    """Return a listening loopback socket; port 0 selects a free port. Raises OSError."""
    return socket.create_server((LOOPBACK_HOST, port))


def free_port() -> int:
    """Return a port that was free when it was probed."""
    with listen_on_port() as probe:
        port: int = probe.getsockname()[1]
    return port


def suggest_port(port: int) -> int:
    """Return a free port for the place of *port*: ten higher, or any where that is not free."""
    try:
        with listen_on_port(port + 10):
            return port + 10
    except (OSError, OverflowError):
        return free_port()


def page_address(port: int) -> str:
    """Return the address of a page on *port*, as a person types it."""
    return f"http://{LOOPBACK_HOST}:{port}"


def listener_url(listener: socket.socket) -> str:
    """Return the base URL of a listening socket, without a trailing slash."""
    return page_address(listener.getsockname()[1])


def generate_credentials() -> SlackCredentials:
    """Generate random tokens and a random signing secret for a sandbox workspace."""
    return SlackCredentials(
        secrets.token_hex(16),
        f"xoxb-practice-{secrets.token_hex(12)}",
        f"xapp-practice-{secrets.token_hex(12)}",
    )


class _EmbeddedServer(uvicorn.Server):
    """A server without signal handlers, which stops on an event instead of on its next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop_event = asyncio.Event()

    async def main_loop(self) -> None:
        """Run the base class's ticks, with a wait on the stop event as the interval."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop_event.wait(), _TICK_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - as in the base class
        """Install no signal handler: signals cancel the task of the process that embeds it."""
        yield


async def _wait_until_started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    """Poll until the server accepts requests or its task has failed."""
    while not (server.started or task.done()):  # noqa: ASYNC110 - the server offers no event
        await asyncio.sleep(_POLL_SECONDS)


@asynccontextmanager
async def serve_app(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve *app* on a listening socket in a task of the current event loop.

    The server stops when the context is closed; open connections get one second.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = _EmbeddedServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await _wait_until_started(server, task)
    try:
        yield
    finally:
        server.should_exit = True
        server.stop_event.set()
        await task


@asynccontextmanager
async def run_workspace(  # noqa: PLR0913 - each is an option of some test
    words: LanguagePack,
    bot_url: str,
    *,
    credentials: SlackCredentials | None = None,
    sample_practice: SamplePractice = SAMPLE_PRACTICE,
    now: datetime | None = None,
    manifest: Mapping[str, Any] | None = None,
    state_file: Path | None = None,
    listener: socket.socket | None = None,
    response_timeout_seconds: float = RESPONSE_TIMEOUT_SECONDS,
) -> AsyncIterator[SandboxEngine]:
    """Serve a sandbox workspace for the bot at *bot_url*, and yield its engine.

    The bot's ``SLACK_API_URL`` is ``engine.api_url``; its tokens and its signing secret are
    ``engine.config.credentials``. By default the credentials are random, the port is free,
    the clock is the machine's, and no state is saved.
    """
    server_socket = listener or listen_on_port()
    config = SandboxConfig(
        bot_url=bot_url,
        slack_url=listener_url(server_socket),
        credentials=credentials or generate_credentials(),
        words=words,
        sample_practice=sample_practice,
        clock=SandboxClock(now) if now else None,
        manifest=manifest or {},
        state_file=state_file,
        response_timeout_seconds=response_timeout_seconds,
    )
    engine = SandboxEngine(config)
    async with serve_app(build_app(engine), server_socket):
        yield engine
