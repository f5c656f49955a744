"""The operator's commands on workspaces: their output, their exit status, and what they refuse."""

from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess

UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"

TEAM_FILE = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
clinicians = ["U0A", "U0B", "U0C", "U0D", "U0E"]

[[team]]
workspace = "T0OTHER"
channel = "C0OTHER"
name = "Other"
clinicians = ["U0V", "U0W", "U0X", "U0Y", "U0Z"]
"""


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot process with teams of two workspaces."""
    process = BotProcess(tmp_path, UNREACHABLE_API_URL)
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    assert process.run_command("team", "apply", str(tmp_path / "teams.toml")).returncode == 0
    return process


def test_workspace_is_counted_purged_and_gone(bot: BotProcess) -> None:
    """A dry run changes nothing; the purge prints the rows before and after; the other stays."""
    results = [
        bot.run_command("workspace", *arguments)
        for arguments in (
            ("list",),
            ("purge", "T0PRACTICE", "--dry-run"),
            ("list",),
            ("purge", "T0PRACTICE", "--yes"),
            ("list",),
        )
    ]

    assert [result.returncode for result in results] == [0] * 5
    assert results[0].stdout == "T0OTHER  connected\nT0PRACTICE  connected\n"
    assert results[2].stdout == results[0].stdout
    rows = [line.split() for line in results[1].stdout.splitlines()]
    assert rows[0] == ["table", "before", "after"]
    assert ["roster", "5", "5"] in rows
    assert "Nothing was changed" in results[1].stderr
    purged_rows = [line.split() for line in results[3].stdout.splitlines()][1:]
    assert ["roster", "5", "0"] in purged_rows
    assert {after for _, _, after in purged_rows} == {"0"}
    assert "its keys first" in results[3].stderr
    assert results[4].stdout == "T0OTHER  connected\n"
    teams = bot.run_command("team", "list").stdout
    assert teams == "T0OTHER/C0OTHER  Other (clinicians: 5, supervisors: 0)\n"
    assert len(list(bot.keys_folder.glob("*.team"))) == 1


def test_purge_without_confirmation_is_refused(bot: BotProcess) -> None:
    """The message says that the workspace is connected, and nothing is changed."""
    result = bot.run_command("workspace", "purge", "T0PRACTICE")

    assert result.returncode == 2
    assert "--yes: this workspace is still connected" in result.stderr
    assert "T0PRACTICE/C0NORTH" in bot.run_command("team", "list").stdout


@pytest.mark.parametrize("workspace", ["T0NONE", "T0", "%", "'; --"])
def test_unknown_workspace_is_a_fault_of_its_argument(bot: BotProcess, workspace: str) -> None:
    """No part of an id and no pattern finds a workspace; status 2, and nothing is changed."""
    result = bot.run_command("workspace", "purge", workspace, "--yes")

    assert result.returncode == 2
    assert "WORKSPACE: nothing of this workspace is stored" in result.stderr
    assert bot.run_command("workspace", "list").stdout.count("connected") == 2
