"""Records the statements that a block sends to the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from bot.context import Context


@contextmanager
def record_statements(context: Context) -> Iterator[list[tuple[str, int]]]:
    """Record every statement of both engines, with the number of rows that it changed."""
    statements: list[tuple[str, int]] = []

    def record(_conn: object, cursor: object, statement: str, *_: object) -> None:
        statements.append((statement, max(0, getattr(cursor, "rowcount", 0))))

    engines = context.store._engines
    for engine in engines:
        event.listen(engine, "after_cursor_execute", record)
    yield statements
    for engine in engines:
        event.remove(engine, "after_cursor_execute", record)


@contextmanager
def record_threads(context: Context) -> Iterator[list[int]]:
    """Record the thread of every statement of both engines."""
    threads: list[int] = []

    def record(*_: object) -> None:
        threads.append(threading.get_ident())

    engines = context.store._engines
    for engine in engines:
        event.listen(engine, "after_cursor_execute", record)
    yield threads
    for engine in engines:
        event.remove(engine, "after_cursor_execute", record)
