"""The statements that load and write sealed records, built once for each table.

Building one costs more than executing it, and every form executes both.
"""

from functools import cache
from typing import Any

from sqlalchemy import Select, Table, Update, bindparam, select, update

from bot.store.key_condition import build_key_condition


@cache
def build_select(table: Table) -> Select[Any]:
    """Return the SELECT of records by :func:`bot.store.key_condition.bind_row_keys`, keys first."""
    key_columns = list(table.primary_key)
    return select(*key_columns, table.c.body).where(build_key_condition(key_columns))


@cache
def build_key_select(table: Table) -> Select[Any]:
    """Return the SELECT of the keys of records that have a row, with the same parameter."""
    key_columns = list(table.primary_key)
    return select(*key_columns).where(build_key_condition(key_columns))


@cache
def build_update(table: Table) -> Update:
    """Return the UPDATE of a record's body; binds ``sealed_body`` and ``key_`` and a column."""
    in_row = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    return update(table).where(*in_row).values(body=bindparam("sealed_body"))
