"""The command line says what to mend, and repeats nothing that it was told."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import run_fake_slack

CANARY = "canary-on-the-command-line"
NOWHERE = "http://127.0.0.1:9/api/"


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot that no Slack is there for."""
    return BotProcess(tmp_path, NOWHERE)


def test_every_missing_setting_is_named_in_one_message(bot: BotProcess) -> None:
    """`web` does not start, and says all that it needs."""
    told = bot.run_command("web", PEPPER="", SLACK_BOT_TOKEN=CANARY, SLACK_SIGNING_SECRET="")

    assert told.returncode == 2
    assert all(name in told.stderr for name in ("PEPPER", "SLACK_BOT_TOKEN", "SIGNING_SECRET"))
    assert CANARY not in told.stderr + told.stdout


def test_test_mode_does_not_start_on_a_public_address(bot: BotProcess) -> None:
    """Nobody outside this machine can ever move the clock."""
    told = bot.run_command("web", HOST="::")

    assert told.returncode == 2
    assert "TEST_MODE" in told.stderr


def test_a_worker_does_not_start_on_sqlite(bot: BotProcess) -> None:
    """It says that `web` does everything there."""
    told = bot.run_command("worker", TEST_MODE="")

    assert told.returncode == 2
    assert "web" in told.stderr


def test_a_broken_card_of_ones_own_is_told_with_its_line(bot: BotProcess, tmp_path: Path) -> None:
    """The operator reads what is in use, and what to mend where."""
    card = '[[card]]\nid = "{0}"\ntitle = "T"\n{1}try_this = "Try."\n'
    (tmp_path / "cards.toml").write_text(
        'topic = "ask"\n' + card.format("sound", 'point = "P."\n') + card.format("broken", "")
    )

    told = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="", CARDS_FOLDER=str(tmp_path))

    assert "Cards of your own in use: 1" in told.stderr
    assert f"{tmp_path / 'cards.toml'}:7: `point` is missing" in told.stderr


def test_the_manifest_is_printed_as_json(bot: BotProcess) -> None:
    """It can be piped into a file and pasted into Slack."""
    told = bot.run_command("manifest", "--base-url", "https://attune.example")

    manifest = json.loads(told.stdout)
    assert manifest["oauth_config"]["scopes"]["bot"] == ["chat:write", "commands", "users:read"]
    assert manifest["oauth_config"]["scopes"]["bot_optional"] == ["im:history", "im:write"]


def test_the_manifest_is_in_the_language_of_the_terminal(bot: BotProcess) -> None:
    """A practice in Québec installs an app whose commands are explained in French."""
    told = bot.run_command(
        "manifest", "--socket-mode", LC_ALL="fr_CA.UTF-8", PYTHONIOENCODING="utf-8"
    )

    shown = json.loads(told.stdout)["features"]["slash_commands"]
    assert "La carte du jour" in shown[0]["description"]


def test_the_teams_package_is_written_where_it_is_asked_for(
    bot: BotProcess, tmp_path: Path
) -> None:
    """It can be uploaded as it is; an id that is none, or a folder that is not there, is told."""
    path, reached = tmp_path / "attune.zip", ("--base-url", "https://attune.example")
    client = ("--client-id", "00000000-0000-4000-8000-00000000000a")

    told = bot.run_command("manifest", "--teams", str(path), *reached, *client)
    nameless = bot.run_command("manifest", "--teams", str(path), *reached, "--client-id", CANARY)
    nowhere = bot.run_command(
        "manifest", "--teams", str(tmp_path / "no" / "a.zip"), *reached, *client
    )

    assert told.returncode == 0
    assert zipfile.is_zipfile(path)
    assert str(path) in told.stderr
    assert (nameless.returncode, nowhere.returncode) == (2, 2)
    assert "--client-id" in nameless.stderr
    assert CANARY not in nameless.stderr
    assert "--teams" in nowhere.stderr


def test_the_doctor_names_what_is_wrong(bot: BotProcess) -> None:
    """With no Slack in reach it says so, and ends with a status that a script can read."""
    told = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="")

    assert told.returncode == 1
    assert "Mend" in told.stderr


def test_migrating_twice_is_no_error(bot: BotProcess) -> None:
    """The second time there is nothing to do."""
    assert bot.run_command("migrate").returncode == 0
    assert bot.run_command("migrate").returncode == 0


def test_a_taken_port_is_told_with_its_remedy(tmp_path: Path) -> None:
    """The message names the port and PORT=."""
    with run_fake_slack() as slack:
        port = int(slack.api_url.split(":")[2].partition("/")[0])
        told = BotProcess(tmp_path, slack.api_url, port=port).run_command("web")

    assert told.returncode == 2
    assert "PORT=" in told.stderr
    assert str(port) in told.stderr
