"""Idempotency keys: HMAC digests that give a retry or a double click no second effect."""

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, select

from bot.domain.counts import pseudonyms
from bot.store.schema import idempotency_keys
from bot.store.upsert import insert_missing_rows

_KEY_BYTES = 32
"""Length of a stored key, derived or random."""


class IdempotencyKeys:
    """Claims of idempotency keys, stored for two days as HMAC digests.

    A digest reveals neither the person nor the kind or the time of the request.
    """

    def __init__(self, connection: Connection, peppers: Sequence[bytes]) -> None:
        """Use the transaction of *connection*; the newest of *peppers* keys new digests."""
        self._connection = connection
        self._peppers = peppers

    def claim(self, kind: str, key: str, day: date) -> bool:
        """Claim the key of a request of *kind*; ``True`` at the first claim, ``False`` on a retry.

        A claim under an older pepper counts, so that a request is not processed twice on the
        day of a pepper rotation. A rollback of the transaction releases the claim.
        """
        newest_digest, *older_digests = (
            pseudonyms.derive_idempotency_key(pepper, kind, key) for pepper in self._peppers
        )
        earlier_claim = (
            select(idempotency_keys.c.key).where(idempotency_keys.c.key.in_(older_digests)).limit(1)
        )
        if older_digests and self._connection.scalar(earlier_claim):
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
        return self._connection.execute(
            delete(idempotency_keys).where(idempotency_keys.c.day < cutoff)
        ).rowcount
