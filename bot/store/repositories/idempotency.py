"""Idempotency keys: HMAC digests that give a retry or a double click no second effect."""

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, delete, select

from bot.domain.counts import pseudonyms
from bot.errors import StoreBusyError
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.record_cache import RecordCache
from bot.store.schema import idempotency_keys
from bot.store.upsert import insert_missing_rows

_KEY_BYTES = 32
"""Length of a stored key, derived or random."""

_DELETE_BEFORE = delete(idempotency_keys).where(idempotency_keys.c.day < bindparam("cutoff"))


class IdempotencyKeys:
    """Claims of idempotency keys, stored for two days as HMAC digests.

    A digest reveals neither the person nor the kind or the time of the request. Its secret key
    is outside the database, see :class:`bot.store.request_keys.RequestKeys`.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection*, and the secret keys that *records* loads."""
        self._connection = connection
        self._records = records

    def claim(self, kind: str, key: str, day: date) -> bool:
        """Claim the key of a request of *kind*; ``True`` at the first claim, ``False`` on a retry.

        A claim under an earlier secret key counts, so that its loss gives no request a second
        effect. A rollback of the transaction releases the claim. Raises
        :class:`bot.errors.StoreBusyError` while the secret key cannot be read.
        """
        newest_digest, *older_digests = (
            pseudonyms.derive_idempotency_key(secret_key, kind, key)
            for secret_key in self._load_secret_keys()
        )
        if older_digests and self._has_any_digest(older_digests):
            return False
        return (
            insert_missing_rows(
                self._connection, idempotency_keys, [{"key": newest_digest, "day": day}]
            )
            == 1
        )

    def insert_random_key(self, day: date) -> None:
        """Insert a key of no request; it cannot be distinguished from a request's.

        The statement is that of a claim: PostgreSQL logs one that allows for a conflict otherwise.
        """
        row = {"key": secrets.token_bytes(_KEY_BYTES), "day": day}
        insert_missing_rows(self._connection, idempotency_keys, [row])

    def delete_before(self, cutoff: date) -> int:
        """Delete claims of days before *cutoff* and return how many were deleted."""
        return self._connection.execute(_DELETE_BEFORE, {"cutoff": cutoff}).rowcount

    def _has_any_digest(self, digests: Sequence[bytes]) -> bool:
        earlier_claim = select(idempotency_keys.c.key).where(idempotency_keys.c.key.in_(digests))
        return self._connection.scalar(earlier_claim.limit(1)) is not None

    def _load_secret_keys(self) -> tuple[bytes, ...]:
        try:
            return self._records.load_request_keys()
        except KeyStoreUnavailableError as error:
            raise StoreBusyError from error
