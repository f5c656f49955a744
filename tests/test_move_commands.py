"""What the operator reads while the database moves to PostgreSQL."""

from pathlib import Path

from tests.doubles import full_catalogue
from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import run_fake_slack
from tests.loaded_settings import SLACK
from tests.operator_output import OperatorConsole, console

__all__ = ["console", "full_catalogue"]


def test_database_is_moved_once_the_bot_is_stopped(tmp_path: Path, postgres_url: str) -> None:
    """Refused while `web` runs; then moved, and only the new address starts."""
    with run_fake_slack() as slack:
        bot = BotProcess(tmp_path, slack.api_url)
        bot.declare_team()
        bot.start()
        refused_result = bot.run_command("move-to", postgres_url)
        bot.stop()
        result = bot.run_command("move-to", postgres_url)
        old_result = bot.run_command("web")
        list_result = bot.run_command("team", "list", DATABASE_URL=postgres_url)

    assert refused_result.returncode == 2
    assert "The bot is running" in refused_result.stderr
    assert result.returncode == 0
    assert "compared with those in the file and the same" in result.stderr
    assert f"KEYS={bot.keys_folder}" in result.stderr
    assert "systemctl disable --now attune-backup.timer" in result.stderr
    assert old_result.returncode == 2
    assert "was moved to PostgreSQL" in old_result.stderr
    assert "Other" in list_result.stdout


def test_moved_file_stops_every_command(console: OperatorConsole, postgres_url: str) -> None:
    """After the move each command that reads or writes the file ends with the same sentence."""
    console.create_database()
    console.set(**SLACK, SLACK_API_URL="http://127.0.0.1:9/api/")
    assert console.run("move-to", postgres_url)[0] == 0

    outputs = [console.run(verb) for verb in ("migrate", "deliveries", "doctor")]
    again_status, again_text = console.run("move-to", postgres_url)

    assert [status for status, _ in outputs] == [2, 2, 1]
    assert all("was moved to PostgreSQL" in text for _, text in outputs)
    assert again_status == 0
    assert "complete already" in again_text


def test_faulty_address_is_refused(console: OperatorConsole) -> None:
    """Another address than PostgreSQL's, and keys in the same database, are refused."""
    console.create_database()
    address = "postgresql://attune@db.example/clinic"
    arguments = (("sqlite:///other.sqlite",), ("db.example",), (address, "--keys", address))

    outputs = [console.run("move-to", *options) for options in arguments]

    assert [status for status, _ in outputs] == [2, 2, 2]
    assert all("postgresql://user@host" in text for _, text in outputs)


def test_server_that_does_not_answer_is_named(console: OperatorConsole) -> None:
    """The fault of the new database is reported with its remedy, and the password is not."""
    console.create_database()

    status, text = console.run("move-to", "postgresql://u:canary-password@127.0.0.1:9/clinic")

    assert status == 2
    assert "run the same command again" in text
    assert "move-to: names a PostgreSQL server that does not answer" in text
    assert "canary" not in text


def test_only_sqlite_is_moved(console: OperatorConsole) -> None:
    """With the new address in DATABASE_URL there is nothing to move."""
    address = "postgresql://attune@db.example/clinic"
    console.set(DATABASE_URL=address)

    status, text = console.run("move-to", address)

    assert status == 2
    assert "does not name an SQLite file" in text
