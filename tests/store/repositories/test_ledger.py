import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.conversation import Person
from bot.domain.counts import slots
from bot.domain.counts.next_release import NextRelease
from bot.domain.people import Role
from bot.store.repositories.filing_result import FilingResult
from bot.store.schema import feeds, ledger_records, periods
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.ledger_records import count_stored_codes, list_filed_slots
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    AWAY_ANSWERS,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_debriefs_by_unit,
    declare_team_job,
    fetch_records,
    fetch_release_rows,
    fetch_rows,
    file_debrief_job,
    file_debriefs,
    join_team_job,
    open_periods,
    releases_of_team,
    withdraw_debriefs_job,
)

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, ANA, *_ = NINE = build_clinicians("north", 9)
STRANGER = Person("slack:T1", "somebody")


async def test_debrief_is_stored_in_one_record_per_ledger(store: Store) -> None:
    """A slot is a token, a count and codes: no person, no time, and no way to join the ledgers."""
    await open_periods(store, (NORTH, 9))
    result = await store.across_workspaces.write(file_debrief_job(MARIE))

    records = {period.ledger: record for period, record in (await fetch_records(store)).items()}
    (total_slot,) = list_filed_slots(records["total"])
    (breakdown_slot,) = list_filed_slots(records["breakdown"])
    assert slots.token_codes(records["total"]) == [(total_slot.token, "debrief")]
    assert slots.token_codes(records["breakdown"]) == [(breakdown_slot.token, "away")]
    assert total_slot.token != breakdown_slot.token
    assert result == FilingResult(withdrawable_until=date(2027, 1, 4))
    assert {column.name for column in ledger_records.c} == {"ledger", "unit", "closes", "body"}


async def test_refused_newcomers_do_not_learn_whether_a_listed_person_filed(store: Store) -> None:
    """Accounts that join find as many free slots whether the listed people filed or not."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await file_debriefs(store, *NINE)
    refusals = {}
    for team in (NORTH, SOUTH):
        newcomers = [Person("slack:T1", f"{team.id} newcomer {number}") for number in range(6)]
        for person in newcomers:
            await store.across_workspaces.write(join_team_job(person, team.id))
        refusals[team.id] = [
            await store.across_workspaces.write(file_debrief_job(person)) == FilingResult()
            for person in newcomers
        ]

    assert refusals["north"] == refusals["south"]
    assert refusals["north"] == [False] * 4 + [True] * 2


async def test_only_clinicians_of_a_countable_team_are_counted(store: Store) -> None:
    """Nothing is stored for a stranger, the team's own supervisor or a team that is too small."""
    await open_periods(store, (NORTH, 9), (SOUTH, 4))
    await store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [OMAR])
    )
    await store.across_workspaces.write(lambda repos: repos.people.join_team(OMAR, "north"))

    for person in (STRANGER, OMAR, build_clinicians("south", 1)[0]):
        assert await store.across_workspaces.write(file_debrief_job(person)) == FilingResult(
            withdrawable_until=None
        )
    assert await count_stored_codes(store) == 0


async def test_person_who_joined_is_counted_after_leaving(store: Store) -> None:
    """The roster is declared or joined people; leaving the check-in does not change it."""
    await open_periods(store, (NORTH, 9))
    await store.across_workspaces.write(join_team_job(STRANGER, "north"))
    await file_debriefs(store, STRANGER)
    await store.across_workspaces.write(lambda repos: repos.people.leave_checkins(STRANGER))
    await file_debriefs(store, STRANGER)

    assert await count_stored_codes(store) == 4


async def test_person_withdraws_only_their_own_debriefs(store: Store) -> None:
    """All are withdrawn at once while the period is open; a second time there is none."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE, MARIE, OMAR)

    assert await store.across_workspaces.write(withdraw_debriefs_job(ANA)) == 0
    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE)) == 2
    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE)) == 0
    assert await count_stored_codes(store) == 2


async def test_person_who_moves_keeps_counting_in_one_unit(store: Store) -> None:
    """Until the close they count, and withdraw, in the unit on whose frozen list they are."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await file_debriefs(store, MARIE)
    await store.across_workspaces.write(join_team_job(MARIE, "south"))
    await file_debriefs(store, MARIE)
    assert await count_debriefs_by_unit(store) == {
        ("breakdown", "team:north", "2027-01-04"): 2,
        ("total", "team:north", "2027-01-04"): 2,
    }

    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE)) == 2
    assert await count_stored_codes(store) == 0
    await close_due_periods(store)
    await file_debriefs(store, MARIE, now=AFTER_QUARTER)
    assert await count_debriefs_by_unit(store) == {
        ("breakdown", "team:south", "2027-04-05"): 1,
        ("total", "team:south", "2027-04-05"): 1,
    }


