"""Output and exit status of the command line."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from bot.version import VERSION
from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import run_fake_slack

CANARY = "canary-on-the-command-line"
UNREACHABLE_API_URL = "http://127.0.0.1:9/api/"


@pytest.fixture
def bot(tmp_path: Path) -> BotProcess:
    """A bot process whose Slack API URL refuses connections."""
    return BotProcess(tmp_path, UNREACHABLE_API_URL)


def test_version_is_printed_without_settings(bot: BotProcess) -> None:
    """`--version` prints the one version of the code, and `doctor` begins with it."""
    result = bot.run_command("--version", DATABASE_URL="nonsense", PACE="nonsense")
    findings = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="").stderr.splitlines()

    assert (result.returncode, result.stdout) == (0, f"Attune {VERSION}\n")
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert findings[0] == f"Well: this is Attune {VERSION}."


def test_missing_settings_are_reported_together(bot: BotProcess) -> None:
    """`web` does not start, and its one message names every missing setting and no value."""
    result = bot.run_command("web", KEYS="keys", SLACK_BOT_TOKEN=CANARY, SLACK_SIGNING_SECRET="")

    assert result.returncode == 2
    assert all(name in result.stderr for name in ("KEYS", "SLACK_BOT_TOKEN", "SIGNING_SECRET"))
    assert CANARY not in result.stderr + result.stdout


def test_test_mode_requires_a_loopback_address(bot: BotProcess) -> None:
    """In test mode `web` does not start on an address that other machines can reach."""
    result = bot.run_command("web", HOST="::")

    assert result.returncode == 2
    assert "TEST_MODE" in result.stderr


def test_worker_requires_postgresql(bot: BotProcess) -> None:
    """On SQLite `worker` exits with a message that `web` runs everything."""
    result = bot.run_command("worker", TEST_MODE="")

    assert result.returncode == 2
    assert "web" in result.stderr


def test_invalid_custom_card_is_reported_with_its_line(bot: BotProcess, tmp_path: Path) -> None:
    """`doctor` prints the number of valid custom cards, and the line of each fault."""
    card = '[[card]]\nid = "{0}"\ntitle = "T"\n{1}try_this = "Try."\n'
    (tmp_path / "cards.toml").write_text(
        'topic = "ask"\n' + card.format("sound", 'point = "P."\n') + card.format("broken", "")
    )

    result = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="", CARDS_FOLDER=str(tmp_path))

    assert "Cards of your own in use: 1" in result.stderr
    assert f"{tmp_path / 'cards.toml'}:7: `point` is missing" in result.stderr


def test_manifest_is_printed_as_json(bot: BotProcess) -> None:
    """Standard output is a JSON manifest with the required scopes."""
    result = bot.run_command("manifest", "--base-url", "https://attune.example")

    manifest = json.loads(result.stdout)
    assert manifest["oauth_config"]["scopes"]["bot"] == ["chat:write", "commands", "users:read"]
    assert manifest["oauth_config"]["scopes"]["bot_optional"] == ["im:history", "im:write"]


def test_manifest_uses_the_terminal_language(bot: BotProcess) -> None:
    """With a French locale the manifest's commands have French descriptions."""
    result = bot.run_command(
        "manifest", "--socket-mode", LC_ALL="fr_CA.UTF-8", PYTHONIOENCODING="utf-8"
    )

    commands = json.loads(result.stdout)["features"]["slash_commands"]
    assert "La carte du jour" in commands[0]["description"]


def test_teams_package_is_written_to_the_given_path(bot: BotProcess, tmp_path: Path) -> None:
    """The package is a zip file; an invalid client id or folder exits with 2, unrepeated."""
    path, endpoint = tmp_path / "attune.zip", ("--base-url", "https://attune.example")
    client = ("--client-id", "00000000-0000-4000-8000-00000000000a")

    result = bot.run_command("manifest", "--teams", str(path), *endpoint, *client)
    invalid_client = bot.run_command(
        "manifest", "--teams", str(path), *endpoint, "--client-id", CANARY
    )
    missing_folder = bot.run_command(
        "manifest", "--teams", str(tmp_path / "no" / "a.zip"), *endpoint, *client
    )

    assert result.returncode == 0
    assert zipfile.is_zipfile(path)
    assert str(path) in result.stderr
    assert (invalid_client.returncode, missing_folder.returncode) == (2, 2)
    assert "--client-id" in invalid_client.stderr
    assert CANARY not in invalid_client.stderr
    assert "--teams" in missing_folder.stderr


def test_doctor_reports_an_unreachable_slack(bot: BotProcess) -> None:
    """If Slack's API cannot be reached, `doctor` prints a remedy and exits with status 1."""
    result = bot.run_command("doctor", TEST_MODE="", TEST_CLOCK="")

    assert result.returncode == 1
    assert "Mend" in result.stderr


def test_migrate_is_idempotent(bot: BotProcess) -> None:
    """A second migration changes nothing and succeeds."""
    assert bot.run_command("migrate").returncode == 0
    assert bot.run_command("migrate").returncode == 0


