"""Faults of the file of an SQLite database, and of its schema."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.misconfigurations.operator import Case

STORE_VERBS: tuple[tuple[str, ...], ...] = (
    ("web",),
    ("migrate",),
    ("team", "apply", "{folder}/teams.toml"),
    ("deliveries",),
    ("export-tables", "{folder}/tables.csv"),
    ("doctor",),
)
"""The subcommands that open the database; `worker` does so on PostgreSQL alone."""

_READING_VERBS = (*STORE_VERBS[3:5], STORE_VERBS[5])
_TEAM_FILE = '[[team]]\nworkspace = "T0123456"\nchannel = "C0123456"\nname = "canary"\n'

FilePreparation = Callable[[Path, Path], None]
"""Prepares the file at the first path, from the migrated file at the second."""


def make_folder(file: Path, _migrated: Path) -> None:
    """Put a folder in the place of the file."""
    file.mkdir()


def write_letter(file: Path, _migrated: Path) -> None:
    """Put a text in the place of the file."""
    file.write_text("Dear canary, this is no database at all." * 50)


def create_other_program(file: Path, _migrated: Path) -> None:
    """Put the database of another program, without revisions, in the place of the file."""
    execute(file, "create table bookmark (title text)")


def copy_sound(file: Path, migrated: Path) -> None:
    """Copy the sound database."""
    shutil.copyfile(migrated, file)


def copy_newer(file: Path, migrated: Path) -> None:
    """Copy the sound database, and give it the revision of a release that has left this behind."""
    copy_sound(file, migrated)
    execute(file, "update alembic_version set version_num = '9001'")
    execute(file, "update duty set looked = 9001 where name = 'oldest_supported_revision'")


def copy_foreign(file: Path, migrated: Path) -> None:
    """Copy the sound database, and give it a revision of another program."""
    copy_sound(file, migrated)
    execute(file, "update alembic_version set version_num = 'ae1027a6acf'")


def copy_damaged(file: Path, migrated: Path) -> None:
    """Copy the sound database with its pages overwritten, except for the first."""
    content = migrated.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def create_empty(file: Path, _migrated: Path) -> None:
    """Create a database without tables."""
    execute(file, "pragma user_version = 0")


def copy_unreadable(file: Path, migrated: Path) -> None:
    """Copy the sound database, which nobody may open."""
    copy_sound(file, migrated)
    file.parent.chmod(0o755)
    file.chmod(0)


def copy_read_only(file: Path, migrated: Path) -> None:
    """Copy the sound database into a folder that nobody may write."""
    copy_sound(file, migrated)
    file.chmod(0o444)
    file.parent.chmod(0o555)


def execute(file: Path, statement: str) -> None:
    """Execute a statement in the SQLite file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


FILE_FAULTS: tuple[tuple[FilePreparation, str], ...] = (
    (make_folder, "names a folder. Name the file in it"),
    (write_letter, "names a file that is no SQLite database"),
    (create_other_program, "a database of another program"),
    (copy_newer, "of a newer Attune than this one"),
    (copy_foreign, "a database of another program"),
    (copy_damaged, "names a database that is damaged"),
    (copy_unreadable, "Let the bot's user read and write the file"),
    (copy_read_only, "Let the bot's user write the file and its folder"),
)
_NEED_PERMISSIONS = frozenset({copy_unreadable, copy_read_only})


def build_file_cases(migrated: Path) -> tuple[Case, ...]:
    """Return a case for each fault of the file and each subcommand that opens the database."""
    cases = [
        _build_file_case(migrated, prepare, sentence, verb)
        for prepare, sentence in FILE_FAULTS
        for verb in STORE_VERBS
    ]
    cases += [
        _build_file_case(migrated, create_empty, "Run `python -m bot migrate`", verb)
        for verb in _READING_VERBS
    ]
    return tuple(cases)


def _build_file_case(
    migrated: Path, prepare: FilePreparation, sentence: str, verb: tuple[str, ...]
) -> Case:
    def prepare_folder(folder: Path) -> None:
        (folder / "data").mkdir(mode=0o755)
        (folder / "keys").mkdir(mode=0o777)
        (folder / "keys").chmod(0o777)
        (folder / "teams.toml").write_text(_TEAM_FILE)
        prepare(folder / "data/attune.sqlite", migrated)

    return Case(
        f"{prepare.__name__} for {verb[0]}",
        verb,
        "" if prepare is create_empty else "DATABASE_URL",
        sentence,
        prepare=prepare_folder,
        status=1 if verb == ("doctor",) else 2,
        is_unprivileged=prepare in _NEED_PERMISSIONS,
    )
