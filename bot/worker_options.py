"""Intervals and composers of a process that sends deliveries; by default production's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.admin.health_monitor import FIGURES_CACHE_SECONDS
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from schedules import COMPOSERS
from schedules.clock import TICK_SECONDS
from schedules.delivery.composition import Composer
from schedules.delivery.worker_timings import WorkerTimings


@dataclass(frozen=True)
class WorkerOptions:
    """What a test with real processes changes, so that it does not wait for minutes."""

    timings: WorkerTimings = field(default_factory=WorkerTimings)
    """Timings of the queue that several workers share."""

    tick_seconds: float = TICK_SECONDS
    """Seconds between two ticks of the scheduler."""

    health_check_seconds: float = FIGURES_CACHE_SECONDS
    """Seconds between two checks of the health of the whole."""

    reconcile_after: timedelta = RECONCILE_AFTER
    """Age of a claim without a result from which its delivery is looked up in the product."""

    niceness: int = 10
    """How much lower than its caller's the CPU priority is, as a niceness of 0 to 19.

    On a machine that `web` shares with workers which send to hundreds of workspaces, a request
    would wait for a processor behind messages, for which nobody waits.
    """

    composers: Mapping[str, Composer] = field(default_factory=lambda: COMPOSERS)
    """The composer of each delivery kind."""


PRODUCTION = WorkerOptions()
"""The options of every process that an operator starts."""
