"""Writing a row that may be there already, in the words of either database."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

MAX_ROWS_PER_STATEMENT = 1000
"""How many rows one statement writes at most."""

UpsertInsert = postgresql.Insert | sqlite.Insert


def build_insert(connection: Connection, table: Table) -> UpsertInsert:
    """An insertion into *table* that can say what happens when the row is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def upsert_row(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Keep *row*, in the place of the one with the same primary key if there is one."""
    keys = [column.name for column in table.primary_key]
    values = {name: value for name, value in row.items() if name not in keys}
    connection.execute(
        build_insert(connection, table)
        .values(row)
        .on_conflict_do_update(index_elements=keys, set_=values)
    )


def insert_missing_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Keep those of *rows* whose keys are not taken, a thousand at a time, and say how many."""
    statement = build_insert(connection, table).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}  # PostgreSQL's count is dropped otherwise
    return sum(
        connection.execute(
            statement, rows[start : start + MAX_ROWS_PER_STATEMENT], execution_options=counted
        ).rowcount
        for start in range(0, len(rows), MAX_ROWS_PER_STATEMENT)
    )
