"""Copy of a table to another database in batches, and the digest by which both are compared."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, func, select

from bot.store import move_state
from bot.store.upsert import insert_missing_rows

BATCH_ROWS = 1000
"""Rows per transaction."""

_DIGEST_MODULUS = 1 << 256

BeginTransaction = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction, which is committed at the end of the block."""

RowsCallback = Callable[[int], None]
"""Called after each transaction with the number of rows it copied."""


class TableDigest(NamedTuple):
    """Number of rows of a table, and the sum of the SHA-256 digests of its rows.

    A row is digested as Python values, so that both databases' types are the same: whole numbers,
    booleans, texts, bytes and dates. The sum does not depend on the order, which collations change.
    """

    row_count: int
    digest: int


def copy_table(
    source: Connection,
    begin_write: BeginTransaction,
    table: Table,
    on_rows: RowsCallback,
    *,
    batch_rows: int = BATCH_ROWS,
) -> None:
    """Copy *table* in the order of its key; each transaction stores how many rows are copied.

    After an interruption the next call continues there. What the target had before is deleted.
    Where the source has changed since, the rows may differ afterwards, which a comparison shows.
    """
    with begin_write() as connection:
        copied_count = move_state.read_value(connection, table.name)
        if copied_count is None:
            connection.execute(delete(table))
            move_state.write_value(connection, table.name, 0)
    query = select(table).order_by(*table.primary_key.columns)
    rows = source.execute(query, execution_options={"yield_per": batch_rows})
    row_number = 0
    for batch in rows.mappings().partitions():
        row_number += len(batch)
        if row_number > (copied_count or 0):
            with begin_write() as connection:
                insert_missing_rows(connection, table, [dict(row) for row in batch])
                move_state.write_value(connection, table.name, row_number)
        on_rows(len(batch))


def digest_table(connection: Connection, table: Table) -> TableDigest:
    """Read every row of *table* and return the digest of all."""
    row_count = digest = 0
    rows = connection.execute(select(table), execution_options={"yield_per": BATCH_ROWS})
    for row in rows:
        row_count += 1
        row_digest = sha256(repr(tuple(row)).encode()).digest()
        digest = (digest + int.from_bytes(row_digest)) % _DIGEST_MODULUS
    return TableDigest(row_count, digest)


def count_rows(connection: Connection, table: Table) -> int:
    """Return the number of rows of *table*."""
    return connection.scalar(select(func.count()).select_from(table)) or 0
