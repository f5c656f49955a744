"""The state of a move to another database, in a table that both have until it is complete.

The table is no part of the schema: it has integers by name, such as the number of rows copied by
table, and never a value of such a row. Its presence alone stops every start. The source has it from
the moment at which the target goes on in its place, and retains it; the target has it until it is
complete.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    delete,
    inspect,
    select,
)

from bot.store.database_faults import DatabaseFault
from bot.store.upsert import upsert_row

_metadata = MetaData()

database_move = Table(
    "database_move",
    _metadata,
    Column("name", String(80), primary_key=True),
    Column("count", BigInteger, nullable=False),
    comment="Rows copied by table while a database is moved; moved_at in the one left behind.",
)

MOVED_AT = "moved_at"
"""Name of the row that the source of a complete copy has, with the instant in Unix seconds."""

KEYS_MOVED = "keys_moved"
"""Name of the row that the target has if the keys move as well."""


def find_move_fault(connection: Connection) -> DatabaseFault | None:
    """Return why a database that takes part in a move cannot be used; ``None`` for any other."""
    if not has_move(connection):
        return None
    is_source = read_value(connection, MOVED_AT) is not None
    return DatabaseFault.MOVED if is_source else DatabaseFault.MOVE_INCOMPLETE


def has_move(connection: Connection) -> bool:
    """Whether the database is the source or the target of a move."""
    return inspect(connection).has_table(database_move.name)


def begin_move(connection: Connection) -> None:
    """Create the table, unless it is there."""
    _metadata.create_all(connection)


def end_move(connection: Connection) -> None:
    """Drop the table: the target is complete."""
    _metadata.drop_all(connection)


def read_value(connection: Connection, name: str) -> int | None:
    """Return the integer of the row *name*; ``None`` without such a row, or without the table."""
    if not has_move(connection):
        return None
    query = select(database_move.c.count).where(database_move.c.name == name)
    value: int | None = connection.scalar(query)
    return value


def write_value(connection: Connection, name: str, value: int) -> None:
    """Upsert the row *name* with the integer *value* in the column ``count``."""
    upsert_row(connection, database_move, {"name": name, "count": value})


def delete_value(connection: Connection, name: str) -> None:
    """Delete the row *name*, so that the table is copied from its beginning."""
    connection.execute(delete(database_move).where(database_move.c.name == name))
