"""What the operator reads when making, checking and restoring copies of the database."""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.store.repositories import Repositories
from bot.store.schema import workspaces
from tests import needs
from tests.doubles import full_catalogue
from tests.key_folders import open_test_store
from tests.operator_output import OperatorConsole, console
from tests.postgres import PostgresServer
from tests.store.conftest import PEPPERS

__all__ = ["console", "full_catalogue"]

PASSWORD = "canary-of-a-password"
POSTGRESQL_URL = f"postgresql://attune:{PASSWORD}@db.example:5433/clinic?sslmode=require"

DUMP = (
    "env 'PGOPTIONS=-c attune.workspaces={*}' pg_dump --format=custom --no-owner"
    " --enable-row-security --exclude-schema=attune_dbos --file=copy"
    " 'postgresql://attune@db.example:5433/clinic?sslmode=require'"
)
RESTORE = (
    "pg_restore --no-owner --single-transaction"
    " '--dbname=postgresql://attune@db.example:5433/clinic?sslmode=require' copy"
)


def test_running_bot_is_stopped_before_a_restore(console: OperatorConsole) -> None:
    """With the database open `restore` changes nothing; after that the backup is in place."""
    console.create_database()
    backup = str(console.folder / "backup")
    assert console.run("backup", backup)[0] == 0
    store = console.open_store()
    store.is_schema_current()

    refused_status, refused_text = console.run("restore", backup)
    store.close_sync()
    dry_status, dry_text = console.run("restore", "--dry-run", backup)
    status, text = console.run("restore", backup)

    assert (refused_status, dry_status, status) == (2, 0, 0)
    assert "The bot is running" in refused_text
    assert "Nothing was changed" in dry_text
    assert "attune.sqlite.replaced-" in text
    for named in ("SLACK_REFRESH_TOKEN", "workspace purge", "RELEASES_FOLDER", "unconfirmed"):
        assert named in text
        assert named in dry_text


def test_refused_restore_names_the_file_and_the_reason(console: OperatorConsole) -> None:
    """A file that is no backup is refused in one sentence."""
    console.create_database()
    file = console.folder / "file"
    file.write_text("no database")

    assert console.run("restore", str(file)) == (
        2,
        f"{file} is not a copy of an SQLite database of Attune. Nothing was changed.\n",
    )


async def test_copy_of_a_live_file_is_completed_by_the_printed_command(
    console: OperatorConsole,
) -> None:
    """Both commands refuse a copied file with its log; the command they print loses no row."""
    console.create_database()
    store = console.open_store()
    await store.across_workspaces.write(insert_workspaces)
    copy = console.folder / "my copies" / "file"
    copy.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{console.database_file}{suffix}", f"{copy}{suffix}")
    await store.close()

    outputs = [console.run(verb, str(copy)) for verb in ("check-backup", "restore")]

    assert [status for status, _ in outputs] == [1, 2]
    assert outputs[0][1] == outputs[1][1]
    (command,) = re.findall(r"`env (.+) python -m bot (.+)`", outputs[0][1])
    ((address,), arguments) = map(shlex.split, command)
    console.set(DATABASE_URL=address.removeprefix("DATABASE_URL="))
    assert console.run(*arguments)[0] == 0
    assert console.run("check-backup", arguments[-1])[0] == 0
    completed = open_test_store(f"sqlite:///{arguments[-1]}", PEPPERS)
    assert await completed.across_workspaces.read(list_workspaces) == ["slack:T1", "slack:T2"]
    await completed.close()


def copy_during_a_change(database: Path, copy: Path) -> None:
    """Copy a database in whose file is half a change, with the journal that undoes it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode=delete", "cache_size=1", "cache_spill=1"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        rows = [(f"slack:T{number}",) for number in range(2000)]
        connection.executemany("INSERT INTO workspace (id) VALUES (?)", rows)
        for suffix in ("", "-journal"):
            shutil.copyfile(f"{database}{suffix}", f"{copy}{suffix}")
        connection.execute("ROLLBACK")


async def test_interrupted_change_in_a_copy_is_undone_by_the_printed_command(
    console: OperatorConsole,
) -> None:
    """Both commands refuse the copy; the command they print makes one without half a change."""
    console.create_database()
    copy = console.folder / "copies" / "file"
    copy.parent.mkdir()
    copy_during_a_change(console.database_file, copy)

    outputs = [console.run(verb, str(copy)) for verb in ("check-backup", "restore")]

    assert [status for status, _ in outputs] == [1, 2]
    assert outputs[0][1] == outputs[1][1]
    assert f"what undoes it is in {copy}-journal" in outputs[0][1]
    (command,) = re.findall(r"`env (.+) python -m bot (.+)`", outputs[0][1])
    ((address,), arguments) = map(shlex.split, command)
    console.set(DATABASE_URL=address.removeprefix("DATABASE_URL="))
    assert console.run(*arguments)[0] == 0
    assert console.run("check-backup", arguments[-1])[0] == 0
    completed = open_test_store(f"sqlite:///{arguments[-1]}", PEPPERS)
    assert await completed.across_workspaces.read(list_workspaces) == []
    await completed.close()


def test_restore_into_a_folder_that_cannot_be_made_is_explained(console: OperatorConsole) -> None:
    """A file in the place of the database's folder is reported with the system's reason."""
    console.create_database()
    backup = str(console.folder / "backup")
    console.run("backup", backup)
    (console.folder / "file").write_text("")
    console.set(DATABASE_URL=f"sqlite:///{console.folder}/file/attune.sqlite")

    status, text = console.run("restore", backup)

    assert status == 2
    assert "was not put in place" in text


def test_folder_holds_the_newest_backups(console: OperatorConsole) -> None:
    """In a folder the files' names have the date, and `--keep` deletes the older ones alone."""
    console.create_database()
    folder = console.folder / "backups"
    folder.mkdir()
    for name in ("attune-20260101T000000Z.sqlite", "attune-20260201T000000Z.sqlite", "notes.txt"):
        (folder / name).write_text(name)

    status, text = console.run("backup", str(folder), "--keep", "2")

    assert status == 0
    assert "1 older copy is deleted" in text
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "attune-20260201T000000Z.sqlite"
    assert names[2:] == ["notes.txt"]
    assert console.run("check-backup", str(folder / names[1]))[0] == 0


