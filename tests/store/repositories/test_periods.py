from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from bot.domain.people import Team
from bot.store.repositories.filing_result import FilingResult
from bot.store.schema import feeds, periods
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.ledger_records import fetch_token_codes
from tests.store.sample_counts import (
    AFTER_MONTH,
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_debriefs_by_unit,
    declare_team_job,
    fetch_period_spans,
    fetch_records,
    fetch_rows,
    file_debrief_job,
    file_debriefs,
    open_periods,
)

NORTH, SOUTH, WEST = (build_team(name, practice="river") for name in ("north", "south", "west"))
POOL = "practice:slack:T1/river"


async def open_units(store: Store) -> dict[str, set[str]]:
    """Return the open units by ledger."""
    units: dict[str, set[str]] = {"total": set(), "breakdown": set()}
    for row in await fetch_rows(store, periods):
        units[row.ledger].add(row.unit)
    return units


@pytest.mark.parametrize(
    ("size", "span"),
    [(4, None), (5, ("2026-11-23", "2027-01-04")), (19, ("2026-11-23", "2027-01-04"))],
)
async def test_small_team_has_quarters(
    store: Store, size: int, span: tuple[str, str] | None
) -> None:
    """From 5 to 19 clinicians a period is thirteen weeks, from this week's Monday; below 5 none."""
    await open_periods(store, (build_team("alone"), size))

    assert set((await fetch_period_spans(store)).values()) == ({span} if span else set())


@pytest.mark.parametrize("size", [20, 40])
async def test_large_team_has_totals_of_four_weeks(store: Store, size: int) -> None:
    """From 20 clinicians a total is of four weeks, and a breakdown of a quarter."""
    await open_periods(store, (build_team("alone"), size))

    assert await fetch_period_spans(store) == {
        ("total", "team:alone"): ("2026-11-23", "2026-12-07"),
        ("breakdown", "team:alone"): ("2026-11-23", "2027-01-04"),
    }


async def test_next_period_is_complete(store: Store) -> None:
    """After the first one, which started midway, periods follow each other without a gap."""
    await open_periods(store, (build_team("alone"), 20))
    await close_due_periods(store, AFTER_MONTH)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_MONTH)
    )

    assert await fetch_period_spans(store) == {
        ("total", "team:alone"): ("2026-12-07", "2027-01-04"),
        ("breakdown", "team:alone"): ("2026-11-23", "2027-01-04"),
    }


async def test_terms_are_fixed_until_the_period_closes(store: Store) -> None:
    """Size, span, cap and noise are fixed when a period opens, whatever is declared later."""
    team = build_team("alone")
    await open_periods(store, (team, 19))
    before = await fetch_rows(store, periods)
    await store.across_workspaces.write(declare_team_job(team, 30))
    await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(NOW))

    assert await fetch_rows(store, periods) == before
    assert {(row.size, row.weeks, row.cap) for row in before} == {(19, 13, 2), (19, 13, 3)}
    assert {Fraction(row.epsilon) for row in before} == {Fraction(4, 5), Fraction(1)}
    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )
    assert {(row.size, row.weeks) for row in await fetch_rows(store, periods)} == {
        (30, 4),
        (30, 13),
    }


async def test_each_period_has_its_own_tokens(store: Store) -> None:
    """Neither the ledgers nor the teams can be joined by a person's tokens."""
    first, second = build_team("one"), build_team("two")
    await open_periods(store, (first, 9), (second, 9))
    (person, *_) = build_clinicians("one", 9)
    await file_debriefs(store, person)
    tokens = [pairs[0][0] for pairs in (await fetch_token_codes(store)).values() if pairs]
    await store.across_workspaces.write(lambda repos: repos.people.join_team(person, "two"))
    await close_due_periods(store)
    await file_debriefs(store, person, now=AFTER_QUARTER)

    tokens += [pairs[0][0] for pairs in (await fetch_token_codes(store)).values() if pairs]
    assert (len(tokens), len(set(tokens))) == (4, 4)


async def test_record_has_a_slot_for_everybody_and_a_reserve(store: Store) -> None:
    """The number of slots is fixed at opening: everybody on the list, and a quarter or four."""
    await open_periods(store, (build_team("small"), 9), (build_team("large"), 20))
    await store.across_workspaces.write(declare_team_job(build_team("small"), 40))

    slot_counts = {
        (period.unit, period.ledger): record.shape.slot_count
        for period, record in (await fetch_records(store)).items()
    }
    assert slot_counts == {
        ("team:small", "total"): 13,
        ("team:small", "breakdown"): 13,
        ("team:large", "total"): 25,
        ("team:large", "breakdown"): 25,
    }


async def test_workspace_has_one_key_per_end(store: Store) -> None:
    """All units and ledgers of a workspace that end together share one key in the key store."""
    await open_periods(store, (build_team("one"), 9), (build_team("two"), 9))
    assert len(list_period_keys(store)) == 1
    await open_periods(store, (build_team("large"), 20))

    ends = {row.closes_at for row in await fetch_rows(store, periods)}
    assert {key.closes_at for key in list_period_keys(store)} == ends
    assert len(ends) == 2


@pytest.mark.parametrize(
    ("sizes", "breakdowns"),
    [((6, 5), {"team:north", "team:south"}), ((6, 6), {POOL}), ((11, 25), {POOL})],
)
async def test_practice_of_twelve_has_one_breakdown(
    store: Store, sizes: tuple[int, int], breakdowns: set[str]
) -> None:
    """From 12 clinicians the breakdown covers the practice; totals stay with the teams."""
    await open_periods(store, (NORTH, sizes[0]), (SOUTH, sizes[1]))

    assert await open_units(store) == {
        "total": {"team:north", "team:south"},
        "breakdown": breakdowns,
    }


