"""The bot as an operator runs it: a process of its own, configured by its environment."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.error import HTTPError, URLError

from bot.sandbox.process.loopback_server import free_port
from tests.fork_server import RunningProcess, needs_interpreter, spawn_process, start_server
from tests.journeys.stdlib_slack import SIGNING_SECRET, WORKSPACE, Json, post_request

ROOT = Path(__file__).parents[2]
PEPPER = "made-up-pepper-of-more-than-32-characters"


@dataclass
class BotProcess:
    """One bot over the files of *folder*, connected to the Slack at *api_url*.

    ``launcher`` is a command that starts the process, such as one that gives it mounts of its own.
    Without one it is a fork of a process that has done its imports, see :mod:`tests.fork_server`,
    unless it ``needs_new_interpreter``.
    """

    folder: Path
    api_url: str
    port: int = 0
    clock_time: str = ""
    extra_environment: dict[str, str] = field(default_factory=dict)
    launcher: tuple[str, ...] = ()
    process: RunningProcess | None = None
    needs_new_interpreter: bool = False

    @property
    def base_url(self) -> str:
        """The URL at which the bot listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_file(self) -> Path:
        """The embedded database file."""
        return self.folder / "database" / "attune.sqlite"

    @property
    def keys_folder(self) -> Path:
        """The folder of the period keys."""
        return self.folder.resolve() / "keys"

    def build_environment(self) -> dict[str, str]:
        """Return the complete environment of the process."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{self.database_file}",
            "KEYS": str(self.keys_folder),
            "PEPPER": PEPPER,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_BOT_TOKEN": "xoxb-made-up",
            "SLACK_API_URL": self.api_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PACE": "1000",
            "TEST_MODE": "1",
            "TEST_CLOCK": self.clock_time,
            "LOG_LEVEL": "DEBUG",
        }
        return environment | self.extra_environment

    def start(self) -> None:
        """Start the process, and wait until it is ready, has ticked and checked its health."""
        self.port = self.port or free_port()
        with (self.folder / "log").open("ab") as log:
            log_size = log.tell()
            self.process = self.start_process(("web",), self.build_environment(), (log, log))
        deadline = time.monotonic() + 120
        while not (self.count_starts(log_size) and self.is_ready()):
            assert self.process.poll() is None, self.read_log()
            assert time.monotonic() < deadline, self.read_log()
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Return whether `/readyz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=5) as response:  # noqa: S310 - loopback
                return bool(response.status == 200)
        except (URLError, ConnectionError):
            return False

    def count_starts(self, log_start: int = 0) -> int:
        """Return how often a process logged what it serves, after its first tick."""
        return self.read_log(log_start).count('"health.serving"')

    def read_log(self, log_start: int = 0) -> str:
        """Return the log so far, from the byte *log_start* on."""
        log = self.folder / "log"
        if not log.exists():
            return ""
        with log.open("rb") as log_file:
            log_file.seek(log_start)
            return log_file.read().decode()

    def kill(self) -> None:
        """Kill the process at once, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Terminate the process, and wait for it."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=20)

    def move_clock(self, now: str, *, continues: bool = False) -> Json:
        """Move the bot's clock forward to *now*.

        A move that *continues* the last one does not repeat the tick with which that one ended.
        """
        status, answer = post_request(
            f"{self.base_url}/_clock",
            json.dumps({"now": now, "continues": continues}).encode(),
            {"Content-Type": "application/json"},
        )
        assert status == 200, answer
        return answer

    def run_command(self, *arguments: str, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the command line with the same environment."""
        with TemporaryFile() as output, TemporaryFile() as errors:
            environment = self.build_environment() | overrides
            process = self.start_process(arguments, environment, (output, errors))
            status = process.wait(timeout=60)
            texts = [os.pread(file.fileno(), 1 << 20, 0).decode() for file in (output, errors)]
        return subprocess.CompletedProcess(arguments, status, *texts)

    def start_process(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: tuple[IO[bytes], IO[bytes]],
    ) -> RunningProcess:
        """Run `python -m bot`, in a fork unless the claim is about an interpreter's start."""
        launcher = self.launcher if arguments == ("web",) else ()
        if launcher or self.needs_new_interpreter or needs_interpreter(environment):
            return spawn_process("bot", arguments, self.folder, environment, streams, launcher)
        server = start_server("bot.__main__")
        return server.start_process("bot.__main__", arguments, self.folder, environment, streams)

    def declare_team(self, clinician_count: int = 9, extra_lines: str = "") -> None:
        """Declare one team with a supervisor, its clinicians and *extra_lines* of the file."""
        ids = ", ".join(f'"{clinician_id(number)}"' for number in range(clinician_count))
        file = self.folder / "teams.toml"
        file.write_text(
            f'[[team]]\nworkspace = "{WORKSPACE}"\nchannel = "C0OTHER"\nname = "Other"\n'
            f'supervisors = ["U0SUPER"]\nclinicians = [{ids}]\n'
            f'language = "en"\ntimezone = "America/Toronto"\n{extra_lines}\n',
            encoding="utf-8",
        )
        result = self.run_command("team", "apply", str(file))
        assert result.returncode == 0, result.stderr


def clinician_id(number: int) -> str:
    """Return the made-up member id of the clinician of that number."""
    return f"U0CLIN{number:02}"


def fetch_health(port: int, path: str) -> Json:
    """Return the JSON of `/readyz` or `/servez` of the process on *port*, whatever its status."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return dict(json.loads(response.read()))
    except HTTPError as error:
        with error:
            return dict(json.loads(error.read()))