def test_number_of_backups_needs_a_folder(console: OperatorConsole) -> None:
    """`--keep` with a file is refused, and nothing is written."""
    console.create_database()

    status, text = console.run("backup", str(console.folder / "file"), "--keep", "2")

    assert status == 2
    assert "--keep needs a folder" in text
    assert not (console.folder / "file").exists()


@pytest.mark.parametrize("count", ["0", "-1", "few"])
def test_number_of_backups_is_one_at_least(console: OperatorConsole, count: str) -> None:
    """No number of copies deletes all of them."""
    with pytest.raises(SystemExit):
        console.run("backup", str(console.folder), f"--keep={count}")


@pytest.mark.parametrize(("verb", "command"), [("backup", DUMP), ("restore", RESTORE)])
def test_postgresql_is_copied_by_its_own_programs(
    console: OperatorConsole, verb: str, command: str
) -> None:
    """On PostgreSQL the exact command is printed, without the password."""
    console.set(DATABASE_URL=POSTGRESQL_URL)

    status, text = console.run(verb, "copy")

    assert status == 2
    assert f"`{command}`" in text
    assert PASSWORD not in text
    assert not (console.folder / "copy").exists()


def insert_workspaces(repos: Repositories) -> None:
    """Insert the rows of two workspaces."""
    rows = [{"id": "slack:T1"}, {"id": "slack:T2"}]
    repos._connection.execute(insert(workspaces), rows)


def list_workspaces(repos: Repositories) -> list[str]:
    """Return the stored workspaces, sorted."""
    return sorted(repos._connection.scalars(select(workspaces.c.id)))


def run_printed_command(text: str, console: OperatorConsole) -> None:
    """Run the command in the output *text* by a shell, as an operator would paste it."""
    (command,) = re.findall(r"`((?:env|pg_restore)[^`]+)`", text)
    folder = needs.find_postgresql()
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run(command, shell=True, check=True, cwd=console.folder, env=environment)  # noqa: S602 - the text is the bot's


async def test_printed_commands_copy_every_workspace(
    console: OperatorConsole, postgres: PostgresServer, postgres_template: str
) -> None:
    """Run as they are printed, they dump and restore what row security separates."""
    names = (postgres.create_database(postgres_template), postgres.create_database())
    source_url, target_url = map(postgres.database_url, names)
    store = open_test_store(source_url, PEPPERS)
    await store.across_workspaces.write(insert_workspaces)
    await store.close()

    for url, verb in ((source_url, "backup"), (target_url, "restore")):
        console.set(DATABASE_URL=url)
        run_printed_command(console.run(verb, "copy")[1], console)

    restored = open_test_store(target_url, PEPPERS)
    assert await restored.across_workspaces.read(list_workspaces) == ["slack:T1", "slack:T2"]
    await restored.close()
    for name in names:
        postgres.drop_database(name)


def test_dump_of_postgresql_is_recognized(console: OperatorConsole) -> None:
    """`check-backup` names the program that reads such a file."""
    file = console.folder / "copy"
    file.write_bytes(b"PGDMP and so on")

    status, text = console.run("check-backup", str(file))

    assert status == 2
    assert f"`pg_restore --list {file}`" in text


def test_refused_restore_is_explained_in_each_language(console: OperatorConsole) -> None:
    """Each sentence is another one, and names the file."""
    console.create_database()
    texts = set()
    for console.language in ("en", "fr", "zh"):
        texts.add(console.run("restore", str(console.folder / "file"))[1])

    assert len(texts) == 3
    assert all(str(console.folder) in text for text in texts)
