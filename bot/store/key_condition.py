"""The condition that a row has one of several primary keys, by which an index finds the rows.

SQLite finds no row by a list of row values: it reads the table from end to end, with its sealed
bodies. With a list for each column as well it searches the primary key.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, tuple_

_ROW_KEYS = "row_keys"


def build_key_condition(columns: Iterable[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Return the condition that *columns* have the values of a key that is bound later.

    Its parameters are those of :func:`bind_row_keys`, so that a statement is compiled once.
    """
    key_columns = list(columns)
    has_values = [
        column.in_(bindparam(_column_parameter(number), expanding=True))
        for number, column in enumerate(key_columns)
    ]
    if len(key_columns) == 1:
        return has_values[0]
    has_key = tuple_(*key_columns).in_(bindparam(_ROW_KEYS, expanding=True))
    return and_(*has_values, has_key)


def bind_row_keys(row_keys: Sequence[tuple[Any, ...]]) -> Mapping[str, Sequence[Any]]:
    """Return the parameters of :func:`build_key_condition`; *row_keys* has one key at least."""
    values_by_column = {
        _column_parameter(number): list(dict.fromkeys(values))
        for number, values in enumerate(zip(*row_keys, strict=True))
    }
    return (
        values_by_column if len(values_by_column) == 1 else {_ROW_KEYS: row_keys} | values_by_column
    )


def _column_parameter(number: int) -> str:
    return f"{_ROW_KEYS}_{number}"
