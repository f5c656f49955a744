"""What whoever looks after the bot sees of it from outside: counts, and nobody in them."""

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
"""How a delivery stands, as it is told. What was taken back is not: it would tell of leaving."""

_CACHE_SECONDS = 15.0
"""Seconds for which counts are told again instead of counted again."""


def count_by_status(tally: tuple[DeliveryCount, ...]) -> list[tuple[str, str, str, str, int]]:
    """Every count by day, kind, how it stands and reason; what is still owed has no reason."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for one in tally:
        if stands := STATUS_BY_STATE.get(one.state):
            reason = "" if stands in {"owed", "sent"} else one.reason
            counted[one.day.isoformat(), one.kind, stands, reason] += one.count
    return [(*key, number) for key, number in sorted(counted.items())]


class Metrics:
    """Counts deliveries and workspaces for `/readyz` and `/metrics`, at most every 15 seconds."""

    def __init__(self, context: Context) -> None:
        """Count what lies at *desk*."""
        self._context = context
        self._cached_counts: tuple[tuple[DeliveryCount, ...], int, int] = ((), 0, 0)
        self._cached_at = -_CACHE_SECONDS

    async def delivery_counts(self) -> dict[str, int]:
        """How many deliveries of the five weeks that are kept stand where."""
        tally, _, _ = await self._load_counts()
        counted = dict.fromkeys(STATUS_BY_STATE.values(), 0)
        for *_, stands, _reason, number in count_by_status(tally):
            counted[stands] += number
        return counted

    async def render_prometheus(self, tick_age: float | None) -> str:
        """The same in Prometheus' text format, by kind and reason, with the age of the last tick.

        https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        tally, suspended, resting = await self._load_counts()
        counted: Counter[str] = Counter()
        for _day, kind, stands, reason, number in count_by_status(tally):
            counted[f'kind="{kind}",stands="{stands}",reason="{_escape_label(reason)}"'] += number
        lines = ["# TYPE attune_deliveries gauge"]
        lines += [f"attune_deliveries{{{labels}}} {n}" for labels, n in sorted(counted.items())]
        lines += ["# TYPE attune_workspaces gauge"]
        lines += [f'attune_workspaces{{stands="suspended"}} {suspended}']
        lines += [f'attune_workspaces{{stands="resting"}} {resting}']
        if tick_age is not None:
            lines += ["# TYPE attune_tick_age_seconds gauge"]
            lines += [f"attune_tick_age_seconds {tick_age:.0f}"]
        return "\n".join(lines) + "\n"

    async def _load_counts(self) -> tuple[tuple[DeliveryCount, ...], int, int]:
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
