"""Microsoft's Agents Playground: fetched once, and run on this machine alone."""

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
"""The Playground's pinned version, and what keeps it to this machine."""

_PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")
_CLI_PATH = Path("node_modules/@microsoft/m365agentsplayground/cli.js")
_START_TIMEOUT_SECONDS, _POLL_SECONDS = 60.0, 0.2


class NodeMissingError(Exception):
    """Node.js, or its package manager, is not on this machine."""


class PlaygroundFailedError(Exception):
    """The Playground could not be fetched, or never became ready."""


def fetch_playground(folder: Path) -> Path:
    """Return the folder that holds the Playground, fetched where it is not there yet.

    Raises NodeMissingError or PlaygroundFailedError.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NodeMissingError
    wanted = hashlib.sha256((AGENTS_FOLDER / "package-lock.json").read_bytes()).hexdigest()
    done = folder / "fetched"
    if not (done.exists() and done.read_text(encoding="utf-8") == wanted):
        folder.mkdir(parents=True, exist_ok=True)
        for name in _PACKAGE_FILES:
            shutil.copy(AGENTS_FOLDER / name, folder / name)
        if subprocess.run((npm, "ci"), cwd=folder, capture_output=True, check=False).returncode:  # noqa: S603 - npm itself, found above
            raise PlaygroundFailedError
        done.write_text(wanted, encoding="utf-8")
    return folder


class Playground(ChildProcess):
    """One Playground before the bot at *door*, for the people that *config* tells of.

    It sends nothing to Microsoft about its use. What it writes is in *folder*.
    """

    def __init__(self, program_folder: Path, folder: Path, port: int, bot_url: str) -> None:
        """Run the one in *program* on *port* of this machine."""
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
        """Start it, and wait until its page can be opened."""
        node = shutil.which("node")
        if node is None:
            raise NodeMissingError
        people = self._folder / "playground.json"
        people.write_text(json.dumps(config), encoding="utf-8")
        told = {
            "PATH": str(Path(node).parent),
            "TEAMSAPPTESTER_BROWSER": "none",
            "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(people),
            "M365_AGENTS_PLAYGROUND_LOGFILE": str(self._folder / "playground-server.log"),
        }
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                node, *self._arguments, cwd=self._folder, env=told, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await self._wait_until_ready(self._process)
        except TimeoutError:
            raise PlaygroundFailedError from None

    async def _wait_until_ready(self, process: asyncio.subprocess.Process) -> None:
        async with aiohttp.ClientSession() as session:
            while not await is_reachable(session, self.url):
                if process.returncode is not None:
                    raise PlaygroundFailedError
                await asyncio.sleep(_POLL_SECONDS)
