"""The bot, running beside the workspace in a process of its own, told by its environment alone."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import aiohttp

from bot.sandbox.process.loopback_server import LOOPBACK_HOST
from bot.sandbox.process.subprocess import ChildProcess, is_reachable
from bot.sandbox.slack_api.web_api import SlackCredentials

PROJECT_ROOT = Path(__file__).parents[3]
"""Where the project lies."""

_START_TIMEOUT_SECONDS, _POLL_SECONDS = 60.0, 0.1


class BotFailedError(Exception):
    """The bot did what nobody asked for: it ended, or never became ready."""


class BotProcess(ChildProcess):
    """One bot over the files of *folder*.

    Its environment holds nothing of the operator's own: a real workspace's tokens, in the
    environment or in `.env`, never reach a bot that is only being tried.
    """

    def __init__(
        self, folder: Path, port: int, pepper: str, product_settings: Mapping[str, str]
    ) -> None:
        """Let the bot listen on *port* for the *product* that its settings tell of."""
        super().__init__()
        self.url = f"http://{LOOPBACK_HOST}:{port}"
        self.log_file = folder / "bot.log"
        self._folder = folder
        self._environment = {
            "PYTHONPATH": str(PROJECT_ROOT),
            "PYTHONUTF8": "1",
            "DATABASE_URL": f"sqlite:///{(folder / 'attune.sqlite').resolve()}",
            "PEPPER": pepper,
            "HOST": LOOPBACK_HOST,
            "PORT": str(port),
            "PACE": "1000",
            "TEST_MODE": "1",
            **product_settings,
        }

    async def run_command(self, *arguments: str, now: datetime | None = None) -> str:
        """Run another verb of the command line at *now*, and return what it prints."""
        told = self._environment | ({"TEST_CLOCK": now.isoformat()} if now else {})
        process = await self._spawn_process(arguments, told, asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        if process.returncode:
            raise BotFailedError(arguments[0])
        return said.decode()

    async def start(self, now: datetime, lock_fd: int) -> None:
        """Start with the clock at *now*, and wait until people can be served.

        *held* is an open file that stays open for as long as the bot runs.
        """
        told = {**self._environment, "TEST_CLOCK": now.isoformat()}
        self._process = await self._spawn_process(("web",), told, None, lock_fd)
        os.pwrite(lock_fd, str(self._process.pid).encode(), 0)
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await self._wait_until_ready()
        except TimeoutError:
            raise BotFailedError("readyz") from None

    async def _wait_until_ready(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not await is_reachable(session, f"{self.url}/readyz"):
                if self._process is not None and self._process.returncode is not None:
                    raise BotFailedError("web")
                await asyncio.sleep(_POLL_SECONDS)

    async def _spawn_process(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        stdout: int | None,
        *inherited_fds: int,
    ) -> asyncio.subprocess.Process:
        with self.log_file.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *arguments,
                cwd=self._folder,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                pass_fds=inherited_fds,
                start_new_session=True,
            )  # fmt: skip


def slack_settings(slack_url: str, credentials: SlackCredentials, language: str) -> dict[str, str]:
    """Return the settings of a bot that calls the Slack at the address *slack*.

    Its manifest, and so the list of commands, is told in *language*.
    """
    return {
        "LANG": language,
        "SLACK_SIGNING_SECRET": credentials.signing_secret,
        "SLACK_BOT_TOKEN": credentials.bot_token,
        "SLACK_API_URL": f"{slack_url}/api/",
    }
