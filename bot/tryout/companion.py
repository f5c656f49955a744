"""The bot, running beside the workspace in a process of its own, told by its environment alone."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import aiohttp

from bot.tryout.harness import HOST
from bot.tryout.webapi import Keys

ROOT = Path(__file__).parents[2]
"""Where the project lies."""

_PATIENCE, _POLL, _STOPS = 60.0, 0.1, 10.0
_WELL = 200


class BotFailedError(Exception):
    """The bot did what nobody asked for: it ended, or never became ready."""


class Companion:
    """One bot over the files of *folder*.

    Its environment holds nothing of the operator's own: a real workspace's tokens, in the
    environment or in `.env`, never reach a bot that is only being tried.
    """

    def __init__(self, folder: Path, port: int, pepper: str, product: Mapping[str, str]) -> None:
        """Let the bot listen on *port* for the *product* that its settings tell of."""
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "bot.log"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._told = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "DATABASE_URL": f"sqlite:///{(folder / 'attune.sqlite').resolve()}",
            "PEPPER": pepper,
            "HOST": HOST,
            "PORT": str(port),
            "PACE": "1000",
            "TEST_MODE": "1",
            **product,
        }

    async def verb(self, *arguments: str, now: datetime | None = None) -> str:
        """Run another verb of the command line at *now*, and return what it prints."""
        told = self._told | ({"TEST_CLOCK": now.isoformat()} if now else {})
        process = await self._spawned(arguments, told, asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        if process.returncode:
            raise BotFailedError(arguments[0])
        return said.decode()

    async def start(self, now: datetime, held: int) -> None:
        """Start with the clock at *now*, and wait until people can be served.

        *held* is an open file that stays open for as long as the bot runs.
        """
        told = {**self._told, "TEST_CLOCK": now.isoformat()}
        self._process = await self._spawned(("web",), told, None, held)
        os.pwrite(held, str(self._process.pid).encode(), 0)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._ready()
        except TimeoutError:
            raise BotFailedError("readyz") from None

    async def stop(self) -> None:
        """Ask the bot to end, and wait for it."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOPS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def ended(self) -> None:
        """Wait until the bot ends by itself, which it never should."""
        if self._process is not None:
            await self._process.wait()

    async def _ready(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not await _is_ready(session, self.url):
                if self._process is not None and self._process.returncode is not None:
                    raise BotFailedError("web")
                await asyncio.sleep(_POLL)

    async def _spawned(
        self,
        arguments: tuple[str, ...],
        told: Mapping[str, str],
        out: int | None,
        *held: int,
    ) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *arguments,
                cwd=self._folder,
                env=dict(told),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out or log,
                stderr=log,
                pass_fds=held,
                start_new_session=True,
            )  # fmt: skip


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == _WELL
    except aiohttp.ClientError:
        return False


def of_slack(slack: str, keys: Keys, language: str) -> dict[str, str]:
    """Return the settings of a bot that calls the Slack at the address *slack*.

    Its manifest, and so the list of commands, is told in *language*.
    """
    return {
        "LANG": language,
        "SLACK_SIGNING_SECRET": keys.signing_secret,
        "SLACK_BOT_TOKEN": keys.bot_token,
        "SLACK_API_URL": f"{slack}/api/",
    }


class HeldError(Exception):
    """A practice already runs over this folder; ``process`` is its bot's number, if known."""

    def __init__(self, process: str) -> None:
        """Keep the number."""
        super().__init__(process)
        self.process = process


def hold(file: Path) -> int:
    """Hold *file* for oneself, and for the bot that will inherit it.

    Raises HeldError while another practice, or a bot that outlived one, still holds it.
    """
    import fcntl  # noqa: PLC0415 - only where `make` runs, and only when somebody tries the bot

    opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(opened, 20, 0).decode().strip()
        os.close(opened)
        raise HeldError(process) from None
    os.ftruncate(opened, 0)
    return opened
