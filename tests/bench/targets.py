"""Targets of the load: floors and bots, each a process of its own on a loopback port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection

from bot.sandbox.process.loopback_server import free_port
from tests.bench.seeding import NOW
from tests.chat.slack import payloads
from tests.journeys.botprocess import ROOT, BotProcess

_START_SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """A process that answers on a loopback port."""

    name: str
    port: int
    pid: int

    def read_cpu_seconds(self) -> float:
        """Return the processor time of all its threads so far, ended ones included."""
        return read_cpu_seconds(self.pid)


def read_cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, to the nanosecond.

    The clock of a process is numbered as Linux does (``MAKE_PROCESS_CPUCLOCK``), by its id.
    """
    return time.clock_gettime((~pid << 3) | 2)


def read_resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def spawn_floor(name: str, port: int, api_url: str) -> subprocess.Popen[bytes]:
    """Start the process of a floor, without waiting until it answers."""
    command = [sys.executable, "-m", "tests.bench.floors", name, str(port), api_url]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


@contextmanager
def run_floor(name: str, api_url: str) -> Iterator[Target]:
    """Run a floor for as long as the block runs."""
    port = free_port()
    process = spawn_floor(name, port, api_url)
    try:
        wait_for_port(port)
        yield Target(name, port, process.pid)
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int) -> None:
    """Wait until a process accepts connections on *port*."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, port
            time.sleep(0.01)
        else:
            return


def build_bot(
    folder: Path, api_url: str, database_url: str = "", *, forks: bool = False, **environment: str
) -> BotProcess:
    """Return a bot over the files of *folder*, which is not yet started.

    It runs as in production, but for a clock of its own: at the default level of the log, and
    signed requests as the floors accept them.
    """
    settings = {
        "SLACK_SIGNING_SECRET": payloads.SIGNING_SECRET,
        "LOG_LEVEL": "INFO",
        **({"DATABASE_URL": database_url} if database_url else {}),
        **environment,
    }
    return BotProcess(
        folder,
        api_url,
        clock_time=NOW.isoformat(),
        extra_environment=settings,
        needs_new_interpreter=not forks,
    )


@contextmanager
def run_bot(name: str, bot: BotProcess) -> Iterator[Target]:
    """Run *bot* for as long as the block runs."""
    bot.start()
    assert bot.process is not None
    try:
        yield Target(name, bot.port, bot.process.pid)
    finally:
        bot.stop()
