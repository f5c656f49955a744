"""Health check of this process and of the deployment: cached probes, endpoints, metrics and log."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from bot.admin.cached_probe import CachedProbe
from bot.admin.delivery_status import count_by_status
from bot.admin.deployment_figures import DeploymentFigures, ProcessFigures, load_figures
from bot.context import Context
from bot.domain import health
from bot.domain.health import DatabaseState, HealthFault, SharedState
from bot.state_log import StateLog
from bot.store.write_probe import can_write

logger = logging.getLogger("attune.health")

READINESS_CACHE_SECONDS = 5.0
"""Cache lifetime in seconds of the database state in the response of ``/readyz``."""

FIGURES_CACHE_SECONDS = 15.0
"""Cache lifetime of the figures, and interval of the background task's checks, in seconds."""

_WRITE_PROBE_INTERVAL_SECONDS, _TOKEN_CHECK_INTERVAL_SECONDS = 60.0, 300.0
"""Interval in seconds of the write probe, and of the token checks, as long as they succeed.

After a failure each is repeated in every check, so that the recovery is detected sooner.
"""

_START_POLL_INTERVAL_SECONDS, _MAX_START_POLLS = 0.1, 300
"""Polling interval in seconds and number of polls, 30 seconds in all, before the first check."""


class MonitoredAdapter(Protocol):
    """Properties and requests of one product's adapter that the monitor polls."""

    @property
    def is_socket_connected(self) -> bool | None:
        """Whether the Socket Mode connection is open; ``None`` where none is configured."""

    @property
    def refused_request_count(self) -> int:
        """Number of requests rejected for their signature or token since the process started."""

    async def has_refused_token(self) -> bool:
        """Return whether the product rejects the bot's token; false if it gives no response."""


@dataclass(frozen=True)
class _Snapshot:
    """State of the deployment at one moment; ``figures`` is ``None`` for an unreadable database."""

    process_fault: HealthFault | None
    faults: tuple[HealthFault, ...]
    figures: DeploymentFigures | None
    tick_age_seconds: float | None