async def test_withdrawal_after_the_close_deletes_nothing(store: Store) -> None:
    """A withdrawal finds nothing of the person and leaves the release as it was."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE, AFTER_QUARTER)) == 0
    assert await fetch_release_rows(store) == before


async def test_close_publishes_tables_and_deletes_their_input(store: Store) -> None:
    """Records, terms and feeds are deleted in the transaction that publishes."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    assert await close_due_periods(store, AFTER_QUARTER - timedelta(seconds=1)) == 0

    assert await close_due_periods(store) == 2
    for table in (ledger_records, periods, feeds):
        assert await fetch_rows(store, table) == []
    assert [
        (release.ledger, release.unit) for release in await releases_of_team(store, "north")
    ] == [
        ("total", "team:north"),
        ("breakdown", "team:north"),
    ]


async def test_close_is_idempotent(store: Store, database: str) -> None:
    """Two workers that close at the same time publish once; later closes publish nothing."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    other_store = open_test_store(database, PEPPERS)

    assert sorted(
        await asyncio.gather(close_due_periods(store), close_due_periods(other_store))
    ) == [
        0,
        2,
    ]
    before = await fetch_release_rows(store)
    assert await close_due_periods(other_store) == 0
    assert await fetch_release_rows(store) == before
    await other_store.close()


async def test_debrief_after_the_end_is_counted_in_the_next_period(store: Store) -> None:
    """A debrief filed on Monday counts from that Monday on, even when the close job is late."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    result = await store.across_workspaces.write(file_debrief_job(MARIE, AFTER_QUARTER))

    assert result.withdrawable_until == date(2027, 4, 5)
    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE, AFTER_QUARTER)) == 1
    await file_debriefs(store, MARIE, now=AFTER_QUARTER)
    await close_due_periods(store)
    assert await count_debriefs_by_unit(store) == {
        ("breakdown", "team:north", "2027-04-05"): 1,
        ("total", "team:north", "2027-04-05"): 1,
    }


async def test_slow_clock_does_not_reopen_a_published_period(store: Store) -> None:
    """A machine a minute behind files into the next period, and the release stays as it was."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    result = await store.across_workspaces.write(
        file_debrief_job(MARIE, AFTER_QUARTER - timedelta(minutes=1))
    )

    assert result.withdrawable_until == date(2027, 4, 5)
    await close_due_periods(store)
    assert await fetch_release_rows(store) == before
    assert await count_stored_codes(store) == 2


async def test_next_close_is_returned(store: Store) -> None:
    """The next end of any period, and the next release of a team, are returned."""
    assert await store.across_workspaces.read(lambda repos: repos.ledger.next_close(NOW)) is None
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.ledger.find_next_release("north", NOW)
        )
        is None
    )
    await open_periods(store, (NORTH, 9), (SOUTH, 20))

    month_end = datetime(2026, 12, 7, 5, tzinfo=UTC)
    assert (
        await store.across_workspaces.read(lambda repos: repos.ledger.next_close(NOW)) == month_end
    )
    assert (
        await store.across_workspaces.read(lambda repos: repos.ledger.next_close(month_end))
        == AFTER_QUARTER
    )
    assert await store.across_workspaces.read(
        lambda repos: repos.ledger.find_next_release("north", NOW)
    ) == NextRelease(date(2027, 1, 4))
    assert await store.across_workspaces.read(
        lambda repos: repos.ledger.find_next_release("south", NOW)
    ) == NextRelease(date(2026, 12, 7))


async def test_opening_missing_periods_is_idempotent(store: Store) -> None:
    """A team has two ledgers; a second call opens no other period."""
    assert await open_periods(store, (NORTH, 9), (SOUTH, 4)) == 2
    assert (
        await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(NOW))
        == 0
    )


async def test_rotated_pepper_does_not_touch_open_periods(database: str) -> None:
    """Nothing of a period is derived from a pepper: withdrawal and close need its key alone."""
    store = open_test_store(database, (b"the pepper of last year, made up",))
    store.migrate()
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE, OMAR)
    await store.close()

    store = open_test_store(database, PEPPERS)
    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE)) == 1
    assert await close_due_periods(store) == 2
    await store.close()


async def test_roster_change_does_not_change_a_release(store: Store) -> None:
    """A release is never computed again, whatever the roster."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    await store.across_workspaces.write(declare_team_job(NORTH, 30))
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )
    await close_due_periods(store, AFTER_QUARTER)

    assert await fetch_release_rows(store) == before


async def test_period_counts_the_question_it_opened_with(store: Store) -> None:
    """A period that opened with `status` counts it to its end, whatever is chosen later."""
    await open_periods(store, (replace(NORTH, question="status"), 9))
    await store.across_workspaces.write(declare_team_job(NORTH, 9))
    await file_debriefs(store, MARIE)

    codes = {
        code
        for record in (await fetch_records(store)).values()
        for _, code in slots.token_codes(record)
    }
    assert codes == {"debrief", AWAY_ANSWERS["status"]}
