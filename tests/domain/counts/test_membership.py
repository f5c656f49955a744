"""Who counts where: additions end, and each person counts in at most one unit of a ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import reachability
from bot.domain.counts import membership
from bot.domain.counts.membership import PeriodFacts
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL

TORONTO = ZoneInfo("America/Toronto")
MONDAY = date(2027, 1, 4)
MONTH, QUARTER = 4, 13
OWN = PeriodFacts(TOTAL, MONDAY, QUARTER, is_listed=True, is_fed=True, is_supervised=False)
FORMER = replace(OWN, is_fed=False)
NEW = replace(OWN, is_listed=False)


def of_both(facts: PeriodFacts, **changes: date) -> dict[str, PeriodFacts]:
    """Return the facts of a period of each ledger, by ledger; *changes* are closing days."""
    return {
        ledger: replace(facts, ledger=ledger, closes=changes.get(ledger, facts.closes))
        for ledger in (TOTAL, BREAKDOWN)
    }


PERIOD_FACTS = st.builds(
    PeriodFacts,
    st.sampled_from((TOTAL, BREAKDOWN)),
    st.integers(1, 30).map(lambda weeks: MONDAY + timedelta(weeks=weeks)),
    st.sampled_from((MONTH, QUARTER)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
ANY_FACTS = st.dictionaries(st.integers(0, 9), PERIOD_FACTS)


def test_additions_end_seven_local_days_after_the_opening() -> None:
    """At midnight in the unit's zone, also where a change of time lies between."""
    assert membership.additions_end(date(2026, 11, 24), TORONTO) == datetime(
        2026, 12, 1, 5, tzinfo=UTC
    )
    assert membership.additions_end(date(2026, 10, 30), TORONTO) == datetime(
        2026, 11, 6, 5, tzinfo=UTC
    )


@pytest.mark.parametrize("facts", [OWN, FORMER], ids=["own team", "moved or removed"])
def test_person_counts_where_they_are_listed(facts: PeriodFacts) -> None:
    """Whatever their present team is, in one period of each ledger."""
    assert membership.select_counted(of_both(facts)) == (TOTAL, BREAKDOWN)


@pytest.mark.parametrize(
    "facts",
    [
        of_both(NEW),
        {TOTAL: OWN},
        {**of_both(NEW), TOTAL: OWN},
        of_both(replace(OWN, is_supervised=True)),
        {},
    ],
    ids=["on no list", "one ledger open", "one list", "supervisor", "nothing open"],
)
def test_debrief_counts_in_both_ledgers_or_in_none(facts: Mapping[str, PeriodFacts]) -> None:
    """A person on the list of one ledger alone, and a unit's own supervisor, do not count."""
    assert membership.select_counted(facts) == ()


@given(facts=ANY_FACTS)
def test_nobody_counts_twice_in_a_ledger(facts: dict[int, PeriodFacts]) -> None:
    """Whatever lists a person is on: one period of each ledger, on whose list they are, or none."""
    counted = membership.select_counted(facts)

    assert [facts[period].ledger for period in counted] in ([], [TOTAL, BREAKDOWN])
    assert all(facts[period].is_listed and not facts[period].is_supervised for period in counted)


def test_the_period_that_closes_first_counts() -> None:
    """A slow clock may find two open periods of a unit."""
    later = replace(OWN, closes=MONDAY + timedelta(weeks=QUARTER))
    facts = {"later": later, "now": OWN, "breakdown": replace(OWN, ledger=BREAKDOWN)}

    assert membership.select_counted(facts) == ("now", "breakdown")


@pytest.mark.parametrize(
    ("facts", "first_day"),
    [
        (of_both(NEW).values(), MONDAY),
        (of_both(NEW, total=MONDAY + timedelta(weeks=1)).values(), MONDAY + timedelta(weeks=1)),
        ((OWN, replace(NEW, ledger=BREAKDOWN)), MONDAY),
        ((FORMER, *of_both(NEW).values()), MONDAY),
        (of_both(replace(NEW, is_supervised=True)).values(), None),
        ((NEW,), None),
        ((FORMER,), None),
        ((), None),
    ],
    ids=[
        "joined later",
        "both ledgers",
        "listed in one",
        "moved",
        "supervisor",
        "one ledger open",
        "removed",
        "no team",
    ],
)
def test_person_is_told_from_when_they_count(
    facts: tuple[PeriodFacts, ...], first_day: date | None
) -> None:
    """From the first day on which both ledgers have them on a list, if there is one."""
    assert membership.find_first_counted_day(facts) == first_day


def test_a_former_list_that_lasts_longer_delays_the_new_one() -> None:
    """Nobody is on two lists: the present team's first period after the former one counts."""
    facts = (
        replace(FORMER, closes=MONDAY + timedelta(weeks=9)),
        replace(NEW, weeks=MONTH),
        replace(NEW, ledger=BREAKDOWN, weeks=MONTH),
    )

    # The breakdown lists them from Monday on; so does the former total until nine weeks later.
    assert membership.find_first_counted_day(facts) == MONDAY
    listed_total_alone = (*facts[:2], replace(FORMER, ledger=BREAKDOWN), facts[2])
    waiting = replace(facts[0], closes=MONDAY - timedelta(weeks=1))
    assert membership.find_first_counted_day((waiting, *facts[1:])) == MONDAY
    assert membership.find_first_counted_day(listed_total_alone) == MONDAY


@given(facts=st.lists(PERIOD_FACTS, max_size=6))
def test_told_day_is_the_close_of_a_period_or_later(facts: list[PeriodFacts]) -> None:
    """It is never before the first close of a period that the present team feeds."""
    first_day = membership.find_first_counted_day(facts)

    fed_closes = [fact.closes for fact in facts if fact.is_fed and not fact.is_supervised]
    assert first_day is None or first_day >= min(fed_closes)


def test_moved_or_removed_person_counts_until_the_first_close() -> None:
    """Who is on the list of their present team's unit alone was neither moved nor removed."""
    breakdown = replace(FORMER, ledger=BREAKDOWN, closes=MONDAY - timedelta(weeks=9))

    assert membership.find_move_end([OWN, NEW]) is None
    assert membership.find_move_end([FORMER, breakdown, NEW]) == breakdown.closes
    assert membership.find_move_end([replace(FORMER, is_supervised=True)]) is None


@pytest.mark.parametrize(
    "reason", [reachability.DEACTIVATED, "account_inactive", reachability.EXTERNAL]
)
def test_fewer_than_five_working_accounts_are_too_few(reason: str) -> None:
    """Five people who blocked the bot are enough; four people and closed accounts are not."""
    assert membership.has_enough_people(["", "", "is_blocked", "", "", reason])
    assert not membership.has_enough_people(["", "", "is_blocked", "", *[reason] * 15])


def test_restore_is_announced_of_the_periods_in_which_one_counts() -> None:
    """Without any they are those that the present team feeds."""
    counted, fed = of_both(OWN), {"new": NEW, "of others": replace(NEW, is_fed=False)}

    assert membership.select_announced({**counted, **fed}) == (TOTAL, BREAKDOWN)
    assert membership.select_announced(fed) == ("new",)


def test_earliest_restore_is_announced() -> None:
    """A period in which nothing was undone says nothing."""
    restored, earlier = replace(OWN, undone_since=9), replace(OWN, undone_since=5)

    assert membership.find_undone_since([OWN, restored, earlier]) == 5
    assert membership.find_undone_since([OWN]) is None
