"""A release is rolled back: the code of this tree runs after that of an invented next release.

The next release is a copy of this tree with another migration, so that both are real processes with
code of their own. Releases before the first that reads the record of the newer one cannot be tested
like this: they refuse every newer schema, as ``tests/misconfigurations`` shows.
"""

from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess
from tests.journeys.next_release import copy_next_release, run_release


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """The bot of this tree, with a team in its database."""
    process = BotProcess(tmp_path, "http://127.0.0.1:9/api/")
    assert process.run_command("migrate").returncode == 0
    process.declare_team()
    return process


def test_a_release_runs_again_after_the_next_one_expanded_the_schema(
    bot: BotProcess, tmp_path: Path
) -> None:
    """It serves, writes and is found healthy on the newer schema; the newer one goes on."""
    release = copy_next_release(tmp_path / "next")
    run_release(bot, release, "migrate")

    bot.start()
    bot.stop()
    bot.declare_team(clinician_count=7)
    findings = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="").stderr
    exported = run_release(bot, release, "team", "export")

    assert "the database is reached and up to date" in findings
    assert exported.count("U0CLIN") == 7
