"""The trial of the image fails for a command that fails, and waits for the end of the bot."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.deploy.__main__ import require_statuses, require_stop

SLOW_STOP = 'trap "sleep 0.2; echo >$0; exit $1" TERM; echo; while :; do sleep 0.02; done'
"""Ends a while after SIGTERM, with a file as its proof, and with a given status."""


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_an_unexpected_status_fails_the_trial(script: str) -> None:
    """So does one of `doctor`, which has to find something."""
    with pytest.raises(RuntimeError):
        require_statuses(["sh", "-c", script, "sh"], {"PATH": os.environ["PATH"]})


@pytest.mark.parametrize("status", [0, 3])
def test_the_trial_waits_for_the_end_of_the_bot(tmp_path: Path, status: int) -> None:
    """It is not killed before it has ended, and its status counts."""
    file = tmp_path / "ended"
    command = ["unshare", "--fork", "sh", "-c", SLOW_STOP, str(file), str(status)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        if status:
            with pytest.raises(RuntimeError):
                require_stop(process)
        else:
            require_stop(process)

    assert file.exists()
