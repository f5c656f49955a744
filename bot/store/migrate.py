"""Schema migrations: run Alembic from code and check the revision of the database.

A newer release records beside its schema which older releases run on it, so that a release that
is rolled back knows whether it does; see :mod:`bot.store.migration_declarations`.

A process that starts on a current schema does not import Alembic: its revision is read by SQL and
those of this release are in the names of the migrations' files.
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import count

from sqlalchemy import Connection, inspect, text

from bot.store import database_identity
from bot.store.database_faults import DatabaseFault, UnusableDatabaseError
from bot.store.keys.key_store import KeyStore
from bot.store.migration_declarations import (
    MIGRATIONS_FOLDER,
    find_oldest_supported,
    load_declarations,
)
from bot.store.move_state import find_move_fault

_MAY_CREATE_SQL = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
_REVISION_TABLE = "alembic_version"
_READ_REVISIONS_SQL = text(f"SELECT version_num FROM {_REVISION_TABLE}")  # noqa: S608 - a constant
_REVISION_PATTERN = re.compile(r"\d{4}")


StepCallback = Callable[[int, int], None]
"""Called after each migration with the number applied and the total."""


def upgrade_schema(
    connection: Connection,
    peppers: tuple[bytes, ...],
    key_store: KeyStore,
    on_step: StepCallback = lambda _done, _total: None,
) -> None:
    """Apply all pending migrations inside the open transaction of *connection*.

    *peppers* and *key_store* are for migrations of pseudonymous or sealed rows.

    Either all are committed or none. Where several processes start at once, the first to
    acquire the writer lock migrates and the others find the schema current. Raises
    :class:`bot.store.database_faults.UnusableDatabaseError` for a schema that is not this bot's.
    """
    fault = find_schema_fault(connection)
    if not fault:
        return
    if fault is not DatabaseFault.OLDER_SCHEMA:
        raise UnusableDatabaseError(fault)
    from alembic import command  # noqa: PLC0415 - loaded only for a migration
    from alembic.config import Config  # noqa: PLC0415 - loaded only for a migration

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["peppers"] = peppers
    config.attributes["key_store"] = key_store
    config.attributes["applied"] = _build_step_hook(connection, on_step)
    command.upgrade(config, "head")
    record_oldest_supported(connection)


def record_oldest_supported(connection: Connection) -> None:
    """Record the oldest release that runs on this schema, which is another one by database."""
    oldest_revision = find_oldest_supported(load_declarations(), connection.dialect.name)
    database_identity.record_oldest_supported(connection, oldest_revision)


def _build_step_hook(connection: Connection, on_step: StepCallback) -> Callable[..., None]:
    """Return the callback that Alembic calls after each migration."""
    newest_applied = max(_read_revisions(connection), default="")
    total = sum(revision > newest_applied for revision in known_revisions())
    applied_counter = count(1)
    return lambda **_: on_step(next(applied_counter), total)


def is_schema_current(connection: Connection) -> bool:
    """Whether the database's revision is this release's, or a newer one that supports it."""
    revisions = _read_revisions(connection)
    return revisions == latest_revisions() or _is_supported(connection, revisions)


def find_schema_fault(connection: Connection) -> DatabaseFault | None:
    """Return ``OLDER_SCHEMA`` before a migration, or why the schema cannot be migrated.

    ``None`` for this release's schema and for a newer one on which this release runs. A revision
    above this release's is a newer release's; any other that is unknown here, and an SQLite file
    with tables and no revision, belong to another program. A database that was moved,
    or whose move is not complete, is not used either.
    """
    revisions = _read_revisions(connection)
    move_fault = find_move_fault(connection)
    if move_fault or revisions == latest_revisions():
        return move_fault
    if revisions - known_revisions():
        if not _are_ours(revisions):
            return DatabaseFault.FOREIGN_SCHEMA
        return None if _is_supported(connection, revisions) else DatabaseFault.NEWER_SCHEMA
    is_sqlite = connection.dialect.name == "sqlite"
    if not revisions and is_sqlite and inspect(connection).get_table_names():
        return DatabaseFault.FOREIGN_SCHEMA
    if not is_sqlite and not connection.scalar(_MAY_CREATE_SQL):
        return DatabaseFault.MISSING_PRIVILEGE
    return DatabaseFault.OLDER_SCHEMA


def _are_ours(revisions: set[str]) -> bool:
    return all(_REVISION_PATTERN.fullmatch(revision) for revision in revisions)


def _is_supported(connection: Connection, revisions: set[str]) -> bool:
    """Whether a newer release has recorded that this one runs on its schema."""
    if not revisions - known_revisions() or not _are_ours(revisions):
        return False
    oldest = database_identity.read_oldest_supported(connection)
    return oldest is not None and oldest <= int(max(latest_revisions()))


def has_revision(connection: Connection) -> bool:
    """Whether any migration was ever applied."""
    return bool(_read_revisions(connection))


def has_latest_revision(connection: Connection) -> bool:
    """Whether the schema is exactly this release's: it has no column that this one ignores."""
    return _read_revisions(connection) == latest_revisions()


def _read_revisions(connection: Connection) -> set[str]:
    if not inspect(connection).has_table(_REVISION_TABLE):
        return set()
    return set(connection.scalars(_READ_REVISIONS_SQL))


@cache
def known_revisions() -> frozenset[str]:
    """Return the schema revisions that this release contains, from the names of their files."""
    files = (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py")
    return frozenset(file.name.partition("_")[0] for file in files)


@cache
def latest_revisions() -> set[str]:
    """Return the newest schema revision that this release contains."""
    return {max(known_revisions())}
