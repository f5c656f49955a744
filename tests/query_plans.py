"""Query plans in SQLite's words: which steps of a statement read a whole table."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store.engines import Engines
from bot.store.schema import metadata

Statements = dict[str, Any]
"""The parameters of each statement that was executed."""

_UNSELECTIVE_COLUMNS = {"ledger=?"}
"""What a search of an index finds half of the rows of a table by."""

_STEP = re.compile(r"(?P<kind>SCAN|SEARCH) (?P<table>\w+)(?:.* \((?P<columns>.*)\))?")


@contextmanager
def record_statements(engines: Engines) -> Iterator[Statements]:
    """Record every statement of the block; of an executemany, the first row."""
    statements: Statements = {}

    def record(*arguments: Any) -> None:
        _connection, _cursor, statement, parameters, _context, is_batch = arguments
        statements.setdefault(statement, parameters[0] if is_batch else parameters)

    for engine in (engines.reader, engines.writer):
        event.listen(engine, "before_cursor_execute", record)
    yield statements
    for engine in (engines.reader, engines.writer):
        event.remove(engine, "before_cursor_execute", record)


def list_table_scans(engines: Engines, statements: Statements) -> list[str]:
    """Return the steps that read a whole table or half of it, each with its statement."""
    with sqlite3.connect(engines.reader.url.database or "") as connection:
        return [
            f"{detail}: {statement}"
            for statement, parameters in statements.items()
            if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement)
            for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            if _is_table_scan(detail)
        ]


def _is_table_scan(detail: str) -> bool:
    step = _STEP.match(detail)
    if step is None or step["table"] not in metadata.tables:
        return False
    return step["kind"] == "SCAN" or step["columns"] in _UNSELECTIVE_COLUMNS
