"""The practice workspace as a visitor starts it: a process of its own in an empty folder."""

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
"""Seconds for a first start, in which months are lived through, on a busy machine."""


@dataclass
class SandboxProcess:
    """One `python -m bot try` over the files of *folder*."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def page_url(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it says that it is ready."""
        self.port = self.port or free_port()
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "try", "--timeout", "30"],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        end = time.monotonic() + START_SECONDS
        while self.page_url not in self.read_output():
            assert self.process.poll() is None, self.read_output()
            assert time.monotonic() < end, self.read_output()
            time.sleep(0.1)

    def read_output(self) -> str:
        """Everything it has told whoever started it."""
        return (self.folder / "said").read_text(encoding="utf-8")

    def stop(self) -> None:
        """Stop it in good order, and wait for it; Ctrl-C is deaf where tests run unattended."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
