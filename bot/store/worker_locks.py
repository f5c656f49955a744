"""Worker leases: numbered session-level advisory locks that the workers of one PostgreSQL hold."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

_SHARED_LOCK_CLASS = int.from_bytes(b"seat")
_SINGLE_LOCK_CLASS = int.from_bytes(b"solo")
"""First half of a lock's key: the mode of the worker. The second half is the lease number."""

_TRY_LOCK_SQL = text("SELECT pg_try_advisory_lock(:lock_class, :number)")
_UNLOCK_SQL = text("SELECT pg_advisory_unlock(:lock_class, :number)")
_UNLOCK_ALL_SQL = text("SELECT pg_advisory_unlock_all()")
_HEARTBEAT_SQL = text("SELECT 1")

_LIVE_WORKERS_SQL = text(
    "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND classid IN (:shared_class, :single_class)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " ORDER BY objid"
)

# A worker whose machine is gone or whose process is frozen must lose its lease long before
# TCP's default timeout of hours. PostgreSQL 13 has no idle_session_timeout: the join skips it.
_SET_TIMEOUTS_SQL = text(
    "SELECT set_config(name, wanted_value, false) FROM pg_settings JOIN (VALUES"
    " ('idle_session_timeout', :idle_timeout), ('tcp_keepalives_idle', '10'),"
    " ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3')"
    ") AS wanted (wanted_name, wanted_value) ON name = wanted_name"
)

SHARED_IDLE_SECONDS = 30.0
"""Default idle session timeout of a shared worker: many of its heartbeats."""

SINGLE_IDLE_SECONDS = 150.0
"""Default idle session timeout of a single worker: two ticks of its clock."""


class LiveWorker(NamedTuple):
    """A running worker: its lease number, and whether it shares deliveries with others."""

    lease_number: int
    shares_deliveries: bool


class WorkerLease:
    """One worker's lease: a number that no other live worker of the same mode has.

    It is a session-level advisory lock, so that PostgreSQL releases it when the session
    ends, however the process ends, and the next worker acquires the same number. Every
    method blocks briefly and raises the driver's error when the database is unavailable.
    """

    def __init__(
        self, engine: Engine, *, shares_deliveries: bool, idle_seconds: float | None = None
    ) -> None:
        """Hold the lock in a session of *engine*; the lock's class publishes the worker's mode.

        A worker that sends no heartbeat for *idle_seconds* loses the lease; ``None`` is
        :data:`SHARED_IDLE_SECONDS` or :data:`SINGLE_IDLE_SECONDS`.
        """
        default_seconds = SHARED_IDLE_SECONDS if shares_deliveries else SINGLE_IDLE_SECONDS
        self._idle_seconds = default_seconds if idle_seconds is None else idle_seconds
        self._engine = engine
        self._lock_class = _SHARED_LOCK_CLASS if shares_deliveries else _SINGLE_LOCK_CLASS
        self._session: Connection | None = None
        self.lease_number = 0

    def renew_or_acquire(self) -> bool:
        """Send a heartbeat; ``True`` if the lease had to be acquired, perhaps with a new number."""
        if self._session is not None:
            try:
                self._session.execute(_HEARTBEAT_SQL)
            except SQLAlchemyError:  # also raised by a connection that was invalidated before
                self.release_lease()
            else:
                return False
        self._session = self._engine.connect()
        idle_timeout = f"{round(self._idle_seconds * 1000)}ms"
        self._session.execute(_SET_TIMEOUTS_SQL, {"idle_timeout": idle_timeout})
        candidates = chain([self.lease_number or 1], count(1))
        self.lease_number = next(number for number in candidates if self._try_lock(number))
        return True

    @contextmanager
    def lock_vacant_lease(self, lease_number: int) -> Iterator[bool]:
        """Lock the lease of a dead worker for the block; ``False`` if it is held by any other."""
        is_locked = self._try_lock(lease_number)
        try:
            yield is_locked
        finally:
            if is_locked and self._session is not None:
                self._session.execute(
                    _UNLOCK_SQL, {"lock_class": self._lock_class, "number": lease_number}
                )

    def release_lease(self) -> None:
        """Release the lock: at once, or when PostgreSQL detects the end of a lost session."""
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
            self._session.scalar(
                _TRY_LOCK_SQL, {"lock_class": self._lock_class, "number": lease_number}
            )
        )


def list_live_workers(connection: Connection) -> tuple[LiveWorker, ...]:
    """Return every worker that holds a lease now, by lease number."""
    locks = connection.execute(
        _LIVE_WORKERS_SQL,
        {"shared_class": _SHARED_LOCK_CLASS, "single_class": _SINGLE_LOCK_CLASS},
    )
    return tuple(
        LiveWorker(number, lock_class == _SHARED_LOCK_CLASS) for lock_class, number in locks
    )
