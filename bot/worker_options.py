"""Intervals, timeouts, CPU priority and composers of a worker process, with production defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.admin.health_monitor import FIGURES_CACHE_SECONDS
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from schedules import COMPOSERS
from schedules.delivery.composition import Composer
from schedules.delivery.worker_timings import WorkerTimings
from schedules.ticker import TICK_INTERVAL_SECONDS


@dataclass(frozen=True)
class WorkerOptions:
    """Constants of a worker process that tests of real processes override with shorter ones."""

    timings: WorkerTimings = field(default_factory=WorkerTimings)
    """Lease, queue and shutdown timings of workers that share one PostgreSQL."""

    tick_interval_seconds: float = TICK_INTERVAL_SECONDS
    """Seconds between two ticks of the scheduler."""

    health_check_seconds: float = FIGURES_CACHE_SECONDS
    """Seconds between two health checks by the background task, and lifetime of their cache."""

    reconcile_after: timedelta = RECONCILE_AFTER
    """Age of a claim without a result from which reconciliation looks its message up."""

    niceness: int = 10
    """Increment of the process's niceness, 0 to 19, passed to ``os.nice``.

    With the same CPU priority as its workers, a `web` process on the same machine would respond
    late while they send to hundreds of workspaces.
    """

    composers: Mapping[str, Composer] = field(default_factory=lambda: COMPOSERS)
    """The composer of each delivery; the key is the ``kind`` column of its row."""


PRODUCTION = WorkerOptions()
"""The default instance, of every process that an operator starts."""
