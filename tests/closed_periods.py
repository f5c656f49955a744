"""Archives of a team whose period has closed: with few, many or no debriefs, or a lost key."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from bot.domain.counts import release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, ReleasedTable
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from tests.sample_team import TEAM

CLOSES = date(2026, 7, 6)
_OPENS = CLOSES - timedelta(weeks=13)
_SIZE = 9


def _publish_tables(*tables: ReleasedTable) -> ReportArchive:
    published = (
        PublishedTable(_OPENS, CLOSES, 4, is_pooled=False, table=table) for table in tables
    )
    return ReportArchive(TEAM, tuple(published), None)


def _count_debriefs(code: str, people: int) -> ReportArchive:
    """Return the tables after *people* filed four debriefs each, all with the form *code*."""
    tokens = [bytes([number]) for number in range(people) for _ in range(4)]
    generator = NoiseGenerator(b"made up")
    return _publish_tables(
        release_rule.release_total(
            [(token, "") for token in tokens], release_rule.select_terms(TOTAL, _SIZE), generator
        ),
        release_rule.release_breakdown(
            [(token, code) for token in tokens],
            "form",
            release_rule.select_terms(BREAKDOWN, _SIZE),
            generator,
        ),
    )


CLOSED_ARCHIVES: Mapping[str, ReportArchive] = MappingProxyType(
    {
        "nothing": _count_debriefs("away", 0),
        "few": _count_debriefs("away", 1),
        "many": _count_debriefs("away", 60),
        "too few": _publish_tables(
            *(WithheldTable(ledger, WithholdingReason.TOO_FEW) for ledger in (TOTAL, BREAKDOWN))
        ),
        "lost key": _publish_tables(*map(release_rule.release_lost_table, (TOTAL, BREAKDOWN))),
    }
)
"""The archives by case; only the one with many debriefs has a leader."""
