"""Exposure: the sum of a person's tables of any 52 weeks, and when another one is allowed."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import calendar
from bot.domain.counts import exposure, release_rule
from bot.domain.counts.exposure import Membership
from bot.domain.counts.release_rule import BREAKDOWN, LARGE_UNIT_SIZE, MONTH_WEEKS, TOTAL

START = calendar.PERIOD_EPOCH
YEARS = 2
SIZES = (LARGE_UNIT_SIZE - 1, LARGE_UNIT_SIZE)
LEDGERS = (TOTAL, BREAKDOWN)


def list_tables(ledger: str, size: int, weeks: int = 52 * YEARS) -> list[Membership]:
    """List the tables of a person who is in every period of a unit of *size*."""
    terms = release_rule.select_terms(ledger, size)
    return [
        Membership(ledger, START + timedelta(weeks=week), terms.epsilon)
        for week in range(terms.weeks, weeks + 1, terms.weeks)
    ]


def test_exposure_sums_the_tables_of_52_weeks() -> None:
    """A table that is published 52 weeks before the last one is no more among them."""
    tables = list_tables(TOTAL, 9)
    a_year = 4 * release_rule.select_terms(TOTAL, 9).epsilon
    assert exposure.compute_exposure(tables, START + timedelta(weeks=52)) == a_year
    assert exposure.compute_exposure(tables, START + timedelta(weeks=104)) == a_year
    assert exposure.compute_exposure(tables, START) == 0


@pytest.mark.parametrize("total_size", SIZES)
@pytest.mark.parametrize("breakdown_size", SIZES)
def test_regular_years_stay_within_the_bound(total_size: int, breakdown_size: int) -> None:
    """No table of a unit whose classes never change is refused."""
    tables: list[Membership] = []
    planned = [*list_tables(TOTAL, total_size), *list_tables(BREAKDOWN, breakdown_size)]
    for table in sorted(planned, key=lambda table: table.closes):
        assert not exposure.would_exceed(tables, table)
        tables.append(table)


def test_bound_is_reached_by_a_regular_year() -> None:
    """The bound is not above what the two ledgers come to in the class with the larger sum."""
    sums = {
        ledger: max(sum(table.epsilon for table in list_tables(ledger, size, 52)) for size in SIZES)
        for ledger in LEDGERS
    }
    assert exposure.max_yearly_exposure() == sum(sums.values())


@pytest.mark.parametrize("ledger", LEDGERS)
def test_number_of_tables_is_bounded_too(ledger: str) -> None:
    """A further table is refused however little it tells."""
    count = exposure.max_yearly_tables(ledger)
    days = [START + timedelta(weeks=week) for week in range(1, count + 1)]
    tables = [Membership(ledger, day, Fraction(1, 1000)) for day in days]
    another = Membership(ledger, START + timedelta(weeks=51), Fraction(1, 1000))
    assert not exposure.would_exceed(tables[1:], another)
    assert exposure.would_exceed(tables, another)


def list_tables_after_upgrade(ledger: str, size: int, first_close: date) -> list[Membership]:
    """List the tables of two years of a unit, the first of terms of an earlier release."""
    earlier = next(
        (
            terms
            for of_ledger, terms in release_rule.EARLIER_TERMS
            if of_ledger == ledger and (terms.weeks == MONTH_WEEKS) == (size >= LARGE_UNIT_SIZE)
        ),
        release_rule.select_terms(ledger, size),
    )
    weeks, terms = earlier.weeks, release_rule.select_terms(ledger, size)
    closes = calendar.period_bounds(first_close - timedelta(weeks=1), weeks)[1]
    tables = [Membership(ledger, closes, earlier.epsilon)]
    while closes < START + timedelta(weeks=52 * (YEARS + 1)):
        closes = calendar.period_bounds(closes, terms.weeks)[1]
        tables.append(Membership(ledger, closes, terms.epsilon))
    return tables


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("week", range(1, 53))
def test_upgrade_with_an_open_period_pauses_nobody(size: int, week: int) -> None:
    """A period that was open in whichever week keeps its epsilon, and no later one is refused."""
    first_close = START + timedelta(weeks=week)
    planned = [
        table
        for ledger in LEDGERS
        for table in list_tables_after_upgrade(ledger, size, first_close)
    ]
    accepted: list[Membership] = []
    for table in sorted(planned, key=lambda table: table.closes):
        assert not exposure.would_exceed(accepted, table)
        accepted.append(table)


@pytest.mark.parametrize("ledger", LEDGERS)
def test_sum_includes_tables_of_earlier_terms(ledger: str) -> None:
    """However few, they are refused where their sum exceeds the bound."""
    epsilon = next(
        terms.epsilon for of_ledger, terms in release_rule.EARLIER_TERMS if of_ledger == ledger
    )
    count = exposure.max_yearly_exposure() // epsilon
    tables = [Membership(ledger, START + timedelta(weeks=week), epsilon) for week in range(count)]
    another = Membership(ledger, START + timedelta(weeks=count), epsilon)
    assert not exposure.would_exceed(tables[1:], another)
    assert exposure.would_exceed(tables, another)


def test_table_that_is_not_published_yet_counts() -> None:
    """A window that ends after the candidate's closing day is compared as well."""
    limit = exposure.max_yearly_exposure()
    later = Membership(TOTAL, START + timedelta(weeks=20), limit)
    candidate = Membership(BREAKDOWN, START + timedelta(weeks=4), Fraction(1, 2))
    assert exposure.would_exceed([later], candidate)
    assert not exposure.would_exceed(
        [Membership(TOTAL, START + timedelta(weeks=56), limit)], candidate
    )


