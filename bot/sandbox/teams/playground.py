"""Microsoft's Agents Playground: installed once, and served on the loopback interface only."""

import asyncio
import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.process.loopback_server import LOOPBACK_HOST
from bot.sandbox.process.subprocess import ChildProcess, is_reachable

AGENTS_FOLDER = Path(__file__).parent / "agents"
"""The npm lock file with the pinned version, and the module that restricts it to loopback."""

_PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")
_CLI_PATH = Path("node_modules/@microsoft/m365agentsplayground/cli.js")
_START_TIMEOUT_SECONDS, _POLL_SECONDS = 60.0, 0.2


class NodeMissingError(Exception):
    """Exception raised when Node.js or npm is not installed."""


class PlaygroundFailedError(Exception):
    """Exception raised when the installation fails or the server is not ready before a timeout."""


def fetch_playground(folder: Path) -> Path:
    """Install the Playground into *folder*, see :func:`install_packages`."""
    return install_packages(AGENTS_FOLDER, folder)


def install_packages(lock_folder: Path, folder: Path) -> Path:
    """Install what *lock_folder* pins into *folder* with ``npm ci``, and return *folder*.

    Nothing is installed while the digest of the lock file equals the digest of the last
    installation, and processes install one after the other. Raises NodeMissingError or
    PlaygroundFailedError.
    """
    import fcntl  # noqa: PLC0415 - POSIX only, and not needed outside of the sandbox

    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NodeMissingError
    lock_digest = hashlib.sha256((lock_folder / "package-lock.json").read_bytes()).hexdigest()
    digest_file = folder / "fetched"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "installing").open("w", encoding="utf-8") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if digest_file.exists() and digest_file.read_text(encoding="utf-8") == lock_digest:
            return folder
        for name in _PACKAGE_FILES:
            shutil.copy(lock_folder / name, folder / name)
        if subprocess.run((npm, "ci"), cwd=folder, capture_output=True, check=False).returncode:  # noqa: S603 - npm itself, located above
            raise PlaygroundFailedError
        digest_file.write_text(lock_digest, encoding="utf-8")
    return folder


class Playground(ChildProcess):
    """A Playground process connected to the bot at *bot_url*.

    Telemetry to Microsoft is disabled. Its configuration and log files are in *folder*.
    """

    def __init__(self, program_folder: Path, folder: Path, port: int, bot_url: str) -> None:
        """Configure the process: the program of *program_folder*, served on the loopback *port*."""
        super().__init__()
        self.url = f"http://{LOOPBACK_HOST}:{port}"
        self.log_file = folder / "playground.log"
        self._folder = folder
        self._arguments = (
            *(
                "--require",
                str(AGENTS_FOLDER / "loopback.cjs"),
                str(program_folder / _CLI_PATH),
                "start",
            ),
            *("--app-endpoint", f"{bot_url}/api/messages", "--channel-id", "msteams"),
            *("--port", str(port), "--service-url", f"{self.url}/_connector"),
            "--disable-telemetry",
        )

    async def start(self, config: Mapping[str, Any]) -> None:
        """Start the process with the JSON *config*, and poll until its page has a response.

        Raises NodeMissingError without Node.js, PlaygroundFailedError on an exit or a timeout.
        """
        node = shutil.which("node")
        if node is None:
            raise NodeMissingError
        config_file = self._folder / "playground.json"
        config_file.write_text(json.dumps(config), encoding="utf-8")
        environment = {
            "PATH": str(Path(node).parent),
            "TEAMSAPPTESTER_BROWSER": "none",
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(config_file),
            "M365_AGENTS_PLAYGROUND_LOGFILE": str(self._folder / "playground-server.log"),
        }
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                node, *self._arguments, cwd=self._folder, env=environment, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await self._wait_until_ready(self._process)
        except TimeoutError:
            raise PlaygroundFailedError from None

    async def _wait_until_ready(self, process: asyncio.subprocess.Process) -> None:
        """Poll the page until its response has status 200; raise on an early exit."""
        async with aiohttp.ClientSession() as session:
            while not await is_reachable(session, self.url):
                if process.returncode is not None:
                    raise PlaygroundFailedError
                await asyncio.sleep(_POLL_SECONDS)
