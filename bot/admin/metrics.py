"""What whoever looks after the bot sees of it from outside: counts, and nobody in them."""

import time
from collections import Counter
from collections.abc import Mapping

from bot.context import Desk
from bot.store.repositories import Books
from bot.store.repositories.deliveries import State, Tally

STANDS: Mapping[State, str] = {
    State.PLANNED: "owed",
    State.SENDING: "owed",
    State.SENT: "sent",
    State.UNCONFIRMED: "unconfirmed",
    State.FAILED: "failed",
    State.GONE: "unreachable",
    State.MISSED: "missed",
}
"""How a delivery stands, as it is told. What was taken back is not: it would tell of leaving."""

_FRESH = 15.0
"""Seconds for which counts are told again instead of counted again."""


def told(tally: tuple[Tally, ...]) -> list[tuple[str, str, str, str, int]]:
    """Every count by day, kind, how it stands and reason; what is still owed has no reason."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for one in tally:
        if stands := STANDS.get(one.state):
            reason = "" if stands in {"owed", "sent"} else one.reason
            counted[one.day.isoformat(), one.kind, stands, reason] += one.number
    return [(*key, number) for key, number in sorted(counted.items())]


class Watch:
    """Counts deliveries and workspaces for `/readyz` and `/metrics`, at most every 15 seconds."""

    def __init__(self, desk: Desk) -> None:
        """Count what lies at *desk*."""
        self._desk = desk
        self._counted: tuple[tuple[Tally, ...], int, int] = ((), 0, 0)
        self._at = -_FRESH

    async def deliveries(self) -> dict[str, int]:
        """How many deliveries of the five weeks that are kept stand where."""
        tally, _, _ = await self._look()
        counted = dict.fromkeys(STANDS.values(), 0)
        for *_, stands, _reason, number in told(tally):
            counted[stands] += number
        return counted

    async def metrics(self, tick_age: float | None) -> str:
        """The same in Prometheus' text format, by kind and reason, with the age of the last tick.

        https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        tally, suspended, resting = await self._look()
        counted: Counter[str] = Counter()
        for _day, kind, stands, reason, number in told(tally):
            counted[f'kind="{kind}",stands="{stands}",reason="{_escaped(reason)}"'] += number
        lines = ["# TYPE attune_deliveries gauge"]
        lines += [f"attune_deliveries{{{labels}}} {n}" for labels, n in sorted(counted.items())]
        lines += ["# TYPE attune_workspaces gauge"]
        lines += [f'attune_workspaces{{stands="suspended"}} {suspended}']
        lines += [f'attune_workspaces{{stands="resting"}} {resting}']
        if tick_age is not None:
            lines += ["# TYPE attune_tick_age_seconds gauge"]
            lines += [f"attune_tick_age_seconds {tick_age:.0f}"]
        return "\n".join(lines) + "\n"

    async def _look(self) -> tuple[tuple[Tally, ...], int, int]:
        if time.monotonic() - self._at >= _FRESH:
            now = self._desk.now()

            def look(books: Books) -> tuple[tuple[Tally, ...], int, int]:
                return books.deliveries.tally(), *books.workspaces.standing(now)

            self._counted, self._at = await self._desk.store.read(look), time.monotonic()
        return self._counted


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
