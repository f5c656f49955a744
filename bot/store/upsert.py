"""INSERT ... ON CONFLICT for SQLite and PostgreSQL: upserts and idempotent inserts."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    UpsertInsert = postgresql.Insert | sqlite.Insert

MAX_ROWS_PER_STATEMENT = 1000
"""Rows per statement at most, which bounds its parameters."""

_NO_DEFAULTS: Mapping[str, Any] = MappingProxyType({})


def build_insert(dialect_name: str, table: Table) -> "UpsertInsert":
    """Return an INSERT into *table* in a dialect, which supports ON CONFLICT."""
    if dialect_name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - not loaded on SQLite

    return postgresql.insert(table)


def upsert_row(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    defaults: Mapping[str, Any] = _NO_DEFAULTS,
) -> None:
    """Insert *row* with *defaults*, or update the row with the same primary key by *row* alone."""
    statement = _build_upsert(connection.dialect.name, table, tuple(row))
    connection.execute(statement, {**defaults, **row})


def insert_missing_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose keys are new, in batches, and return how many were inserted."""
    statement = _build_missing_insert(connection.dialect.name, table)
    options = {"preserve_rowcount": True}  # PostgreSQL's count is dropped otherwise
    return sum(
        connection.execute(
            statement, rows[start : start + MAX_ROWS_PER_STATEMENT], execution_options=options
        ).rowcount
        for start in range(0, len(rows), MAX_ROWS_PER_STATEMENT)
    )


@cache
def _build_missing_insert(dialect_name: str, table: Table) -> "UpsertInsert":
    return build_insert(dialect_name, table).on_conflict_do_nothing()


@cache
def _build_upsert(dialect_name: str, table: Table, names: tuple[str, ...]) -> "UpsertInsert":
    """Return the upsert that updates the columns *names*, built once, which takes long."""
    key_names = [column.name for column in table.primary_key]
    statement = build_insert(dialect_name, table)
    values = {name: statement.excluded[name] for name in names if name not in key_names}
    return statement.on_conflict_do_update(index_elements=key_names, set_=values)
