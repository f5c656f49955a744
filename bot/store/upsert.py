"""INSERT ... ON CONFLICT for SQLite and PostgreSQL: upserts and idempotent inserts."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

MAX_ROWS_PER_STATEMENT = 1000
"""Rows per statement at most, which bounds its parameters."""

UpsertInsert = postgresql.Insert | sqlite.Insert


def build_insert(connection: Connection, table: Table) -> UpsertInsert:
    """Return an INSERT into *table* in the connection's dialect, which supports ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def upsert_row(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert *row*, or update the row with the same primary key."""
    key_names = [column.name for column in table.primary_key]
    values = {name: value for name, value in row.items() if name not in key_names}
    connection.execute(
        build_insert(connection, table)
        .values(row)
        .on_conflict_do_update(index_elements=key_names, set_=values)
    )


@cache
def _build_idempotent_insert(dialect_name: str, table: Table) -> UpsertInsert:
    """Return the INSERT of missing rows into *table*, built once: every form executes it."""
    insert = sqlite.insert if dialect_name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def insert_missing_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose keys are new, in batches, and return how many were inserted."""
    statement = _build_idempotent_insert(connection.dialect.name, table)
    options = {"preserve_rowcount": True}  # PostgreSQL's count is dropped otherwise
    return sum(
        connection.execute(
            statement, rows[start : start + MAX_ROWS_PER_STATEMENT], execution_options=options
        ).rowcount
        for start in range(0, len(rows), MAX_ROWS_PER_STATEMENT)
    )
