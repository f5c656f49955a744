"""The bot runs without capabilities on a file system that it cannot write, but its own folders.

The systemd unit and the compose files confine it so. systemd and Docker do more than is tried here:
filters of system calls, a user of its own and namespaces of processes.
"""

import os
from pathlib import Path

from tests.journeys.botprocess import BotProcess

_OWN_MOUNTS = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")))
_CONFINE = """
set -e
mount --bind "$PWD" "$PWD"
mount -o remount,bind,ro /
! touch /attune-was-here 2>/dev/null
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


def test_the_bot_needs_no_file_but_its_own(tmp_path: Path) -> None:
    """It starts, ticks and stops with nothing writable but the folders of its settings."""
    launcher = (*_OWN_MOUNTS, "sh", "-c", _CONFINE, "sh")
    settings = {"PYTHONDONTWRITEBYTECODE": "1", "TEST_MODE": "", "TEST_CLOCK": ""}
    bot = BotProcess(
        tmp_path, "http://127.0.0.1:9/api/", launcher=launcher, extra_environment=settings
    )

    bot.start()
    bot.stop()

    assert "health.serving" in bot.read_log()
    assert {path.name for path in tmp_path.iterdir()} == {"database", "keys", "log"}
