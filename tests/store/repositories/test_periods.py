from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import update

from bot.domain.people import Team
from bot.store.repositories.slips import FilingResult
from bot.store.schema import feeds, periods
from bot.store.store import Store
from tests.store.sample_counts import (
    AFTER_MONTH,
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_slips_by_unit,
    declare_team_job,
    fetch_period_spans,
    fetch_rows,
    file_debrief_job,
    file_debriefs,
    open_periods,
)

NORTH, SOUTH, WEST = (build_team(name, practice="river") for name in ("north", "south", "west"))
POOL = "practice:slack:T1/river"


async def units(store: Store) -> dict[str, set[str]]:
    """Which units are open, by ledger."""
    found: dict[str, set[str]] = {"total": set(), "breakdown": set()}
    for row in await fetch_rows(store, periods):
        found[row.ledger].add(row.unit)
    return found


@pytest.mark.parametrize(
    ("size", "span"),
    [(4, None), (5, ("2026-11-23", "2027-01-04")), (19, ("2026-11-23", "2027-01-04"))],
)
async def test_a_small_team_has_quarters_and_one_too_small_has_none(
    store: Store, size: int, span: tuple[str, str] | None
) -> None:
    """From five to nineteen a period is thirteen weeks; the first begins on this week's Monday."""
    await open_periods(store, (build_team("alone"), size))

    assert set((await fetch_period_spans(store)).values()) == ({span} if span else set())


@pytest.mark.parametrize("size", [20, 40])
async def test_a_large_team_has_months_of_four_weeks(store: Store, size: int) -> None:
    """From twenty on a period is four weeks, counted from the same Monday."""
    await open_periods(store, (build_team("alone"), size))

    assert set((await fetch_period_spans(store)).values()) == {("2026-11-23", "2026-12-07")}


async def test_the_next_period_is_whole(store: Store) -> None:
    """After the first, which began in between, periods follow each other without a gap."""
    await open_periods(store, (build_team("alone"), 20))
    await close_due_periods(store, AFTER_MONTH)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_MONTH))

    assert set((await fetch_period_spans(store)).values()) == {("2026-12-07", "2027-01-04")}


async def test_terms_hold_until_the_period_closes(store: Store) -> None:
    """Size, span, cap and noise are read when a period opens, whatever is declared since."""
    alone = build_team("alone")
    await open_periods(store, (alone, 19))
    before = await fetch_rows(store, periods)
    await store.write(declare_team_job(alone, 30))
    await store.write(lambda repos: repos.slips.open_missing_periods(NOW))

    assert await fetch_rows(store, periods) == before
    assert {(row.size, row.weeks, row.cap) for row in before} == {(19, 13, 4)}
    assert {Fraction(row.epsilon) for row in before} == {Fraction(8, 5), Fraction(4, 3)}
    await close_due_periods(store)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))
    assert {(row.size, row.weeks) for row in await fetch_rows(store, periods)} == {(30, 4)}


async def test_each_period_has_a_salt_of_its_own(store: Store) -> None:
    """The total cannot be joined with the breakdown, nor one team with another."""
    await open_periods(store, (build_team("one"), 9), (build_team("two"), 9))

    found = await fetch_rows(store, periods)
    assert len({bytes(row.salt) for row in found}) == 4
    assert {len(row.salt) for row in found} == {32}


@pytest.mark.parametrize(
    ("sizes", "breakdowns"),
    [((6, 5), {"team:north", "team:south"}), ((6, 6), {POOL}), ((11, 25), {POOL})],
)
async def test_a_practice_of_twelve_has_the_breakdown_in_the_place_of_its_teams(
    store: Store, sizes: tuple[int, int], breakdowns: set[str]
) -> None:
    """Totals stay with the teams; below twelve the breakdown does too."""
    await open_periods(store, (NORTH, sizes[0]), (SOUTH, sizes[1]))

    assert await units(store) == {
        "total": {"team:north", "team:south"},
        "breakdown": breakdowns,
    }


async def test_a_practice_of_one_team_is_that_team(store: Store) -> None:
    """A name for the practice alone pools nothing."""
    await open_periods(store, (NORTH, 15))

    assert await units(store) == {"total": {"team:north"}, "breakdown": {"team:north"}}