@st.composite
def draw_tables(draw: st.DrawFn) -> list[Membership]:
    """Draw tables of a year and a half, on any Mondays and of any terms."""
    rows = st.tuples(st.sampled_from(LEDGERS), st.sampled_from(SIZES), st.integers(1, 78))
    return [
        Membership(
            ledger,
            START + timedelta(weeks=week),
            release_rule.select_terms(ledger, size).epsilon,
        )
        for ledger, size, week in draw(st.lists(rows, min_size=10, max_size=60))
    ]


@example(tables=list_tables(TOTAL, SIZES[0]) * 2, ledger=TOTAL, size=SIZES[1], week=70)
@given(
    tables=draw_tables(),
    ledger=st.sampled_from(LEDGERS),
    size=st.sampled_from(SIZES),
    week=st.integers(30, 78),
)
def test_next_allowed_day_is_the_first_allowed_period(
    tables: list[Membership], ledger: str, size: int, week: int
) -> None:
    """It is a boundary of the periods, at which the table is allowed and before which none is."""
    terms, day = release_rule.select_terms(ledger, size), START + timedelta(weeks=week)
    allowed_day = exposure.find_next_allowed_day(tables, ledger, terms, day)

    def is_allowed(opens: date) -> bool:
        closes = calendar.period_bounds(opens, terms.weeks)[1]
        return not exposure.would_exceed(tables, Membership(ledger, closes, terms.epsilon))

    starts = [day]
    while starts[-1] < allowed_day:
        starts.append(calendar.period_bounds(starts[-1], terms.weeks)[1])
    assert starts[-1] == allowed_day
    assert is_allowed(allowed_day)
    assert not any(map(is_allowed, starts[:-1]))


@pytest.mark.no_cover
@given(tables=draw_tables())
def test_accepted_tables_stay_within_the_bound_in_any_52_weeks(tables: list[Membership]) -> None:
    """In whichever order tables are added, what is not refused never exceeds the bound."""
    accepted: list[Membership] = []
    for table in tables:
        if not exposure.would_exceed(accepted, table):
            accepted.append(table)
    for week in range(131):
        end = START + timedelta(weeks=week)
        assert exposure.compute_exposure(accepted, end) <= exposure.max_yearly_exposure()
        for ledger in LEDGERS:
            in_window = [
                table
                for table in accepted
                if table.ledger == ledger and end - timedelta(weeks=52) < table.closes <= end
            ]
            assert len(in_window) <= exposure.max_yearly_tables(ledger)


def test_unit_resumes_when_the_fifth_person_may_be_listed() -> None:
    """A unit of too few people never does."""
    days = [START + timedelta(weeks=week) for week in (5, 4, 3, 2, 1, 9)]
    assert exposure.find_unit_resume_day(days) == START + timedelta(weeks=5)
    assert exposure.find_unit_resume_day(days[:4]) is None
