"""Which acts were done already, so that a retry or a second click does nothing more."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, select

from bot.domain.counts import pseudonyms
from bot.store.schema import inbox
from bot.store.upsert import add


class Inbox:
    """Remembers acts for two days as keyed digests, which tell nobody who did what, or when."""

    def __init__(self, connection: Connection, peppers: Sequence[bytes]) -> None:
        """Open the book on *connection*; digests are made with the newest of *peppers*."""
        self._connection = connection
        self._peppers = peppers

    def first(self, kind: str, key: str, day: date) -> bool:
        """Whether this act of *kind* is done now for the first time; it is remembered.

        Acts remembered under an older pepper count, so that one is not done twice on the
        day that the peppers change.
        """
        newest, *older = (pseudonyms.inbox_key(pepper, kind, key) for pepper in self._peppers)
        done_before = select(inbox.c.key).where(inbox.c.key.in_(older)).limit(1)
        if older and self._connection.scalar(done_before):
            return False
        return add(self._connection, inbox, [{"key": newest, "day": day}]) == 1

    def sweep(self, before: date) -> int:
        """Forget acts done earlier than *before*, and say how many those were."""
        return self._connection.execute(delete(inbox).where(inbox.c.day < before)).rowcount
