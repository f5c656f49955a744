"""Published tables of a team as loaded for a reader, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.counts import release_rule
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.release_rule import ReleasedTable
from bot.domain.counts.withheld_table import WithheldTable
from bot.domain.people import Team


@dataclass(frozen=True)
class PublishedTable:
    """One published table of a team; ``is_pooled`` when it covers several teams together.

    ``opens`` and ``closes`` are Mondays, inclusive and exclusive. ``cap`` is the maximum number of
    debriefs counted per person.
    """

    opens: date
    closes: date
    cap: int
    is_pooled: bool
    table: ReleasedTable

    @property
    def ledger(self) -> str:
        """The ledger of the table: total or breakdown."""
        if isinstance(self.table, release_rule.LostTable | WithheldTable):
            return self.table.ledger
        is_total = isinstance(self.table, release_rule.TotalTable)
        return release_rule.TOTAL if is_total else release_rule.BREAKDOWN

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.closes - timedelta(days=1)

    @property
    def period_number(self) -> int:
        """The ordinal of the period among periods of the same length; the next one has the next."""
        return self.closes.toordinal() // (self.closes - self.opens).days


@dataclass(frozen=True)
class ReportArchive:
    """All published tables of one team, newest first, and the next release.

    ``other_teams`` are the other teams whose tables the reader has access to; ``reads_by_role`` is
    True for a supervisor or director, False for a clinician of the team. ``may_share`` is True for
    a person who may share with the team's channel. ``day`` is the team's local day, which selects
    the theme before the first table. ``unlisted_count`` people count in the team's open periods and
    are on no team's list.
    """

    team: Team
    tables: tuple[PublishedTable, ...]
    next_release: NextRelease | None
    other_teams: tuple[Team, ...] = ()
    reads_by_role: bool = True
    may_share: bool = False
    day: date = date.min
    unlisted_count: int = 0

    def newest_tables(self, closes: date | None = None) -> tuple[PublishedTable, ...]:
        """Return the newest table of each ledger published until *closes* (``None``: ever)."""
        return select_newest(self.tables, closes)

    def at_close(self, closes: date | None) -> "ReportArchive":
        """Return the archive without tables published after *closes*; unchanged for ``None``."""
        if closes is None:
            return self
        tables = tuple(published for published in self.tables if published.closes <= closes)
        return replace(self, tables=tables)


def select_newest(
    tables: Sequence[PublishedTable], closes: date | None = None
) -> tuple[PublishedTable, ...]:
    """Return the newest of each ledger of *tables*, newest first, published until *closes*."""
    newest_by_ledger: dict[str, PublishedTable] = {}
    for published in tables:
        if closes is None or published.closes <= closes:
            newest_by_ledger.setdefault(published.ledger, published)
    return tuple(newest_by_ledger.values())
