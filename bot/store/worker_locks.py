"""The seats of workers over one PostgreSQL, so that what one leaves behind is found by another."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

_SHARING = int.from_bytes(b"seat")
_ALONE = int.from_bytes(b"solo")
"""The first half of a lock's key tells the way of working, the second is the seat's number."""

_TAKE = text("SELECT pg_try_advisory_lock(:way, :number)")
_LEAVE = text("SELECT pg_advisory_unlock(:way, :number)")
_LEAVE_ALL = text("SELECT pg_advisory_unlock_all()")
_STILL_HERE = text("SELECT 1")

_TAKEN = text(
    "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND classid IN (:sharing, :alone)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " ORDER BY objid"
)

# A holder that stops speaking, its machine gone or its process frozen, must not keep its seat
# for the hours that TCP allows. PostgreSQL 13 lacks the first of these, and does without.
_FALL_FREE = text(
    "SELECT set_config(name, told, false) FROM pg_settings JOIN (VALUES"
    " ('idle_session_timeout', :silence), ('tcp_keepalives_idle', '10'),"
    " ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3')"
    ") AS wanted (named, told) ON name = named"
)

SILENCE = {_SHARING: "30s", _ALONE: "150s"}
"""How long a worker may say nothing: many looks of one that shares, two ticks of one alone."""


class Worker(NamedTuple):
    """A worker that lives: the number of its seat, and whether it shares the work with others."""

    seat: int
    shares: bool


class Seat:
    """One worker's seat: a number that nobody else has for as long as its holder lives.

    PostgreSQL holds it with the session, so it falls free when the process ends, however it
    ends, and the next worker to come takes the same number. Every method blocks for a moment
    and raises the driver's error when the database is away.
    """

    def __init__(self, engine: Engine, *, shares: bool) -> None:
        """Sit by a session of *engine*, telling the others whether this worker *shares*."""
        self._engine = engine
        self._way = _SHARING if shares else _ALONE
        self._session: Connection | None = None
        self.number = 0

    def keep(self) -> bool:
        """Make sure of the seat; ``True`` when it had to be taken (again), and may be another.

        Whoever does not ask for as long as :data:`SILENCE` says has lost it.
        """
        if self._session is not None:
            try:
                self._session.execute(_STILL_HERE)
            except SQLAlchemyError:  # also what a lost session says when asked once more
                self.leave()
            else:
                return False
        self._session = self._engine.connect()
        self._session.execute(_FALL_FREE, {"silence": SILENCE[self._way]})
        wished = chain([self.number or 1], count(1))
        self.number = next(number for number in wished if self._take(number))
        return True

    @contextmanager
    def instead_of(self, number: int) -> Iterator[bool]:
        """Hold the seat of somebody who is gone; ``False`` when they are not, or another does."""
        held = self._take(number)
        try:
            yield held
        finally:
            if held and self._session is not None:
                self._session.execute(_LEAVE, {"way": self._way, "number": number})

    def leave(self) -> None:
        """Let the seat fall free: at once, or as soon as PostgreSQL notices."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(SQLAlchemyError):
                session.execute(_LEAVE_ALL)
            session.invalidate()
            session.close()

    def _take(self, number: int) -> bool:
        if self._session is None:
            return False
        return bool(self._session.scalar(_TAKE, {"way": self._way, "number": number}))


def taken(connection: Connection) -> tuple[Worker, ...]:
    """Every worker that lives at this moment, by the number of its seat."""
    found = connection.execute(_TAKEN, {"sharing": _SHARING, "alone": _ALONE})
    return tuple(Worker(number, way == _SHARING) for way, number in found)
