"""Which acts were done already, so that a retry or a second click does nothing more."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, select

from bot.domain.counts import pseudonyms
from bot.store.schema import idempotency_keys
from bot.store.upsert import insert_missing_rows


class IdempotencyKeys:
    """Remembers acts for two days as keyed digests, which tell nobody who did what, or when."""

    def __init__(self, connection: Connection, peppers: Sequence[bytes]) -> None:
        """Open the book on *connection*; digests are made with the newest of *peppers*."""
        self._connection = connection
        self._peppers = peppers

    def claim(self, kind: str, key: str, day: date) -> bool:
        """Whether this act of *kind* is done now for the first time; it is remembered.

        Acts remembered under an older pepper count, so that one is not done twice on the
        day that the peppers change.
        """
        newest, *older = (
            pseudonyms.derive_idempotency_key(pepper, kind, key) for pepper in self._peppers
        )
        done_before = (
            select(idempotency_keys.c.key).where(idempotency_keys.c.key.in_(older)).limit(1)
        )
        if older and self._connection.scalar(done_before):
            return False
        return (
            insert_missing_rows(self._connection, idempotency_keys, [{"key": newest, "day": day}])
            == 1
        )

    def delete_before(self, cutoff: date) -> int:
        """Forget acts done earlier than *before*, and say how many those were."""
        return self._connection.execute(
            delete(idempotency_keys).where(idempotency_keys.c.day < cutoff)
        ).rowcount
