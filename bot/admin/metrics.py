"""Metrics for monitoring: delivery and workspace counts, with no personal data in any label."""

import time
from collections import Counter
from collections.abc import Mapping

from bot.context import Context
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

_CACHE_SECONDS = 15.0
"""Lifetime of the cached counts, in seconds."""


def count_by_status(tally: tuple[DeliveryCount, ...]) -> list[tuple[str, str, str, str, int]]:
    """Return rows of day, kind, status, reason and count, in that order and sorted by it.

    Planned and sent deliveries have no reason.
    """
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for row in tally:
        if status := STATUS_BY_STATE.get(row.state):
            reason = "" if status in {"owed", "sent"} else row.reason
            totals[row.day.isoformat(), row.kind, status, reason] += row.count
    return [(*key, number) for key, number in sorted(totals.items())]


class Metrics:
    """Queries and caches the counts for ``/readyz`` and ``/metrics``.

    A query of the store runs at most every 15 seconds, however often the endpoints are polled.
    """

    def __init__(self, context: Context) -> None:
        """Count the deliveries and workspaces in the store of *context*."""
        self._context = context
        self._cached_counts: tuple[tuple[DeliveryCount, ...], int, int] = ((), 0, 0)
        self._cached_at = -_CACHE_SECONDS

    async def delivery_counts(self) -> dict[str, int]:
        """Return the number of deliveries per status, over the five weeks that are stored."""
        tally, _, _ = await self._load_counts()
        totals = dict.fromkeys(STATUS_BY_STATE.values(), 0)
        for *_, status, _reason, number in count_by_status(tally):
            totals[status] += number
        return totals

    async def render_prometheus(self, tick_age: float | None) -> str:
        """Return all gauges in Prometheus' text format, labelled by kind, status and reason.

        *tick_age* is the number of seconds since the last scheduler tick; ``None`` omits its gauge.
        https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        tally, suspended, resting = await self._load_counts()
        totals: Counter[str] = Counter()
        for _day, kind, status, reason, number in count_by_status(tally):
            totals[f'kind="{kind}",stands="{status}",reason="{_escape_label(reason)}"'] += number
        lines = ["# TYPE attune_deliveries gauge"]
        lines += [f"attune_deliveries{{{labels}}} {n}" for labels, n in sorted(totals.items())]
        lines += ["# TYPE attune_workspaces gauge"]
        lines += [f'attune_workspaces{{stands="suspended"}} {suspended}']
        lines += [f'attune_workspaces{{stands="resting"}} {resting}']
        if tick_age is not None:
            lines += ["# TYPE attune_tick_age_seconds gauge"]
            lines += [f"attune_tick_age_seconds {tick_age:.0f}"]
        return "\n".join(lines) + "\n"

    async def _load_counts(self) -> tuple[tuple[DeliveryCount, ...], int, int]:
        """Return the cached counts; query the store if the cache has expired."""
        if time.monotonic() - self._cached_at >= _CACHE_SECONDS:
            now = self._context.now()

            def read_counts(repos: Repositories) -> tuple[tuple[DeliveryCount, ...], int, int]:
                return repos.deliveries.count_by_state(), *repos.workspaces.count_refusing(now)

            self._cached_counts, self._cached_at = (
                await self._context.store.read(read_counts),
                time.monotonic(),
            )
        return self._cached_counts


def _escape_label(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
