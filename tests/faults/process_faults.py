"""Faults of the process: killed, stopped, terminated and paused."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.deployment import Deployment
from tests.faults.environments import CLOCK_FILE
from tests.faults.fault import Fault, Injection

_CLOCK_READ_SECONDS = 1.1
"""After it the process does not use an earlier content of the file with its clock."""


@contextmanager
def kill_process(deployment: Deployment) -> Iterator[None]:
    """Kill the bot as a power cut would, and start it again afterwards."""
    deployment.bot.kill()
    yield
    deployment.bot.start()


@contextmanager
def terminate_process(deployment: Deployment) -> Iterator[None]:
    """Terminate the bot as a deployment does, and start it again afterwards."""
    deployment.bot.stop()
    yield
    deployment.bot.start()


@contextmanager
def pause_process(deployment: Deployment) -> Iterator[None]:
    """Pause the bot, as a machine that is moved or short of memory does."""
    assert deployment.bot.process is not None
    deployment.bot.process.send_signal(signal.SIGSTOP)
    yield
    deployment.bot.process.send_signal(signal.SIGCONT)


@contextmanager
def run_no_worker(_deployment: Deployment) -> Iterator[None]:
    """Leave the receiving process alone, as in a deployment without its second process."""
    yield


def move_wall_clock(hours: int) -> Injection:
    """Return the fault that the machine's wall clock jumps by *hours*, for good."""

    @contextmanager
    def inject(deployment: Deployment) -> Iterator[None]:
        clock_file = deployment.bot.folder / CLOCK_FILE
        clock_file.write_text(f"{hours:+}h", encoding="ascii")
        time.sleep(_CLOCK_READ_SECONDS)
        deployment.clock_offset_seconds = hours * 3600.0
        yield

    return inject


FAULTS = (
    Fault("bot killed and started again", "sqlite", kill_process, 0, 0),
    Fault("bot terminated and started again", "sqlite", terminate_process, 0, 0),
    Fault("bot paused", "sqlite", pause_process, 0, None),
    Fault("no worker", "web_alone", run_no_worker, 20, 0),
    Fault("wall clock set back by 3 h", "own_clock", move_wall_clock(-3), 200, None),
    Fault("wall clock set forward by 3 h", "own_clock", move_wall_clock(3), 20, 0),
)
