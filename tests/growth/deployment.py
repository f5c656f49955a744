"""The processes of one deployment: `web`s, `worker`s, and the stand-in of Slack that they call."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.process.loopback_server import free_port
from tests.bench.targets import wait_for_port
from tests.chat.slack.payloads import SIGNING_SECRET
from tests.fork_server import RunningProcess, spawn_process, start_server
from tests.growth.bot_process import CLOCK_FILE, SHORT_WAITS_FLAG
from tests.growth.shared_clock import SharedClock
from tests.growth.slack_stand_in import StandInAddress
from tests.journeys.botprocess import PEPPER, ROOT

_MODULE = "tests.growth.bot_process"
_IMPORTED_MODULES = (_MODULE, "schedules.delivery.shared_queue_worker")
_START_SECONDS = 120.0


@dataclass(frozen=True)
class DeploymentSize:
    """How many processes there are, and whether a tiny run may shorten waits and imports."""

    web_count: int = 2
    worker_count: int = 3
    pace: float = 3.0
    is_tiny: bool = False

    @property
    def retry_after_seconds(self) -> int:
        """The delay that Slack requests from a clinic that is limited."""
        return 1 if self.is_tiny else 30


@dataclass
class Deployment:
    """A running deployment over one database; ``processes`` are by name, the web ones first."""

    folder: Path
    url: str
    size: DeploymentSize
    clock: SharedClock
    slack: StandInAddress
    web_ports: list[int]
    processes: dict[str, RunningProcess] = field(default_factory=dict)

    @property
    def keys_folder(self) -> Path:
        """The folder of the keys, which all processes share."""
        return self.folder / "keys"

    def control_slack(self, action: str, content: object = None) -> dict[str, Any]:
        """Call the stand-in for *action*, and return its figures."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.slack.api_url}_{action}", data=json.dumps(content).encode()
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - loopback
            return dict(json.loads(response.read()))

    def build_environment(self, name: str, port: int) -> dict[str, str]:
        """Return the environment of the process *name*, which listens on *port*."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PGAPPNAME": name,
            "DATABASE_URL": self.url,
            "KEYS": str(self.keys_folder),
            "PEPPER": PEPPER,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_CLIENT_ID": "111.222",
            "SLACK_CLIENT_SECRET": "made-up-client-secret",
            "BASE_URL": f"http://127.0.0.1:{self.web_ports[0]}",
            "SLACK_API_URL": self.slack.api_url,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WORKER_PORT": "0",
            "PACE": str(self.size.pace),
            "LOG_LEVEL": "INFO",
            CLOCK_FILE: str(self.folder / "clock"),
            SHORT_WAITS_FLAG: "1" if self.size.is_tiny else "",
        }

    def start(self) -> None:
        """Start all processes, and wait until each is ready."""
        for number, port in enumerate(self.web_ports):
            self._start_process(f"web {number + 1}", "web", port)
        for number in range(self.size.worker_count):
            self._start_process(f"worker {number + 1}", "worker", 0)
        deadline = time.monotonic() + _START_SECONDS
        for port in self.web_ports:
            while not _is_ready(port):
                assert time.monotonic() < deadline, self.read_log("web 1")
                time.sleep(0.1)

    def read_log(self, name: str) -> str:
        """Return the log of a process so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def count_log_events(self) -> Counter[str]:
        """Count the lines of all logs by event and error; what is not JSON was for the operator."""
        events: Counter[str] = Counter()
        for name in self.processes:
            for line in self.read_log(name).splitlines():
                if line.startswith("{"):
                    entry = json.loads(line)
                    events[f"{entry['event']} {entry.get('error', '')}".rstrip()] += 1
        return events

    def stop(self) -> None:
        """Terminate all processes, and wait for their ends."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start_process(self, name: str, verb: str, port: int) -> None:
        environment = self.build_environment(name, port)
        with (self.folder / f"{name}.log").open("ab") as log:
            server = start_server(*_IMPORTED_MODULES) if self.size.is_tiny else None
            start = server.start_process if server else spawn_process
            self.processes[name] = start(_MODULE, [verb], self.folder, environment, (log, log))


@contextmanager
def run_stand_in(
    messages_per_second: float, retry_after_seconds: int
) -> Iterator[tuple[StandInAddress, int]]:
    """Run the stand-in of Slack; yield its address and its process id."""
    address = StandInAddress(free_port())
    limits = (str(messages_per_second), str(retry_after_seconds))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.growth.slack_stand_in", str(address.port), *limits],
        cwd=ROOT,
    )
    try:
        wait_for_port(address.port)
        yield address, process.pid
    finally:
        process.kill()
        process.wait()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as response:
            return bool(response.status == 200)
    except OSError:
        return False
