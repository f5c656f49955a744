"""What identifies a database: an id that its copies share, and its instance, which they do not."""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, text

from bot.store.schema import watermarks
from bot.store.upsert import insert_missing_rows, upsert_row

_ID_NAME = "database_id"
_CLAIM_NAME = "key_store_claimed"
_OLDEST_REVISION_NAME = "oldest_supported_revision"

MARK_NAME = "rollback_mark"
"""Name of the watermark up to which the database has lived."""

_DATABASE_NUMBER_SQL = "SELECT oid FROM pg_database WHERE datname = current_database()"
_SERVER_NUMBER_SQL = "SELECT system_identifier FROM pg_control_system()"
_MAY_READ_SERVER_NUMBER_SQL = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"


def create_database_id(connection: Connection) -> None:
    """Insert a random id of 62 bits, unless there is one."""
    _insert_value(connection, _ID_NAME, secrets.randbelow(1 << 62))


def read_database_id(connection: Connection) -> int | None:
    """Return the id; ``None`` before the migration that creates it."""
    return _read_value(connection, _ID_NAME)


def read_mark(connection: Connection) -> int:
    """Return the instant in Unix seconds up to which the database has lived; 0 without one."""
    return _read_value(connection, MARK_NAME) or 0


def has_recorded_claim(connection: Connection) -> bool:
    """Whether the database has recorded that a key store serves it, which then has its claim."""
    return _read_value(connection, _CLAIM_NAME) is not None


def record_claim(connection: Connection) -> None:
    """Record that a key store serves this database."""
    _insert_value(connection, _CLAIM_NAME, 1)


def record_oldest_supported(connection: Connection, revision: str) -> None:
    """Record the oldest schema *revision* whose release runs on this schema, for that release."""
    upsert_row(connection, watermarks, {"name": _OLDEST_REVISION_NAME, "looked": int(revision)})


def read_oldest_supported(connection: Connection) -> int | None:
    """Return that revision as a number; ``None`` where no release has recorded it."""
    return _read_value(connection, _OLDEST_REVISION_NAME)


def identify_instance(connection: Connection) -> str:
    """Return a digest that tells this database from every copy of it that exists beside it.

    SQLite: of the file's number and its file system's. PostgreSQL: of the server's number, which
    ``initdb`` draws, if it may be read, and the database's. Neither is in a backup. Both survive a
    restart of the bot; a file system that numbers itself by its device may have another number
    after one of the machine, which looks like a move. A clone of a whole volume has the same.
    """
    if connection.dialect.name == "sqlite":
        path = connection.engine.url.database or ""
        parts = [Path(path).stat().st_ino, os.statvfs(path).f_fsid]
    else:
        parts = [connection.scalar(text(_DATABASE_NUMBER_SQL))]
        if connection.scalar(text(_MAY_READ_SERVER_NUMBER_SQL)):
            parts.append(connection.scalar(text(_SERVER_NUMBER_SQL)))
    return sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32]


def _insert_value(connection: Connection, name: str, value: int) -> None:
    insert_missing_rows(connection, watermarks, [{"name": name, "looked": value}])


def _read_value(connection: Connection, name: str) -> int | None:
    has_table = _SELECT_HAS_TABLE[connection.dialect.name]
    if not connection.scalar(has_table, {"table": watermarks.name}):
        return None
    value: int | None = connection.scalar(_SELECT_VALUE, {"name": name})
    return value


_SELECT_VALUE = select(watermarks.c.looked).where(watermarks.c.name == bindparam("name"))

_SELECT_HAS_TABLE = {
    "sqlite": text("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :table"),
    "postgresql": text("SELECT to_regclass(:table) IS NOT NULL"),
}
"""The query whether there is a table, by kind of database: less work than an inspector's."""
