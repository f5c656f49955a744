"""The operator's commands on teams: their output, their exit status, and what they refuse."""

import asyncio
from pathlib import Path

import pytest

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER, BotProcess
from tests.journeys.stdlib_slack import run_fake_slack

UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot process whose Slack API URL refuses connections."""
    return BotProcess(tmp_path, UNREACHABLE_API_URL)


TEAM_FILE = """
[[team]]
workspace = "T0PRACTICE"
channel = "C0NORTH"
name = "North"
clinicians = ["U0A", "U0B", "U0C", "U0D", "U0E"]
"""


def test_team_is_moved_shown_and_removed(bot: BotProcess, tmp_path: Path) -> None:
    """Each verb of a team's life ends with status 0, and the list follows."""
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    results = [
        bot.run_command("team", *arguments)
        for arguments in (
            ("apply", str(tmp_path / "teams.toml")),
            ("move", "C0NORTH", "C0NEW"),
            ("show", "C0NEW"),
            ("remove", "C0NEW", "--dry-run"),
            ("list",),
            ("remove", "C0NEW"),
            ("list",),
            ("history",),
            ("history", "--erase", "T0PRACTICE/U0A"),
        )
    ]

    assert [result.returncode for result in results] == [0] * 9
    assert 'channel = "C0NEW"' in results[2].stdout
    assert results[4].stdout == "T0PRACTICE/C0NEW  North (clinicians: 5, supervisors: 0)\n"
    assert results[6].stdout == ""
    assert "5 people count in an open period" in results[6].stderr
    assert "the people who run Attune here set up North.\n" in results[7].stdout
    assert "0 places name this person" in results[8].stderr


def test_export_is_applied_without_a_change(bot: BotProcess, tmp_path: Path) -> None:
    """The file is written once, is private, and `team apply` reads it back."""
    source, copy = tmp_path / "teams.toml", tmp_path / "copy.toml"
    source.write_text(TEAM_FILE)
    bot.run_command("team", "apply", str(source))

    results = [
        bot.run_command("team", *arguments)
        for arguments in (("export", str(copy)), ("export", str(copy)), ("apply", str(copy)))
    ]

    assert [result.returncode for result in results] == [0, 2, 0]
    assert copy.stat().st_mode & 0o077 == 0
    assert "0 changed" in results[2].stderr


def test_people_are_renamed_by_a_file(bot: BotProcess, tmp_path: Path) -> None:
    """A check changes nothing; then the list has the new ids, and a second run finds no old one."""
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("old,new\nU0A,W0A\nU0B,W0B\n")
    rename = ("rename-people", "T0PRACTICE", str(pairs))
    results = [
        bot.run_command("team", *arguments)
        for arguments in (
            ("apply", str(tmp_path / "teams.toml")),
            (*rename, "--dry-run"),
            rename,
            ("show", "C0NORTH"),
            rename,
        )
    ]

    assert [result.returncode for result in results] == [0] * 5
    assert "2 people would get their new ids" in results[1].stderr
    assert "2 people have their new ids" in results[2].stderr
    assert '"W0A"' in results[3].stdout
    assert '"U0A"' not in results[3].stdout
    assert "Of 2 former ids nothing is stored" in results[4].stderr


def test_unknown_team_is_a_fault_of_its_argument(bot: BotProcess) -> None:
    """A channel without a team ends with status 2 and the next step, and no change."""
    bot.run_command("migrate")
    result = bot.run_command("team", "move", "C0NONE", "C0NEW")

    assert result.returncode == 2
    assert "CHANNEL: no team has this channel" in result.stderr


def test_wrong_pepper_stops_a_file_before_anything_is_written(
    bot: BotProcess, tmp_path: Path
) -> None:
    """The pepper of another bot is named, and no team is declared."""
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    bot.run_command("migrate")
    store = Store.open(
        f"sqlite:///{bot.database_file}", (PEPPER.encode(),), FolderKeyStore(bot.keys_folder)
    )
    with asyncio.Runner() as runner:
        runner.run(store.across_workspaces.write(lambda repos: repos.secret_cipher.mark_pepper()))
        runner.run(store.close())

    results = [
        bot.run_command("team", "apply", str(tmp_path / "teams.toml"), PEPPER="another" * 6),
        bot.run_command("team", "list"),
    ]

    assert (results[0].returncode, results[1].returncode) == (2, 0)
    assert "PEPPER: decrypts none of the secrets" in results[0].stderr
    assert results[1].stdout == ""


def test_file_of_another_workspace_is_applied_on_request_alone(
    bot: BotProcess, tmp_path: Path
) -> None:
    """What the token cannot see is refused with its line, unless the operator insists."""
    (tmp_path / "teams.toml").write_text(TEAM_FILE)
    arguments = ("team", "apply", str(tmp_path / "teams.toml"))
    with run_fake_slack() as fake_slack:
        bot.api_url = fake_slack.api_url
        results = [bot.run_command(*arguments), bot.run_command(*arguments, "--unseen")]

    assert [result.returncode for result in results] == [2, 0]
    assert "teams.toml:3: the bot's credentials belong to the workspace" in results[0].stderr
