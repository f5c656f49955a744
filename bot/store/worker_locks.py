"""The seats of workers over one PostgreSQL, so that what one leaves behind is found by another."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

_SHARED_LOCK_CLASS = int.from_bytes(b"seat")
_SINGLE_LOCK_CLASS = int.from_bytes(b"solo")
"""The first half of a lock's key tells the way of working, the second is the seat's number."""

_TRY_LOCK_SQL = text("SELECT pg_try_advisory_lock(:way, :number)")
_UNLOCK_SQL = text("SELECT pg_advisory_unlock(:way, :number)")
_UNLOCK_ALL_SQL = text("SELECT pg_advisory_unlock_all()")
_HEARTBEAT_SQL = text("SELECT 1")

_LIVE_WORKERS_SQL = text(
    "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND classid IN (:sharing, :alone)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " ORDER BY objid"
)

# A holder that stops speaking, its machine gone or its process frozen, must not keep its seat
# for the hours that TCP allows. PostgreSQL 13 lacks the first of these, and does without.
_SET_TIMEOUTS_SQL = text(
    "SELECT set_config(name, told, false) FROM pg_settings JOIN (VALUES"
    " ('idle_session_timeout', :silence), ('tcp_keepalives_idle', '10'),"
    " ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3')"
    ") AS wanted (named, told) ON name = named"
)

IDLE_TIMEOUT_BY_LOCK_CLASS = {_SHARED_LOCK_CLASS: "30s", _SINGLE_LOCK_CLASS: "150s"}
"""How long a worker may say nothing: many looks of one that shares, two ticks of one alone."""


class LiveWorker(NamedTuple):
    """A worker that lives: the number of its seat, and whether it shares the work with others."""

    lease_number: int
    shares_deliveries: bool


class WorkerLease:
    """One worker's seat: a number that nobody else has for as long as its holder lives.

    PostgreSQL holds it with the session, so it falls free when the process ends, however it
    ends, and the next worker to come takes the same number. Every method blocks for a moment
    and raises the driver's error when the database is away.
    """

    def __init__(self, engine: Engine, *, shares_deliveries: bool) -> None:
        """Sit by a session of *engine*, telling the others whether this worker *shares*."""
        self._engine = engine
        self._lock_class = _SHARED_LOCK_CLASS if shares_deliveries else _SINGLE_LOCK_CLASS
        self._session: Connection | None = None
        self.lease_number = 0

    def renew_or_acquire(self) -> bool:
        """Make sure of the seat; ``True`` when it had to be taken (again), and may be another.

        Whoever does not ask for as long as :data:`SILENCE` says has lost it.
        """
        if self._session is not None:
            try:
                self._session.execute(_HEARTBEAT_SQL)
            except SQLAlchemyError:  # also what a lost session says when asked once more
                self.release_lease()
            else:
                return False
        self._session = self._engine.connect()
        self._session.execute(
            _SET_TIMEOUTS_SQL, {"silence": IDLE_TIMEOUT_BY_LOCK_CLASS[self._lock_class]}
        )
        wished = chain([self.lease_number or 1], count(1))
        self.lease_number = next(number for number in wished if self._try_lock(number))
        return True

    @contextmanager
    def lock_vacant_lease(self, lease_number: int) -> Iterator[bool]:
        """Hold the seat of somebody who is gone; ``False`` when they are not, or another does."""
        held = self._try_lock(lease_number)
        try:
            yield held
        finally:
            if held and self._session is not None:
                self._session.execute(
                    _UNLOCK_SQL, {"way": self._lock_class, "number": lease_number}
                )

    def release_lease(self) -> None:
        """Let the seat fall free: at once, or as soon as PostgreSQL notices."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(SQLAlchemyError):
                session.execute(_UNLOCK_ALL_SQL)
            session.invalidate()
            session.close()

    def _try_lock(self, lease_number: int) -> bool:
        if self._session is None:
            return False
        return bool(
            self._session.scalar(_TRY_LOCK_SQL, {"way": self._lock_class, "number": lease_number})
        )


def list_live_workers(connection: Connection) -> tuple[LiveWorker, ...]:
    """Every worker that lives at this moment, by the number of its seat."""
    found = connection.execute(
        _LIVE_WORKERS_SQL, {"sharing": _SHARED_LOCK_CLASS, "alone": _SINGLE_LOCK_CLASS}
    )
    return tuple(LiveWorker(number, way == _SHARED_LOCK_CLASS) for way, number in found)
