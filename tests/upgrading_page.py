"""Print ``docs/upgrading.md``, what each migration means for the operator.

``.venv/bin/python -m tests.upgrading_page >docs/upgrading.md`` writes it; a test compares the two.
"""

import re
import sys
from collections.abc import Iterable, Iterator

from bot.store.migration_declarations import MigrationDeclaration, load_declarations

MODULE_REFERENCE = re.compile(r":mod:`([\w.]+)`")

INTRODUCTION = """# Upgrading and going back

Written by `.venv/bin/python -m tests.upgrading_page` from the migrations in \
`bot/store/migrations/versions` and what they declare (`bot/store/migration_declarations.py`).

## Upgrade

1. Read the sections of `CHANGELOG.md` between your version (`.venv/bin/python -m bot --version`) \
and the new one, and the table below from the schema that `check-backup` prints.
2. Make a backup and check it: [Backups](backups.md).
3. Stop the bot, put the new release in place, and run `make install` (with the same `WITH=`).
4. On SQLite start `web`, which migrates. On PostgreSQL stop every process, run \
`.venv/bin/python -m bot migrate` once, and start them.
5. `.venv/bin/python -m bot doctor`.

All pending migrations are applied in one transaction: after a failure, or a machine that lost its \
power, the database is as before. A migration adds a table or a column without rewriting the rows \
of others; where it reads or writes every row of a table, the table is named below, and the \
upgrade takes longer with its number of rows. From schema 0011 with 5,000 teams, 100,000 people \
and 10,000 open periods on SQLite it took 6.4 seconds of one processor \
(`.venv/bin/python -m tests.upgrade_cost 5000 100000`).

`.venv/bin/python -m tests.journeys.operate` brings copies of a clinic in use back to each schema \
of the table, upgrades them on both databases, and lives on until their periods close. It compares \
lists, what is counted, tables and messages with those of a copy that was not upgraded, and goes \
back a release.

## Go back to the release before

Stop the bot, put the older release in place, install, start. A release that runs on the newer \
schema does so, and migrates nothing; its `doctor` finds the database up to date. What the newer \
release added stays in the database unread, and is used again after the next upgrade. Any other \
release refuses the database in one sentence, before anything is written: put back the backup that \
you made before the upgrade ([what that means for open periods](backups.md)).

Whether it runs is recorded in the database by the newer release, and every tagged release reads \
this record. Of the schemas up to 0022, which are older than the first tag, the column "runs \
release of" says only that their tables would serve the older code, which refuses newer schemas.

## Migrations

| schema | runs release of | every row is read or written of |
| --- | --- | --- |
"""


def render_page(declarations: Iterable[MigrationDeclaration] = load_declarations()) -> str:
    """Return the page: how to upgrade and to go back, a table, and what each migration changes."""
    newest_first = tuple(reversed(tuple(declarations)))
    rows = "".join(f"{row}\n" for row in iter_rows(newest_first))
    changes = "\n".join(iter_changes(newest_first))
    return f"{INTRODUCTION}{rows}\n## What each one changes\n\n{changes}"


def iter_rows(declarations: Iterable[MigrationDeclaration]) -> Iterator[str]:
    """Yield the row of each migration."""
    for declaration in declarations:
        tables = ", ".join(f"`{name}`" for name in declaration.rewritten_tables or ()) or "none"
        supported = describe_supported(declaration, "sqlite")
        on_postgresql = describe_supported(declaration, "postgresql")
        if supported != on_postgresql:
            supported = f"SQLite: {supported}; PostgreSQL: {on_postgresql}"
        yield f"| {declaration.revision} | {supported} | {tables} |"


def describe_supported(declaration: MigrationDeclaration, dialect_name: str) -> str:
    """Return the releases that run on a migration's schema, by their revision."""
    if not declaration.runs_previous_release(dialect_name):
        return "no earlier one"
    return f"{declaration.find_supported(dialect_name)} and later"


def iter_changes(declarations: Iterable[MigrationDeclaration]) -> Iterator[str]:
    """Yield the section of each migration: its docstring without what is for developers."""
    for declaration in declarations:
        paragraphs = [" ".join(part.split()) for part in declaration.description.split("\n\n")]
        summary = " ".join(text for text in paragraphs if "documents each table" not in text)
        yield f"**{declaration.revision}.** {MODULE_REFERENCE.sub(name_file, summary)}\n"


def name_file(reference: re.Match[str]) -> str:
    """Return the file of a module that a docstring refers to."""
    return f"`{reference[1].replace('.', '/')}.py`"


if __name__ == "__main__":
    sys.stdout.write(render_page())
