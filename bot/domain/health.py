"""Rules of readiness (can this process answer people?) and of service (does the whole?)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MAX_TICK_AGE = timedelta(minutes=3)
"""Age of the last tick of any worker from which no worker counts as alive: three ticks."""

MAX_FAILED_RUNS = 3
"""Number of failed runs in a row from which a duty counts as failing."""


class DatabaseState(StrEnum):
    """What one process finds when it reads its database."""

    READABLE = "readable"
    UNREADABLE = "unreadable"
    """It does not answer in time, or with an error."""
    DELETED = "deleted"
    """The file is not at its path: nothing is read or written until it is back."""
    REPLACED = "replaced"
    """Another file is in the place of the one that this process has open."""
    OUTDATED = "outdated"
    """Its schema is not this release's."""


class HealthFault(StrEnum):
    """Why people are not served, in one word."""

    UNREADABLE = "unreadable"
    DELETED = "deleted"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    DISCONNECTED = "disconnected"
    """A configured socket is not connected."""
    UNWRITABLE = "unwritable"
    """The database is full, read-only, or locked for longer than a form can wait."""
    TOKEN = "token"  # noqa: S105 - the name of a fault
    """A product refuses the bot's token."""
    WORKER = "worker"
    """No worker has ticked for :data:`MAX_TICK_AGE`."""
    DUTY = "duty"
    """A duty has failed at its last :data:`MAX_FAILED_RUNS` runs."""
    KEYS = "keys"
    """The key store cannot be used, or lacks a key of an open period."""
    SUSPENDED = "suspended"
    """A workspace is suspended."""


@dataclass(frozen=True)
class SharedState:
    """What all processes of one deployment share, as one of them reads it.

    ``refused_products`` are those that refuse the bot's token; ``failed_runs`` is the number of
    failed runs in a row by duty. No field changes with what people file.
    """

    is_writable: bool = True
    refused_products: tuple[str, ...] = ()
    last_tick: datetime | None = None
    failed_runs: Mapping[str, int] = field(default_factory=dict)
    has_keys: bool = True
    lost_key_count: int = 0
    suspended_count: int = 0


def find_process_fault(database: DatabaseState, *, is_connected: bool) -> HealthFault | None:
    """Return why this process cannot serve people; ``None`` if it can, be it with "busy"."""
    if database is not DatabaseState.READABLE:
        return HealthFault(database.value)
    return None if is_connected else HealthFault.DISCONNECTED


def find_shared_faults(state: SharedState, now: datetime) -> tuple[HealthFault, ...]:
    """Return what keeps the whole from serving people, in the order of the remedies."""
    is_faulty = {
        HealthFault.UNWRITABLE: not state.is_writable,
        HealthFault.TOKEN: bool(state.refused_products),
        HealthFault.WORKER: not is_tick_recent(state.last_tick, now),
        HealthFault.DUTY: bool(list_failing_duties(state.failed_runs)),
        HealthFault.KEYS: not state.has_keys or state.lost_key_count > 0,
        HealthFault.SUSPENDED: state.suspended_count > 0,
    }
    return tuple(fault for fault, is_present in is_faulty.items() if is_present)


def is_tick_recent(last_tick: datetime | None, now: datetime) -> bool:
    """Return whether a worker has ticked within :data:`MAX_TICK_AGE`.

    A tick further in the future was recorded before a clock was set back: a worker that is alive
    would have recorded another one since.
    """
    return last_tick is not None and abs(now - last_tick) <= MAX_TICK_AGE


def measure_tick_age(last_tick: datetime | None, now: datetime) -> float | None:
    """Return the seconds since the last tick, at least 0; ``None`` before the first one."""
    return None if last_tick is None else max(0.0, (now - last_tick).total_seconds())


def list_failing_duties(failed_runs: Mapping[str, int]) -> tuple[str, ...]:
    """Return the duties that failed at their last :data:`MAX_FAILED_RUNS` runs, sorted."""
    return tuple(sorted(name for name, count in failed_runs.items() if count >= MAX_FAILED_RUNS))
