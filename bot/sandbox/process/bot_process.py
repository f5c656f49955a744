"""The bot's process: a child process configured by its environment variables alone."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import aiohttp

from bot.sandbox.process.data_folder import record_process_id
from bot.sandbox.process.loopback_server import LOOPBACK_HOST
from bot.sandbox.process.subprocess import ChildProcess, is_reachable
from bot.sandbox.slack_api.web_api import SlackCredentials

PROJECT_ROOT = Path(__file__).parents[3]
"""The project's root folder, which contains the package ``bot``."""

_START_TIMEOUT_SECONDS, _POLL_SECONDS = 60.0, 0.1


class BotFailedError(Exception):
    """Raised when the bot's process exits unexpectedly or is not ready before the timeout."""


class BotProcess(ChildProcess):
    """A bot process with its database, log file and working directory in *folder*.

    Its environment inherits no variable of the operator: the tokens of a real workspace, in
    the environment or in `.env`, never reach a sandbox bot.
    """

    def __init__(
        self, folder: Path, port: int, pepper: str, product_settings: Mapping[str, str]
    ) -> None:
        """Configure the bot to listen on *port*; *product_settings* are those of Slack or Teams."""
        super().__init__()
        self.url = f"http://{LOOPBACK_HOST}:{port}"
        self.log_file = folder / "bot.log"
        self._folder = folder
        self._environment = {
            "PYTHONPATH": str(PROJECT_ROOT),
            "PYTHONUTF8": "1",
            "DATABASE_URL": f"sqlite:///{(folder / 'database/attune.sqlite').resolve()}",
            "KEYS": str((folder / "keys").resolve()),
            "PEPPER": pepper,
            "HOST": LOOPBACK_HOST,
            "PORT": str(port),
            "PACE": "1000",
            "TEST_MODE": "1",
            **product_settings,
        }

    async def run_command(self, *arguments: str, now: datetime | None = None) -> str:
        """Run another command of ``python -m bot`` at *now*; return its standard output.

        Raises BotFailedError for an exit status other than 0.
        """
        environment = self._environment | ({"TEST_CLOCK": now.isoformat()} if now else {})
        process = await self._spawn_process(arguments, environment, asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        if process.returncode:
            raise BotFailedError(arguments[0])
        return output.decode()

    async def start(self, now: datetime, lock_fd: int) -> None:
        """Start the web process with its clock at *now*, and poll until it is ready.

        *lock_fd* is the descriptor of the folder's lock file, which the process inherits, so
        that the lock lasts as long as the bot runs. The process id is written into that file.
        Raises BotFailedError on an exit or a timeout.
        """
        environment = {**self._environment, "TEST_CLOCK": now.isoformat()}
        self._process = await self._spawn_process(("web",), environment, None, lock_fd)
        record_process_id(lock_fd, self._process.pid)
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await self._wait_until_ready()
        except TimeoutError:
            raise BotFailedError("readyz") from None

    async def _wait_until_ready(self) -> None:
        """Poll ``/readyz`` until its response has status 200; raise on an early exit."""
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
        """Spawn ``python -m bot`` in a session of its own, with its stderr in the log file.

        The separate session prevents the terminal's SIGINT from reaching the bot, which is
        stopped by its parent. *stdout* defaults to the log file.
        """
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
    """Return the environment variables of a bot whose Slack API is at the URL *slack_url*.

    *language* is the language of its manifest, and so of the list of commands.
    """
    return {
        "LANG": language,
        "SLACK_SIGNING_SECRET": credentials.signing_secret,
        "SLACK_BOT_TOKEN": credentials.bot_token,
        "SLACK_API_URL": f"{slack_url}/api/",
    }
