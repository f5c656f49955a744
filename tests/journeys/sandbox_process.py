"""The sandbox as a user starts it: a process of its own in an empty folder."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.process.loopback_server import free_port
from tests.journeys.botprocess import ROOT

START_SECONDS = 240.0
"""Timeout for a first start, which generates months of history, on a busy machine."""


@dataclass
class SandboxProcess:
    """One `python -m bot try` over the files of *folder*."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def page_url(self) -> str:
        """The URL of the sandbox's page."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process, and wait until it prints its URL."""
        self.port = self.port or free_port()
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "try", "--timeout", "30"],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.page_url not in self.read_output():
            assert self.process.poll() is None, self.read_output()
            assert time.monotonic() < deadline, self.read_output()
            time.sleep(0.1)

    def read_output(self) -> str:
        """Return everything the process has printed."""
        return (self.folder / "output").read_text(encoding="utf-8")

    def stop(self) -> None:
        """Stop the process with SIGTERM, and wait; SIGINT is ignored where tests run unattended."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