class HealthMonitor:
    """Builds the responses of the monitoring endpoints, and logs each change of a fault.

    Endpoints read cached probes: a poll starts no transaction while the cache is fresh, and never a
    request to a product or a write, which the background task alone sends. One instance per
    process, used on its event loop.
    """

    def __init__(
        self,
        context: Context,
        adapters: Mapping[str, MonitoredAdapter],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        cache_seconds: float = FIGURES_CACHE_SECONDS,
        has_started: Callable[[], bool] = lambda: True,
    ) -> None:
        """Monitor the store of *context* and *adapters*, a dict by product; no I/O yet.

        *monotonic* returns seconds, by which caches expire. *cache_seconds* is the cache lifetime
        of the figures and the interval of the background task. *has_started* is a callback that
        returns whether the process has ticked, if it runs the scheduler.
        """
        store = context.store
        self._context, self._adapters, self._monotonic = context, adapters, monotonic
        self._interval_seconds, self._has_started = cache_seconds, has_started
        self._state_probe = CachedProbe(
            store.database_probe.read_state,
            min(READINESS_CACHE_SECONDS, cache_seconds),
            monotonic,
        )
        self._figures_probe = CachedProbe(
            lambda: load_figures(store, context.now()), cache_seconds, monotonic
        )
        self._is_writable = True
        self._refused_products: tuple[str, ...] = ()
        self._next_write_probe = self._next_token_check = monotonic()
        self._daily_unreachable_count: tuple[date, int] | None = None
        self._state_log = StateLog(logger)

    async def check_readiness(self) -> dict[str, Any]:
        """Return the JSON body of ``/readyz``: whether this process can serve, and its fault."""
        fault = await self._find_process_fault()
        return {"ready": fault is None, "cause": fault or ""}

    async def check_deployment(self) -> dict[str, Any]:
        """Return the JSON body of ``/servez``: whether the deployment serves, and its faults.

        If the database cannot be read, the figures have their default values.
        """
        snapshot = await self._take_snapshot()
        figures = snapshot.figures or DeploymentFigures()
        age = snapshot.tick_age_seconds
        return {
            "served": not snapshot.faults,
            "faults": list(snapshot.faults),
            "workers": figures.worker_count,
            "tick_seconds": None if age is None else round(age),
            "failing_duties": list(health.list_failing_duties(figures.failed_runs)),
            "refused_products": list(self._refused_products),
            "keys": figures.key_store_health.is_available,
            "lost_keys": figures.key_store_health.missing_count,
            "suspended_workspaces": figures.suspended_count,
            "deliveries": count_by_status(figures.delivery_counts),
        }

    async def render_metrics(self) -> str:
        """Render the metrics in Prometheus' text format, without figures if the read failed."""
        from bot.admin import metrics  # noqa: PLC0415 - many clinics scrape nothing

        snapshot = await self._take_snapshot()
        adapters = self._adapters.items()
        return metrics.render_prometheus(
            ProcessFigures(
                is_ready=snapshot.process_fault is None,
                faults=snapshot.faults,
                tick_age_seconds=snapshot.tick_age_seconds,
                refused_requests={name: a.refused_request_count for name, a in adapters},
                sockets={
                    name: is_connected
                    for name, adapter in adapters
                    if (is_connected := adapter.is_socket_connected) is not None
                },
            ),
            snapshot.figures,
        )

    async def run_forever(self) -> None:
        """Log the start, then check periodically and log each change, until the task is cancelled.

        An exception ends the task: the caller logs it and starts the coroutine again.
        """
        await self._wait_for_start()
        await self.refresh()
        await self._log_start()
        while True:
            await asyncio.sleep(self._interval_seconds)
            await self.refresh()

    async def refresh(self) -> None:
        """Run the write probe and the token checks that are due, and log the changed faults."""
        now = self._monotonic()
        if now >= self._next_write_probe:
            self._is_writable = await can_write(self._context.store, self._context.now())
            self._next_write_probe = now + (
                _WRITE_PROBE_INTERVAL_SECONDS if self._is_writable else 0
            )
        if now >= self._next_token_check:
            self._refused_products = await self._list_refused_products()
            self._next_token_check = now + (
                0 if self._refused_products else _TOKEN_CHECK_INTERVAL_SECONDS
            )
        snapshot = await self._take_snapshot()
        is_complete = snapshot.figures is not None
        self._state_log.report_causes("health.fault", snapshot.faults, is_complete=is_complete)

    async def _list_refused_products(self) -> tuple[str, ...]:
        return tuple(
            [
                product
                for product, adapter in self._adapters.items()
                if await adapter.has_refused_token()
            ]
        )

    async def _wait_for_start(self) -> None:
        """Poll until the sockets are connected and the process has ticked, or until the timeout."""
        for _ in range(_MAX_START_POLLS):
            if self._are_sockets_connected() and self._has_started():
                return
            await asyncio.sleep(_START_POLL_INTERVAL_SECONDS)

    async def _log_start(self) -> None:
        """Log the products, the kind of the database and the number of teams."""
        snapshot = await self._take_snapshot()
        facts: dict[str, str | int] = {
            "action": "health.serving",
            "served": not snapshot.faults,
            "products": ",".join(self._adapters),
            "database": self._context.store.database_probe.database_kind,
        }
        if snapshot.figures:
            facts["teams"] = snapshot.figures.team_count
        logger.info("health.serving", extra=facts)

    async def _take_snapshot(self) -> _Snapshot:
        fault = await self._find_process_fault()
        is_readable = fault in {None, HealthFault.DISCONNECTED}
        figures = await self._figures_probe.read() if is_readable else None
        if figures is None:
            process_faults = (fault or HealthFault.UNREADABLE,)
            return _Snapshot(fault, process_faults, None, None)
        now = self._context.now()
        shared_state = SharedState(
            is_writable=self._is_writable,
            refused_products=self._refused_products,
            last_tick=figures.last_tick,
            failed_runs=figures.failed_runs,
            has_keys=figures.key_store_health.is_available,
            lost_key_count=figures.key_store_health.missing_count,
            suspended_count=figures.suspended_count,
        )
        faults = (*((fault,) if fault else ()), *health.find_shared_faults(shared_state, now))
        tick_age = health.measure_tick_age(figures.last_tick, now)
        return _Snapshot(fault, faults, self._apply_daily_unreachable_count(figures), tick_age)

    def _apply_daily_unreachable_count(self, figures: DeploymentFigures) -> DeploymentFigures:
        """Return *figures* with the first count of unreachable people that was read on this day.

        A request of such a person marks their row as reachable: a count that changes by the minute
        would reveal who has used the bot.
        """
        today = self._context.now().date()
        if self._daily_unreachable_count is None or self._daily_unreachable_count[0] != today:
            self._daily_unreachable_count = (today, figures.unreachable_count)
        return replace(figures, unreachable_count=self._daily_unreachable_count[1])

    async def _find_process_fault(self) -> HealthFault | None:
        state = await self._state_probe.read() or DatabaseState.UNREADABLE
        return health.find_process_fault(state, is_connected=self._are_sockets_connected())

    def _are_sockets_connected(self) -> bool:
        return all(a.is_socket_connected is not False for a in self._adapters.values())
