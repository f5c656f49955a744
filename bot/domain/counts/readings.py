"""What published tables state: the one value that sentences, bars, lists and export render.

No other module interprets a table, so no two renderings of it can disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from bot.domain.counts.published_tables import PublishedTable
from bot.domain.counts.release_rule import (
    Band,
    BreakdownTable,
    LostTable,
    ReleasedTable,
    Share,
    TotalTable,
)
from bot.domain.counts.withheld_table import WithheldTable
from bot.elements import Level

LEVELS: Mapping[Share, Level] = MappingProxyType(
    {
        Share.ALMOST_NONE: Level.NONE,
        Share.A_QUARTER: Level.FEW,
        Share.HALF: Level.HALF,
        Share.THREE_QUARTERS: Level.MOST,
        Share.ALMOST_ALL: Level.MOST,
    }
)
"""The level of each published share: a larger share never has a lower level."""


@dataclass(frozen=True)
class Reading:
    """What one published table states.

    ``absence`` is why there are no figures, a key of ``counts``, or ``""``. ``band`` is ``None``
    for a breakdown and without figures. ``question`` is ``""`` but for a breakdown. ``leader`` is
    the answer that clearly led, or ``""``. ``levels`` are those of all answers in the order of the
    form, and empty wherever bars would contradict the sentence.
    """

    opens: date
    closes: date
    cap: int
    is_pooled: bool
    ledger: str
    absence: str
    band: Band | None
    question: str
    leader: str
    levels: tuple[tuple[str, Level], ...]

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.closes - timedelta(days=1)

    @property
    def weeks(self) -> int:
        """The length of the period in weeks."""
        return (self.closes - self.opens).days // 7


def read_tables(tables: Sequence[PublishedTable]) -> tuple[Reading, ...]:
    """Return the readings of *tables* in their order; each pair of one period is read together.

    A leader is not named where the total of the same people and period is "fewer than 10, perhaps
    none": the lead could consist of noise alone, and the two sentences would contradict each other.
    """
    quiet_periods = {
        _identify_period(published)
        for published in tables
        if isinstance(published.table, TotalTable) and published.table.band is Band.FEW
    }
    return tuple(
        _read_table(published, is_quiet=_identify_period(published) in quiet_periods)
        for published in tables
    )


def _identify_period(published: PublishedTable) -> tuple[date, date, bool]:
    return published.opens, published.closes, published.is_pooled


def _read_table(published: PublishedTable, *, is_quiet: bool) -> Reading:
    table = published.table
    band = table.band if isinstance(table, TotalTable) else None
    question, leader = "", ""
    levels: tuple[tuple[str, Level], ...] = ()
    if isinstance(table, BreakdownTable):
        question, leader = table.question, "" if is_quiet else table.leader
        levels = _select_levels(table, leader)
    return Reading(
        opens=published.opens,
        closes=published.closes,
        cap=published.cap,
        is_pooled=published.is_pooled,
        ledger=published.ledger,
        absence=_find_absence(table),
        band=band,
        question=question,
        leader=leader,
        levels=levels,
    )


def _find_absence(table: ReleasedTable) -> str:
    """Return why there are no figures, as a key of ``counts``; ``""`` for a table with figures."""
    if isinstance(table, LostTable):
        return "lost"
    return table.reason.value if isinstance(table, WithheldTable) else ""


def _select_levels(table: BreakdownTable, leader: str) -> tuple[tuple[str, Level], ...]:
    """Return the levels of *table* where they show that *leader* led, and none elsewhere.

    Without a leader the order of the bars is within the noise. Where rounding puts another answer
    level with the leader, bars would deny the sentence.
    """
    levels = {code: LEVELS[share] for code, share in table.shares}
    highest_other = max(
        (level.value for code, level in levels.items() if code != leader), default=0
    )
    if not leader or levels[leader].value <= highest_other:
        return ()
    return tuple(levels.items())
