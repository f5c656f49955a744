"""The statements that load and write sealed records, built once for each table.

Building one costs more than executing it, and every form executes both.
"""

from functools import cache
from typing import Any

from sqlalchemy import Select, Table, Update, bindparam, select, tuple_, update


@cache
def build_select(table: Table) -> Select[Any]:
    """Return the SELECT of records, key columns first; binds the list of keys ``record_keys``."""
    key_columns = list(table.primary_key)
    is_wanted = tuple_(*key_columns).in_(bindparam("record_keys", expanding=True))
    return select(*key_columns, table.c.body).where(is_wanted)


@cache
def build_update(table: Table) -> Update:
    """Return the UPDATE of a record's body; binds ``sealed_body`` and ``key_`` and a column."""
    in_row = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    return update(table).where(*in_row).values(body=bindparam("sealed_body"))
