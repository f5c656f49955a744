"""Key destruction: removal of the period keys that no open period needs any more."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.keys.claim import CloseAttempts
from bot.store.keys.key_id import PeriodKeyId, StoredKey
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.row_security import begin_across_workspaces
from bot.store.schema import periods

MAX_KEY_TIME_AFTER_PERIOD = timedelta(days=7)
"""Time after the end of its period after which a key is removed, whatever the database says."""

MIN_CLOSE_ATTEMPTS = 25
"""Attempts to close a period before its key is removed for its age; 25 are a day of running."""

MIN_ATTEMPT_INTERVAL_SECONDS = 3600
"""Minimum interval between two attempts that are counted; others in between are not."""


class KeyStoreInUseError(Exception):
    """A copy or the original of this database uses the key store; no key may be removed."""


def remove_unused_keys(
    engine: Engine, key_store: KeyStore, claims: KeyClaims, now_seconds: int
) -> int:
    """Remove the keys of ended periods of which no row is left, and return how many.

    It runs in a transaction of its own, so that it sees committed rows only: a key is removed
    once its release is durable. The transaction holds the writer lock, so that no process opens
    a period with a key that is being removed. A key whose period is not closed is removed after
    :data:`MAX_KEY_TIME_AFTER_PERIOD` and :data:`MIN_CLOSE_ATTEMPTS`, also while the database cannot
    be read. Idempotent: a removal that a crash interrupted is repeated by the next call.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` after all keys were tried,
    and :class:`KeyStoreInUseError` with none removed.
    """
    ended = [key for key in key_store.list_ids() if _has_ended(key, now_seconds)]
    if not ended:
        key_store.finish_deletions()
        return 0
    try:
        with begin_across_workspaces(engine) as connection:
            if claims.acquire(connection, now_seconds) is ClaimStatus.IN_USE:
                raise KeyStoreInUseError
            used_names = _list_used_names(connection)
            used = [key for key in ended if key.file_name in used_names]
            unused = [key for key in ended if key.file_name not in used_names]
            expired = _count_attempts_and_list_expired(claims, used, now_seconds)
            return delete_keys(key_store, [*unused, *expired])
    except SQLAlchemyError:
        if not claims.is_last_known_owner():
            raise
        return delete_keys(key_store, _count_attempts_and_list_expired(claims, ended, now_seconds))


def _list_used_names(connection: Connection) -> frozenset[str]:
    rows = connection.execute(select(periods.c.workspace, periods.c.closes_at).distinct())
    return frozenset(PeriodKeyId(row.workspace, row.closes_at).file_name for row in rows)


def _count_attempts_and_list_expired(
    claims: KeyClaims, used: list[StoredKey], now_seconds: int
) -> list[StoredKey]:
    """Count an attempt for each key that may still be needed, and return those to be removed."""
    earlier = claims.read_attempts()
    attempts = {
        key.file_name: _count_attempt(earlier.get(key.file_name), now_seconds) for key in used
    }
    claims.write_attempts(attempts)
    tried_enough = {
        name for name, attempt in attempts.items() if attempt.attempt_count >= MIN_CLOSE_ATTEMPTS
    }
    return [
        key for key in used if _exceeds_max_time(key, now_seconds) and key.file_name in tried_enough
    ]


def _count_attempt(earlier: CloseAttempts | None, now_seconds: int) -> CloseAttempts:
    """Return the attempts with the present one, if it is an hour after the last counted one.

    After a clock was set back, counting goes on from the new time.
    """
    if earlier is None:
        return CloseAttempts(1, now_seconds)
    elapsed_seconds = now_seconds - earlier.counted_at
    if elapsed_seconds < 0:
        return CloseAttempts(earlier.attempt_count, now_seconds)
    if elapsed_seconds < MIN_ATTEMPT_INTERVAL_SECONDS:
        return earlier
    return CloseAttempts(earlier.attempt_count + 1, now_seconds)


def delete_keys(key_store: KeyStore, keys: Iterable[StoredKey]) -> int:
    """Delete each of *keys* and return how many; one that cannot be does not stop the others.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` after all were tried.
    """
    deleted_count, first_error = 0, None
    for key in keys:
        try:
            key_store.delete(key)
            deleted_count += 1
        except KeyStoreUnavailableError as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    key_store.finish_deletions()
    return deleted_count


def _has_ended(key: StoredKey, now_seconds: int) -> bool:
    return key.closes_at is not None and key.closes_at <= now_seconds


def _exceeds_max_time(key: StoredKey, now_seconds: int) -> bool:
    return (key.closes_at or 0) + MAX_KEY_TIME_AFTER_PERIOD.total_seconds() <= now_seconds
