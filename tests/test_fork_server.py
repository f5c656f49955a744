"""A fork of the server behaves as a process with an interpreter of its own."""

import os
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.fork_server import ForkedProcess, needs_interpreter, spawn_process, start_server
from tests.journeys.botprocess import BotProcess

UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"


def run_help(folder: Path, *, is_fork: bool) -> tuple[int, bytes, bytes]:
    """Return exit status, output and errors of an unknown subcommand, in a fork or not."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])}
    start = start_server("bot.__main__").start_process if is_fork else spawn_process
    module = "bot.__main__" if is_fork else "bot"
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = start(module, ["misspelt"], folder, environment, (output, errors))
        status = process.wait(timeout=60)
        return status, os.pread(output.fileno(), 10_000, 0), os.pread(errors.fileno(), 10_000, 0)


def test_a_fork_prints_and_exits_as_the_command_does(tmp_path: Path) -> None:
    """Exit status, output and errors of a fork are those of ``python -m bot``."""
    assert run_help(tmp_path, is_fork=True) == run_help(tmp_path, is_fork=False)


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A running bot that has connected to nothing."""
    process = BotProcess(tmp_path, UNREACHABLE_API_URL)
    process.start()
    return process


def test_a_killed_fork_reports_its_signal(bot: BotProcess) -> None:
    """The exit status of a fork that a signal ended is the signal's number, negated."""
    assert isinstance(bot.process, ForkedProcess)
    with pytest.raises(subprocess.TimeoutExpired):
        bot.process.wait(timeout=0)

    bot.kill()

    assert bot.process.poll() == -signal.SIGKILL


def test_a_fork_has_its_own_folder_and_streams(bot: BotProcess) -> None:
    """A fork has its own working directory, and writes to the streams that it was given."""
    assert bot.process is not None
    descriptors = Path(f"/proc/{bot.process.pid}/fd")
    outputs = {str((descriptors / number).readlink()) for number in ("1", "2")}
    folder = str(Path(f"/proc/{bot.process.pid}/cwd").readlink())
    bot.kill()

    assert outputs == {str(bot.folder / "log")}
    assert folder == str(bot.folder)


@pytest.mark.parametrize("name", ["PYTHONIOENCODING", "LC_ALL", "LD_PRELOAD"])
def test_variables_of_the_interpreter_need_a_new_one(name: str) -> None:
    """A variable that is read before the first import has no effect on a fork."""
    assert needs_interpreter({"PEPPER": "p", name: "C"})
    assert not needs_interpreter({"PEPPER": "p", "PYTHONPATH": "."})
