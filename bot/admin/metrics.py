"""Metrics for monitoring: delivery and workspace counts, with no personal data in any label."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.context import Context
from bot.store.claimed_key_store import KeyHealth
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState

STATUS_BY_STATE: Mapping[DeliveryState, str] = {
    DeliveryState.PLANNED: "owed",
    DeliveryState.SENDING: "owed",
    DeliveryState.SENT: "sent",
    DeliveryState.UNCONFIRMED: "unconfirmed",
    DeliveryState.FAILED: "failed",
    DeliveryState.GONE: "unreachable",
    DeliveryState.MISSED: "missed",
}
"""Public status of each delivery state. Withdrawn deliveries are omitted: counting them would
reveal that a clinician left.
"""

_Counts = tuple[tuple[DeliveryCount, ...], int, int]
"""Delivery counts, suspended workspaces and resting workspaces."""

_NO_HEALTH = KeyHealth(is_available=False)


def summarize_delivery_counts(
    delivery_counts: tuple[DeliveryCount, ...],
) -> list[tuple[str, str, str, str, int]]:
    """Return rows of day, kind, status, reason and count, in that order and sorted by it.

    The reason is empty for the status ``sent``; for ``owed`` it is the code with which the product
    rejected an earlier attempt, if one did.
    """
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for row in delivery_counts:
        if status := STATUS_BY_STATE.get(row.state):
            reason = "" if status == "sent" else row.reason
            totals[row.day.isoformat(), row.kind, status, reason] += row.count
    return [(*key, count) for key, count in sorted(totals.items())]


class Metrics:
    """Queries and caches the counts for ``/readyz`` and ``/metrics``.

    However often the endpoints are polled, the store is queried at most once per cache lifetime.
    """

    def __init__(self, context: Context, cache_seconds: float = 15.0) -> None:
        """Count the rows in the store of *context*; cache the counts for *cache_seconds*."""
        self._context = context
        self._cache_seconds = cache_seconds
        self._cached_counts: _Counts = ((), 0, 0)
        self._cached_key_health = _NO_HEALTH
        self._cached_at = -cache_seconds

    async def delivery_counts(self) -> dict[str, int]:
        """Return the number of deliveries per status, over the five weeks that are stored."""
        (delivery_counts, _, _), _ = await self._load_counts()
        totals = dict.fromkeys(STATUS_BY_STATE.values(), 0)
        for *_, status, _reason, number in summarize_delivery_counts(delivery_counts):
            totals[status] += number
        return totals

    async def key_health(self) -> KeyHealth:
        """Return the state of the key store."""
        _, key_health = await self._load_counts()
        return key_health

    async def render_prometheus(self, tick_age: float | None) -> str:
        """Return all gauges in Prometheus' text format, labelled by kind, status and reason.

        *tick_age* is the number of seconds since the last scheduler tick; ``None`` omits its gauge.
        https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        counts, key_health = await self._load_counts()
        return generate_latest(_build_registry(counts, key_health, tick_age)).decode()

    async def _load_counts(self) -> tuple[_Counts, KeyHealth]:
        """Return the cached figures; query the store if the cache has expired."""
        if time.monotonic() - self._cached_at >= self._cache_seconds:
            now = self._context.now()

            def read_counts(repos: Repositories) -> _Counts:
                return (
                    repos.deliveries.count_by_state(),
                    *repos.workspaces.count_suspended_and_resting(now),
                )

            store = self._context.store
            counts = await store.across_workspaces.read(read_counts)
            self._cached_key_health = await asyncio.to_thread(
                store.claimed_key_store.read_health, now
            )
            self._cached_counts, self._cached_at = counts, time.monotonic()
        return self._cached_counts, self._cached_key_health


def _build_registry(
    counts: _Counts, key_health: KeyHealth, tick_age: float | None
) -> CollectorRegistry:
    """Return a registry with the gauges of one response.

    A registry per response omits series that no longer exist. The library's global registry is
    not used, because it also collects metrics of the process and the platform.
    """
    delivery_counts, suspended_count, resting_count = counts
    registry = CollectorRegistry()
    deliveries = Gauge(
        "attune_deliveries",
        "Deliveries (by kind, status, reason)",
        ("kind", "stands", "reason"),
        registry=registry,
    )
    for _day, kind, status, reason, count in summarize_delivery_counts(delivery_counts):
        deliveries.labels(kind=kind, stands=status, reason=reason).inc(count)
    workspaces = Gauge(
        "attune_workspaces", "Workspaces (suspended, resting)", ("stands",), registry=registry
    )
    workspaces.labels(stands="suspended").set(suspended_count)
    workspaces.labels(stands="resting").set(resting_count)
    keys = Gauge("attune_keys", "Keys (available, lost)", ("stands",), registry=registry)
    keys.labels(stands="available").set(key_health.is_available)
    keys.labels(stands="lost").set(key_health.lost_count)
    if tick_age is not None:
        tick_gauge = Gauge("attune_tick_age_seconds", "Tick age (seconds)", registry=registry)
        tick_gauge.set(round(tick_age))
    return registry