async def test_practice_of_one_team_is_not_pooled(store: Store) -> None:
    """The name of a practice alone pools nothing."""
    await open_periods(store, (NORTH, 15))

    assert await open_units(store) == {"total": {"team:north"}, "breakdown": {"team:north"}}


async def test_small_teams_are_pooled(store: Store) -> None:
    """Two small siblings feed one period; a third that is large enough has its own."""
    await open_periods(store, (NORTH, 3), (SOUTH, 2), (WEST, 6))
    await file_debriefs(
        store,
        *build_clinicians("north", 3),
        *build_clinicians("south", 2),
        *build_clinicians("west", 1),
    )

    assert await open_units(store) == {
        "total": {POOL, "team:west"},
        "breakdown": {POOL, "team:west"},
    }
    assert await count_debriefs_by_unit(store) == {
        ("total", POOL, "2027-01-04"): 5,
        ("breakdown", POOL, "2027-01-04"): 5,
        ("total", "team:west", "2027-01-04"): 1,
        ("breakdown", "team:west", "2027-01-04"): 1,
    }
    await close_due_periods(store)
    await file_debriefs(store, build_clinicians("north", 1)[0], now=AFTER_QUARTER)
    assert ("total", POOL, "2027-04-05") in await count_debriefs_by_unit(store)


async def test_open_period_delays_pooling(store: Store) -> None:
    """No person is counted in two units, and no unit is smaller than its published size."""
    await open_periods(store, (NORTH, 9))
    await open_periods(store, (SOUTH, 3))
    assert await store.across_workspaces.write(
        file_debrief_job(build_clinicians("south", 1)[0])
    ) == FilingResult(withdrawable_until=None)
    assert await open_units(store) == {"total": {"team:north"}, "breakdown": {"team:north"}}

    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )

    assert await open_units(store) == {"total": {POOL}, "breakdown": {POOL}}
    assert len(await fetch_rows(store, feeds)) == 4


async def test_new_small_team_feeds_the_open_pool(store: Store) -> None:
    """The open period also counts the new team, on the terms it opened with."""
    await open_periods(store, (NORTH, 3), (SOUTH, 3))
    before = await fetch_rows(store, periods)
    await open_periods(store, (WEST, 2))
    await file_debriefs(store, *build_clinicians("west", 2))

    assert await fetch_rows(store, periods) == before
    assert set((await count_debriefs_by_unit(store)).values()) == {2}


async def test_grown_team_leaves_the_pool_at_the_close(store: Store) -> None:
    """Until the close, its debriefs still go into the pool."""
    await open_periods(store, (NORTH, 3), (SOUTH, 3))
    await store.across_workspaces.write(declare_team_job(NORTH, 9))
    await file_debriefs(store, build_clinicians("north", 1)[0])
    assert ("total", POOL, "2027-01-04") in await count_debriefs_by_unit(store)

    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )

    assert (await open_units(store))["total"] == {POOL}, "three need company, which nine give"
    await store.across_workspaces.write(declare_team_job(SOUTH, 5))
    await close_due_periods(store, AFTER_QUARTER + timedelta(weeks=13))
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER + timedelta(weeks=13))
    )
    assert (await open_units(store))["total"] == {"team:north", "team:south"}


async def test_period_ends_at_midnight_in_the_teams_zone(store: Store) -> None:
    """In Kiritimati a Monday begins nineteen hours before it does in Toronto."""
    await open_periods(
        store, (build_team("far", zone="Pacific/Kiritimati"), 9), (build_team("near"), 9)
    )

    closing_times = {
        row.unit: datetime.fromtimestamp(row.closes_at, UTC)
        for row in await fetch_rows(store, periods)
    }
    assert closing_times["team:near"] == AFTER_QUARTER
    assert AFTER_QUARTER - closing_times["team:far"] == timedelta(hours=19)


async def test_team_that_moves_west_gets_no_second_release(store: Store) -> None:
    """Where it is Sunday again, debriefs go into the period after the published one."""
    team: Team = build_team("moving")
    await open_periods(store, (team, 9))
    await close_due_periods(store)
    await store.across_workspaces.write(declare_team_job(replace(team, zone="Pacific/Honolulu"), 9))

    result = await store.across_workspaces.write(
        file_debrief_job(build_clinicians("moving", 1)[0], AFTER_QUARTER)
    )

    assert str(result.withdrawable_until) == "2027-04-05"


async def test_period_without_its_key_does_not_block_the_next(store: Store) -> None:
    """A period whose key is lost waits, and its team feeds a new period."""
    await open_periods(store, (build_team("alone"), 9))
    (stored_key,) = list_period_keys(store)
    store.key_store.delete(stored_key)
    assert await close_due_periods(store) == 0
    result = await store.across_workspaces.write(
        file_debrief_job(build_clinicians("alone", 1)[0], AFTER_QUARTER)
    )

    assert str(result.withdrawable_until) == "2027-04-05"
    assert len(await fetch_rows(store, periods)) == 4


async def test_no_second_key_is_created_for_a_lost_one(store: Store) -> None:
    """A new team waits for its next period: the missing key may still be found."""
    await open_periods(store, (build_team("alone"), 9))
    (stored_key,) = list_period_keys(store)
    store.key_store.delete(stored_key)

    assert await open_periods(store, (build_team("other"), 9)) == 0
    assert not list_period_keys(store)
    assert len(await fetch_rows(store, periods)) == 2
