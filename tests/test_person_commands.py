"""The operator's commands for one person: their output, and their exit status."""

import json
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess
from tests.test_team_commands import TEAM_FILE, UNREACHABLE_API_URL


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot process with one team, whose Slack API URL refuses connections."""
    bot = BotProcess(tmp_path, UNREACHABLE_API_URL)
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    bot.run_command("team", "apply", str(tmp_path / "teams.toml"))
    return bot


def test_person_is_exported_and_erased(bot: BotProcess) -> None:
    """JSON goes to standard output, words beside it; a dry run changes nothing."""
    results = [
        bot.run_command("person", *arguments)
        for arguments in (
            ("erase", "T0PRACTICE", "U0A", "--dry-run"),
            ("export", "T0PRACTICE", "U0A"),
            ("erase", "T0PRACTICE", "U0A"),
            ("export", "T0PRACTICE", "U0A"),
            ("erase", "T0PRACTICE", "U0A"),
        )
    ]

    assert [result.returncode for result in results] == [0] * 5
    assert "Nothing was changed" in results[0].stderr
    exported = json.loads(results[1].stdout)
    assert exported["accounts"] == ["slack:T0PRACTICE/U0A"]
    assert {row["person"] for row in exported["tables"]["roster"]} == {"U0A"}
    assert "The list of a team that has you: 1 row." in results[1].stderr
    assert "no more" in results[2].stderr
    assert json.loads(results[3].stdout)["tables"] == {}
    assert "Nothing is kept about this person" in results[4].stderr


def test_malformed_id_is_refused_without_being_printed(bot: BotProcess) -> None:
    """The status is 2, and the message has no id."""
    result = bot.run_command("person", "erase", "T0PRACTICE", "somebody@example.org")

    assert result.returncode == 2
    assert "PERSON" in result.stderr
    assert "example.org" not in result.stderr + result.stdout