def test_port_in_use_is_reported(tmp_path: Path) -> None:
    """If the port is in use, the message contains its number and the setting PORT."""
    with run_fake_slack() as slack:
        port = int(slack.api_url.split(":")[2].partition("/")[0])
        result = BotProcess(tmp_path, slack.api_url, port=port).run_command("web")

    assert result.returncode == 2
    assert "PORT=" in result.stderr
    assert str(port) in result.stderr


def test_missing_database_beside_its_keys_stops_every_start(tmp_path: Path) -> None:
    """No empty database is created in the place of the one that the keys belong to."""
    bot = BotProcess(tmp_path, UNREACHABLE_API_URL)
    bot.start()
    bot.stop()
    shutil.rmtree(bot.database_file.parent)

    results = [bot.run_command(verb) for verb in ("web", "migrate", "doctor")]
    assert [result.returncode for result in results] == [2, 2, 1]
    assert all(f"{bot.database_file}" in result.stderr for result in results)
    assert not bot.database_file.parent.exists()


def test_start_that_cannot_listen_does_not_say_that_it_listens(tmp_path: Path) -> None:
    """An address of another machine is not called a port in use, and HOST is named."""
    with run_fake_slack() as slack:
        result = BotProcess(tmp_path, slack.api_url, port=3010).run_command("web", HOST="192.0.2.1")

    assert result.returncode == 2
    assert "HOST=" in result.stderr
    assert "already in use" not in result.stderr
    assert "listens on" not in result.stdout + result.stderr


def test_keys_in_the_database_folder_stop_every_command(bot: BotProcess) -> None:
    """`web` and `doctor` refuse a key folder below the database's folder, in a sentence."""
    keys = str(bot.database_file.parent / "keys")

    results = [bot.run_command(verb, KEYS=keys) for verb in ("web", "doctor")]

    assert [result.returncode for result in results] == [2, 2]
    assert all("KEYS: is the database's folder" in result.stderr for result in results)


def test_unreachable_key_store_is_reported(bot: BotProcess, tmp_path: Path) -> None:
    """A pepper that cannot be generated stops a command with a sentence about KEYS."""
    (tmp_path / "keys").write_text("")

    result = bot.run_command("migrate", PEPPER="")

    assert result.returncode == 2
    assert "KEYS: cannot be read and written" in result.stderr


def test_start_names_the_key_folder(tmp_path: Path) -> None:
    """`web` prints the folder of the keys, and needs no pepper."""
    bot = BotProcess(tmp_path, UNREACHABLE_API_URL, extra_environment={"PEPPER": ""})

    bot.start()
    bot.stop()

    assert f"are in {tmp_path / 'keys'}" in bot.read_log()
    assert (tmp_path / "keys" / "pepper").stat().st_size == 32


def test_backup_is_written_and_checked(bot: BotProcess, tmp_path: Path) -> None:
    """`backup` writes a file that `check-backup` finds undamaged, and counts its people."""
    bot.run_command("migrate")
    file = str(tmp_path / "backup.sqlite")

    results = [bot.run_command(verb, file) for verb in ("backup", "check-backup", "backup")]

    assert [result.returncode for result in results] == [0, 0, 2]
    assert "undamaged" in results[1].stderr
    assert "0 people" in results[1].stderr
    assert "was not written" in results[2].stderr


def test_backup_of_postgresql_names_its_own_program(bot: BotProcess, tmp_path: Path) -> None:
    """On PostgreSQL `backup` prints the command of pg_dump, and writes nothing."""
    database_url = "postgresql+psycopg://u@db.example/attune"
    file = tmp_path / "backup"

    result = bot.run_command("backup", str(file), DATABASE_URL=database_url)

    assert result.returncode == 2
    assert "pg_dump --format=custom" in result.stderr
    assert not file.exists()


def test_unreadable_backup_is_reported(bot: BotProcess, tmp_path: Path) -> None:
    """`check-backup` exits with 1 for a file that is no copy of the database."""
    (tmp_path / "file").write_text("no database")

    result = bot.run_command("check-backup", str(tmp_path / "file"))

    assert result.returncode == 1
    assert "is not a copy" in result.stderr


def test_published_tables_are_exported_once(bot: BotProcess, tmp_path: Path) -> None:
    """`export-tables` writes the heading of a file without tables, and overwrites none."""
    bot.run_command("migrate")
    file = tmp_path / "tables.csv"

    results = [bot.run_command("export-tables", str(file)) for _ in range(2)]

    assert [result.returncode for result in results] == [0, 2]
    assert "0 published tables" in results[0].stderr
    assert file.read_text(encoding="utf-8-sig").startswith("First day,Last day,Teams")
    assert "was not written" in results[1].stderr


def test_tables_of_no_database_are_reported(bot: BotProcess, tmp_path: Path) -> None:
    """`export-tables` exits with 2 where the tables cannot be read, and writes no file."""
    result = bot.run_command("export-tables", str(tmp_path / "tables.csv"))

    assert result.returncode == 2
    assert "python -m bot migrate" in result.stderr
    assert not (tmp_path / "tables.csv").exists()
