"""The exposure of a person: what the tables on whose frozen lists they are may tell of them.

It is the sum of the epsilons of these tables within 52 weeks, of both ledgers and of every unit:
it follows the person, whatever was closed, split, merged or created anew meanwhile. Whatever the
set-up, it stays at what a regular year comes to.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from bot.domain import calendar
from bot.domain.counts import release_rule
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, MIN_UNIT_SIZE, TOTAL

EXPOSURE_WEEKS = 52
"""The span within which tables are summed, by the Mondays on which they are published."""

_EARLIER_EPSILONS = frozenset(
    (ledger, terms.epsilon) for ledger, terms in release_rule.EARLIER_TERMS
)

_CLASS_SIZES = (MIN_UNIT_SIZE, LARGE_UNIT_SIZE)
"""A declared size of each size class."""


@dataclass(frozen=True)
class Membership:
    """A person's place on the frozen list of a table of *ledger*, published on ``closes``."""

    ledger: str
    closes: date
    epsilon: Fraction


def max_yearly_tables(ledger: str) -> int:
    """Return the largest number of tables of *ledger* in a regular year of a unit."""
    return max(_yearly_tables(ledger, size) for size in _CLASS_SIZES)


def max_yearly_exposure() -> Fraction:
    """Return the largest sum of epsilons in a regular year of a person.

    That is the sum over both ledgers of the class with the larger sum, as a small team can be in a
    practice that is large. Derived from the terms: they cannot change without it.
    """
    return sum(
        (
            max(_yearly_epsilon(ledger, size) for size in _CLASS_SIZES)
            for ledger in (TOTAL, BREAKDOWN)
        ),
        Fraction(0),
    )


def compute_exposure(memberships: Iterable[Membership], window_end: date) -> Fraction:
    """Return the sum of the epsilons of the tables of the 52 weeks until *window_end*, inclusive.

    The first day of these weeks is exclusive, so that they hold a year's tables and no more.
    """
    return _sum_epsilons(_select_window(memberships, window_end))


def would_exceed(memberships: Collection[Membership], candidate: Membership) -> bool:
    """Return whether a person with *memberships* would exceed a bound with *candidate* as well.

    A membership counts whether or not its table is published yet.
    """
    return is_exceeded([*memberships, candidate], candidate.closes)


def is_exceeded(memberships: Collection[Membership], closes: date) -> bool:
    """Return whether a bound is exceeded in any 52 weeks that contain the closing day *closes*.

    The bounds are those of the sum and of the number of tables of a ledger. A table of an earlier
    release's terms is in the sum alone: it was open at the upgrade, and none can be opened any
    more. Counted as well, a breakdown of four weeks would pause a large unit for a quarter.
    """
    last_end = closes + timedelta(weeks=EXPOSURE_WEEKS)
    window_ends = {table.closes for table in memberships if closes <= table.closes < last_end}
    return any(_exceeds(_select_window(memberships, end)) for end in window_ends)


def find_next_allowed_day(
    memberships: Collection[Membership], ledger: str, terms: release_rule.CountingTerms, day: date
) -> date:
    """Return the first Monday from *day* on which a period may open with a person on its list.

    It is a boundary of the periods of *terms*, or *day* itself where the present one may open. The
    wait ends when the last of *memberships* is 52 weeks old.
    """
    opens, closes = day, calendar.period_bounds(day, terms.weeks)[1]
    last_close = max((table.closes for table in memberships), default=day)
    while closes < last_close + timedelta(weeks=EXPOSURE_WEEKS) and would_exceed(
        memberships, Membership(ledger, closes, terms.epsilon)
    ):
        opens, closes = closes, closes + timedelta(weeks=terms.weeks)
    return opens


def find_unit_resume_day(allowed_days: Iterable[date]) -> date | None:
    """Return the first day on which enough people may be on a unit's list; ``None`` if never.

    *allowed_days* are those of its declared people, see :func:`find_next_allowed_day`.
    """
    return next(iter(sorted(allowed_days)[MIN_UNIT_SIZE - 1 :]), None)


def _exceeds(tables: Collection[Membership]) -> bool:
    table_counts = Counter(table.ledger for table in tables if not _has_earlier_terms(table))
    return _sum_epsilons(tables) > max_yearly_exposure() or any(
        count > max_yearly_tables(ledger) for ledger, count in table_counts.items()
    )


def _has_earlier_terms(table: Membership) -> bool:
    return (table.ledger, table.epsilon) in _EARLIER_EPSILONS


def _select_window(memberships: Iterable[Membership], window_end: date) -> list[Membership]:
    window_start = window_end - timedelta(weeks=EXPOSURE_WEEKS)
    return [table for table in memberships if window_start < table.closes <= window_end]


def _sum_epsilons(tables: Iterable[Membership]) -> Fraction:
    counts = Counter(table.epsilon for table in tables)
    return sum((epsilon * count for epsilon, count in counts.items()), Fraction(0))


def _yearly_tables(ledger: str, size: int) -> int:
    return EXPOSURE_WEEKS // release_rule.select_terms(ledger, size).weeks


def _yearly_epsilon(ledger: str, size: int) -> Fraction:
    return release_rule.select_terms(ledger, size).epsilon * _yearly_tables(ledger, size)
