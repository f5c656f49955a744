"""Leases of the workers of one PostgreSQL: advisory locks that their sessions hold.

A worker's lease is a number of its own; the duty lease is held by the one worker that runs the
scheduled duties. The database ends the session of a worker that was killed or hangs, which
releases its locks: another worker takes over (failover).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.engines import Engines, create_lease_engine

_SHARED_LOCK_CLASS = int.from_bytes(b"seat")
_SINGLE_LOCK_CLASS = int.from_bytes(b"solo")
"""First half of a lock's key: the mode of the worker. The second half is the lease number."""

_DUTY_LOCK = {"lock_class": int.from_bytes(b"duty"), "number": 1}
"""Key of the duty lease."""

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

SHARED_IDLE_TIMEOUT_SECONDS = 30.0
"""Default lease timeout (idle session timeout) of a shared worker: many of its heartbeats."""

SINGLE_IDLE_TIMEOUT_SECONDS = 150.0
"""Default lease timeout (idle session timeout) of a single worker: two ticks of its clock."""


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
        self, engine: Engine, *, shares_deliveries: bool, idle_timeout_seconds: float | None = None
    ) -> None:
        """Hold the lock in a session of *engine*; the lock's class publishes the worker's mode.

        A worker that sends no heartbeat for *idle_timeout_seconds* loses the lease; ``None`` is
        :data:`SHARED_IDLE_TIMEOUT_SECONDS` or :data:`SINGLE_IDLE_TIMEOUT_SECONDS`.
        """
        if idle_timeout_seconds is None:
            idle_timeout_seconds = (
                SHARED_IDLE_TIMEOUT_SECONDS if shares_deliveries else SINGLE_IDLE_TIMEOUT_SECONDS
            )
        self._idle_timeout_seconds = idle_timeout_seconds
        self._engine = engine
        self._lock_class = _SHARED_LOCK_CLASS if shares_deliveries else _SINGLE_LOCK_CLASS
        self._session: Connection | None = None
        self.lease_number = 0

    def renew_or_acquire(self) -> bool:
        """Send a heartbeat; ``True`` if the lease had to be acquired, perhaps with a new number."""
        if _renew_session(self._session):
            return False
        self.release_lease()
        self._session = _open_session(self._engine, self._idle_timeout_seconds)
        try:
            candidates = chain([self.lease_number or 1], count(1))
            self.lease_number = next(number for number in candidates if self._try_lock(number))
        except SQLAlchemyError:
            self.release_lease()  # the next heartbeat must not take the session for a lease
            raise
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
        _close_session(session)

    def _try_lock(self, lease_number: int) -> bool:
        if self._session is None:
            return False
        return bool(
            self._session.scalar(
                _TRY_LOCK_SQL, {"lock_class": self._lock_class, "number": lease_number}
            )
        )


class DutyLease:
    """Leader election: the right to run the scheduled duties, which one worker has at a time.

    Every duty may run in any number of workers at once; the lease saves them from doing the same
    work, and people's saves from waiting for several closes. PostgreSQL releases it when the
    session of its holder ends, or has sent no heartbeat for *idle_timeout_seconds*.
    """

    def __init__(
        self, engine: Engine, *, idle_timeout_seconds: float = SINGLE_IDLE_TIMEOUT_SECONDS
    ) -> None:
        """Hold the lock in a session of *engine*, which is open only while it is held."""
        self._engine = engine
        self._idle_timeout_seconds = idle_timeout_seconds
        self._session: Connection | None = None

    def renew_or_acquire(self) -> bool:
        """Send a heartbeat, or try to acquire the lease; return whether this worker has it.

        Blocks briefly. Raises the driver's error when the database is unavailable.
        """
        if _renew_session(self._session):
            return True
        self.release_lease()
        self._session = _open_session(self._engine, self._idle_timeout_seconds)
        is_acquired = False
        try:
            is_acquired = bool(self._session.scalar(_TRY_LOCK_SQL, _DUTY_LOCK))
        finally:
            if not is_acquired:
                self.release_lease()
        return is_acquired

    def release_lease(self) -> None:
        """Release the lock: at once, or when PostgreSQL detects the end of a lost session."""
        session, self._session = self._session, None
        _close_session(session)


class WorkerLocks:
    """The leases of the workers over one database; SQLite has one process and none of them."""

    def __init__(self, engines: Engines) -> None:
        """Lock in sessions of their own on the server of *engines*."""
        self._engines = engines

    def create_worker_lease(
        self, *, shares_deliveries: bool, idle_timeout_seconds: float | None = None
    ) -> WorkerLease:
        """Create this process's worker lease on the PostgreSQL server, not yet acquired.

        It expires after *idle_timeout_seconds* without a heartbeat; ``None`` is the mode's default.
        """
        return WorkerLease(
            create_lease_engine(self._engines),
            shares_deliveries=shares_deliveries,
            idle_timeout_seconds=idle_timeout_seconds,
        )

    def create_duty_lease(
        self, *, idle_timeout_seconds: float = SINGLE_IDLE_TIMEOUT_SECONDS
    ) -> DutyLease | None:
        """Create the duty lease on the PostgreSQL server, not yet acquired; ``None`` on SQLite.

        It expires after *idle_timeout_seconds* without a heartbeat.
        """
        if self._engines.is_sqlite:
            return None
        return DutyLease(
            create_lease_engine(self._engines), idle_timeout_seconds=idle_timeout_seconds
        )

    def list_live_workers(self) -> tuple[LiveWorker, ...]:
        """Return every worker with a lease, by its number; none on SQLite. Blocks briefly."""
        if self._engines.is_sqlite:
            return ()
        with self._engines.reader.begin() as connection:
            locks = connection.execute(
                _LIVE_WORKERS_SQL,
                {"shared_class": _SHARED_LOCK_CLASS, "single_class": _SINGLE_LOCK_CLASS},
            )
            return tuple(
                LiveWorker(number, lock_class == _SHARED_LOCK_CLASS) for lock_class, number in locks
            )


def _open_session(engine: Engine, idle_timeout_seconds: float) -> Connection:
    """Open a session that the server ends after *idle_timeout_seconds* idle, or unreachable."""
    session = engine.connect()
    try:
        idle_timeout = f"{round(idle_timeout_seconds * 1000)}ms"
        session.execute(_SET_TIMEOUTS_SQL, {"idle_timeout": idle_timeout})
    except SQLAlchemyError:
        _close_session(session)
        raise
    return session


def _renew_session(session: Connection | None) -> bool:
    """Send a heartbeat; ``False`` where the session has ended, and its locks with it."""
    if session is None:
        return False
    try:
        session.execute(_HEARTBEAT_SQL)
    except SQLAlchemyError:  # also raised by a connection that was invalidated before
        return False
    return True


def _close_session(session: Connection | None) -> None:
    """Unlock everything and end the session, if there is one."""
    if session is not None:
        with suppress(SQLAlchemyError):
            session.execute(_UNLOCK_ALL_SQL)
        session.invalidate()
        session.close()
