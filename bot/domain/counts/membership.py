"""Who counts where: a period freezes its list, and each person counts in one unit per ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.domain import calendar
from bot.domain.counts.release_rule import BREAKDOWN, MIN_UNIT_SIZE, TOTAL
from bot.domain.reachability import has_working_account

ADDITION_DAYS = 7
"""Days from a period's opening during which an addition to the list still counts in it."""

MIN_WORKING_ACCOUNTS = MIN_UNIT_SIZE
"""People of a frozen list with a working account, below which its period has no table."""

PeriodT = TypeVar("PeriodT")


@dataclass(frozen=True)
class PeriodFacts:
    """What decides whether a person counts in an open period of *weeks* weeks, until *closes*.

    ``is_listed``: they are on the period's frozen list. ``is_fed``: their present team feeds it.
    ``is_supervised``: they supervise a team that feeds it, their present one where that does.
    ``undone_since``: the Unix time since which a restored backup undid what was filed in it, or 0.
    """

    ledger: str
    closes: date
    weeks: int
    is_listed: bool
    is_fed: bool
    is_supervised: bool
    undone_since: int = 0


def additions_end(opened_on: date, zone: ZoneInfo) -> datetime:
    """Return the instant from which an addition to the list counts from the next period alone.

    *opened_on* is the day on which the period opened, later than its first Monday for a late one.
    """
    end_day = opened_on + timedelta(days=ADDITION_DAYS)
    return calendar.local_to_utc(end_day, time(0), zone)


def has_enough_people(unreachable_reasons: Iterable[str]) -> bool:
    """Return whether a period may be published, by the unreachable reasons of its listed people.

    A list of nine whose other accounts were closed would publish a table of one person.
    """
    working = sum(map(has_working_account, unreachable_reasons))
    return working >= MIN_WORKING_ACCOUNTS


def select_counted(facts_by_period: Mapping[PeriodT, PeriodFacts]) -> tuple[PeriodT, ...]:
    """Return the periods in which a person's debriefs count, one per ledger, the total's first.

    They count in the units on whose frozen lists the person is, whatever their present team is:
    else a move would put them into two tables of a ledger. ``()`` for a person who is not on a
    list of each ledger, as a debrief counts in both or in none, and for a supervisor of the unit.
    """
    by_closing = sorted(facts_by_period.items(), key=lambda item: item[1].closes)
    counted: dict[str, PeriodT] = {}
    for period, facts in by_closing:
        if facts.is_listed and not facts.is_supervised:
            counted.setdefault(facts.ledger, period)
    if len(counted) < len((TOTAL, BREAKDOWN)):
        return ()
    return counted[TOTAL], counted[BREAKDOWN]


def find_first_counted_day(facts: Iterable[PeriodFacts]) -> date | None:
    """Return the day from which the debriefs of a person count who is not counted now.

    It follows from the present lists: each ledger lists the person until the close of their
    period, and again from the first period that their present team opens afterwards. ``None``
    where that team has no such period, or is supervised by the person.
    """
    all_facts = sorted(facts, key=lambda fact: fact.closes)
    spans = [
        _find_unlisted_span([fact for fact in all_facts if fact.ledger == ledger])
        for ledger in (TOTAL, BREAKDOWN)
    ]
    candidates = sorted(relisted for _, relisted in spans if relisted)
    return next(
        (day for day in candidates if all(_is_listed_on(day, *span) for span in spans)), None
    )


def find_move_end(facts: Iterable[PeriodFacts]) -> date | None:
    """Return until when a person counts in a unit that their present team does not feed.

    ``None`` for a person who was neither moved to another team nor removed from their list.
    """
    closes = (
        fact.closes
        for fact in facts
        if fact.is_listed and not fact.is_fed and not fact.is_supervised
    )
    return min(closes, default=None)


def select_announced(facts_by_period: Mapping[PeriodT, PeriodFacts]) -> tuple[PeriodT, ...]:
    """Return the periods of which a person reads what a restore has undone in them.

    Those in which they count; without any, those that their present team feeds.
    """
    fed = (period for period, facts in facts_by_period.items() if facts.is_fed)
    return select_counted(facts_by_period) or tuple(fed)


def find_undone_since(facts: Iterable[PeriodFacts]) -> int | None:
    """Return the earliest Unix time since which a restore undid what was filed, if one did."""
    return min((fact.undone_since for fact in facts if fact.undone_since), default=None)


def _find_unlisted_span(facts: list[PeriodFacts]) -> tuple[date, date | None]:
    """Return until when one ledger lists a person, and from when on again, if ever."""
    listed_until = max(
        (fact.closes for fact in facts if fact.is_listed and not fact.is_supervised),
        default=date.min,
    )
    fed = next((fact for fact in facts if fact.is_fed and not fact.is_supervised), None)
    if fed is None:
        return listed_until, None
    relisted = fed.closes
    while relisted < listed_until:
        relisted += timedelta(weeks=fed.weeks)
    return listed_until, relisted


def _is_listed_on(day: date, listed_until: date, relisted: date | None) -> bool:
    return day < listed_until or (relisted is not None and day >= relisted)