async def test_teams_under_five_are_counted_together(store: Store) -> None:
    """Two small siblings fill one period; a third that stands alone keeps its own total."""
    await open_periods(store, (NORTH, 3), (SOUTH, 2), (WEST, 6))
    await file_debriefs(
        store,
        *build_clinicians("north", 3),
        *build_clinicians("south", 2),
        *build_clinicians("west", 1),
    )

    assert await units(store) == {"total": {POOL, "team:west"}, "breakdown": {POOL, "team:west"}}
    assert await count_slips_by_unit(store) == {
        ("total", POOL, "2027-01-04"): 5,
        ("breakdown", POOL, "2027-01-04"): 5,
        ("total", "team:west", "2027-01-04"): 1,
        ("breakdown", "team:west", "2027-01-04"): 1,
    }
    await close_due_periods(store)
    await file_debriefs(store, build_clinicians("north", 1)[0], now=AFTER_QUARTER)
    assert ("total", POOL, "2027-04-05") in await count_slips_by_unit(store)


async def test_a_sibling_finishes_its_own_period_before_it_is_pooled(store: Store) -> None:
    """Nobody is counted in two units, and no unit is smaller than it says."""
    await open_periods(store, (NORTH, 9))
    await open_periods(store, (SOUTH, 3))
    assert await store.write(file_debrief_job(build_clinicians("south", 1)[0])) == FilingResult(
        withdrawable_until=None
    )
    assert await units(store) == {"total": {"team:north"}, "breakdown": {"team:north"}}

    await close_due_periods(store)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))

    assert await units(store) == {"total": {POOL}, "breakdown": {POOL}}
    assert len(await fetch_rows(store, feeds)) == 4


async def test_a_new_small_sibling_joins_the_pool_that_is_open(store: Store) -> None:
    """The period that is open takes its debriefs too, on the terms it opened with."""
    await open_periods(store, (NORTH, 3), (SOUTH, 3))
    before = await fetch_rows(store, periods)
    await open_periods(store, (WEST, 2))
    await file_debriefs(store, *build_clinicians("west", 2))

    assert await fetch_rows(store, periods) == before
    assert set((await count_slips_by_unit(store)).values()) == {2}


async def test_a_team_that_outgrew_its_pool_leaves_it_at_the_close(store: Store) -> None:
    """Until then its debriefs go where they went."""
    await open_periods(store, (NORTH, 3), (SOUTH, 3))
    await store.write(declare_team_job(NORTH, 9))
    await file_debriefs(store, build_clinicians("north", 1)[0])
    assert ("total", POOL, "2027-01-04") in await count_slips_by_unit(store)

    await close_due_periods(store)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))

    assert (await units(store))["total"] == {POOL}, "three need company, which nine give"
    await store.write(declare_team_job(SOUTH, 5))
    await close_due_periods(store, AFTER_QUARTER + timedelta(weeks=13))
    await store.write(
        lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER + timedelta(weeks=13))
    )
    assert (await units(store))["total"] == {"team:north", "team:south"}


async def test_a_period_ends_at_midnight_in_the_teams_zone(store: Store) -> None:
    """In Kiritimati a Monday begins nineteen hours before it does in Toronto."""
    await open_periods(
        store, (build_team("far", zone="Pacific/Kiritimati"), 9), (build_team("near"), 9)
    )

    ends = {
        row.unit: datetime.fromtimestamp(row.closes_at, UTC)
        for row in await fetch_rows(store, periods)
    }
    assert ends["team:near"] == AFTER_QUARTER
    assert AFTER_QUARTER - ends["team:far"] == timedelta(hours=19)


async def test_a_team_that_moves_west_is_not_told_a_period_twice(store: Store) -> None:
    """Where it is Sunday again, what is filed goes into the period after the one just told."""
    moving: Team = build_team("moving")
    await open_periods(store, (moving, 9))
    await close_due_periods(store)
    await store.write(declare_team_job(replace(moving, zone="Pacific/Honolulu"), 9))

    filed = await store.write(file_debrief_job(build_clinicians("moving", 1)[0], AFTER_QUARTER))

    assert str(filed.withdrawable_until) == "2027-04-05"


async def test_a_period_that_could_not_close_does_not_hold_up_the_next(store: Store) -> None:
    """One whose pepper is lost stays, and its team goes on in a period of its own."""
    await open_periods(store, (build_team("alone"), 9))
    lost = update(periods).values(pepper="not one of ours")
    await store.write(lambda repos: repos._connection.execute(lost).rowcount)
    assert await close_due_periods(store) == 0
    filed = await store.write(file_debrief_job(build_clinicians("alone", 1)[0], AFTER_QUARTER))

    assert str(filed.withdrawable_until) == "2027-04-05"
    assert len(await fetch_rows(store, periods)) == 4
