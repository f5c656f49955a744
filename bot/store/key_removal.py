"""Key destruction: removal of the period keys that no open period needs any more."""

from datetime import timedelta

from sqlalchemy import Engine, select

from bot.store.keys.key_id import PeriodKeyId, StoredKey
from bot.store.keys.key_store import KeyStore
from bot.store.schema import periods

MAX_KEY_AGE = timedelta(days=7)
"""Time after the end of its period after which a key is removed, whatever the database says."""


def remove_unused_keys(engine: Engine, key_store: KeyStore, now_seconds: int) -> int:
    """Remove the keys of ended periods of which no row is left, and return how many.

    It runs in a transaction of its own, so that it sees committed rows only: a key is removed
    once its release is durable. The transaction holds the writer lock, so that no process opens
    a period with a key that is being removed. Idempotent: a removal that a crash interrupted is
    repeated by the next call. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    ended = [key for key in key_store.list_ids() if _has_ended(key, now_seconds)]
    if not ended:
        return 0
    with engine.begin() as connection:
        rows = connection.execute(select(periods.c.workspace, periods.c.closes_at).distinct())
        used_names = {PeriodKeyId(row.workspace, row.closes_at).file_name for row in rows}
        unused = [
            key for key in ended if key.file_name not in used_names or _is_too_old(key, now_seconds)
        ]
        for key in unused:
            key_store.delete(key)
    return len(unused)


def _has_ended(key: StoredKey, now_seconds: int) -> bool:
    return key.closes_at is not None and key.closes_at <= now_seconds


def _is_too_old(key: StoredKey, now_seconds: int) -> bool:
    return (key.closes_at or 0) + MAX_KEY_AGE.total_seconds() <= now_seconds
