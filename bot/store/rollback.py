"""Rollback detection: a restored database has an older mark than the key store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.store.database_identity import MARK_NAME, read_mark
from bot.store.keys.key_store import KeyStore
from bot.store.repositories.column_codecs import from_unix_seconds
from bot.store.repositories.watermarks import Watermarks

MARK_LAG = timedelta(minutes=15)
"""Time that a process may have run after its last mark: the mark's ten minutes, and a long tick."""


@dataclass(frozen=True)
class Rollback:
    """The database was replaced by an older copy.

    What was written since ``restored_to`` is undone, filings and withdrawals included. The instant
    has the resolution of a watermark, ten minutes. Messages may have been sent until
    ``sent_until``.
    """

    restored_to: datetime
    sent_until: datetime


def detect_rollback(connection: Connection, key_store: KeyStore) -> Rollback | None:
    """Compare the database's mark to the key store's; a lower one means an older copy.

    ``None`` also where either has no mark: a new database, or a new key store, is not an older
    copy. Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    database_mark, claim = read_mark(connection), key_store.read_claim()
    if not database_mark or claim is None or database_mark >= claim.mark:
        return None
    sent_until = from_unix_seconds(claim.mark) + MARK_LAG
    return Rollback(from_unix_seconds(database_mark), sent_until)


def advance_database_mark(connection: Connection, now: datetime) -> int:
    """Advance the database's mark to *now*, and return it in Unix seconds.

    Commit before it is copied to the key store: a crash between the two leaves the key store's
    mark lower, which is no rollback.
    """
    Watermarks(connection).advance(MARK_NAME, now)
    return read_mark(connection)
