import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from bot.domain.people import Role
from bot.store.repositories.periods import MissingPepperError
from bot.store.repositories.slips import FilingResult
from bot.store.schema import feeds, periods, slips
from bot.store.store import Store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    AWAY_ANSWERS,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_slips_by_unit,
    declare_team_job,
    fetch_release_rows,
    fetch_rows,
    file_debrief_job,
    file_debriefs,
    open_periods,
    releases_of_team,
    withdraw_debriefs_job,
)

NORTH, SOUTH = build_team("north"), build_team("south")
MARIE, OMAR, ANA, *_ = NINE = build_clinicians("north", 9)
STRANGER = Person("slack:T1", "somebody")


async def test_a_debrief_leaves_one_slip_in_each_ledger(store: Store) -> None:
    """A key, a period, a token and one code: no person, no time, and nothing that joins the two."""
    await open_periods(store, (NORTH, 9))
    filed = await store.write(file_debrief_job(MARIE))

    total, breakdown = sorted(await fetch_rows(store, slips), key=lambda row: row.code == "away")
    assert (total.ledger, total.code) == ("total", "debrief")
    assert (breakdown.ledger, breakdown.code) == ("breakdown", "away")
    assert total.token != breakdown.token
    assert total.id != breakdown.id
    assert filed == FilingResult(withdrawable_until=date(2027, 1, 4))
    assert {column.name for column in slips.c} == {
        *("id", "ledger", "unit", "closes", "token", "code")
    }


async def test_only_clinicians_of_a_team_that_can_be_counted_leave_slips(store: Store) -> None:
    """Nothing is kept of a stranger, of the team's own supervisor, or of a team too small."""
    await open_periods(store, (NORTH, 9), (SOUTH, 4))
    await store.write(lambda repos: repos.teams.set_role_holders("north", Role.SUPERVISOR, [OMAR]))
    await store.write(lambda repos: repos.people.join_team(OMAR, "north"))

    for person in (STRANGER, OMAR, build_clinicians("south", 1)[0]):
        assert await store.write(file_debrief_job(person)) == FilingResult(withdrawable_until=None)
    assert await fetch_rows(store, slips) == []


async def test_whoever_joined_counts_and_goes_on_counting_after_leaving(store: Store) -> None:
    """The roster is who was declared or joined; leaving the check-in does not change it."""
    await open_periods(store, (NORTH, 9))
    await store.write(lambda repos: repos.people.join_team(STRANGER, "north"))
    await file_debriefs(store, STRANGER)
    await store.write(lambda repos: repos.people.leave_checkins(STRANGER))
    await file_debriefs(store, STRANGER)

    assert len(await fetch_rows(store, slips)) == 4


async def test_a_person_takes_back_their_own_debriefs_and_nobody_elses(store: Store) -> None:
    """All of them at once, while the period is open; the second time there is nothing left."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE, MARIE, OMAR)

    assert await store.write(withdraw_debriefs_job(ANA)) == 0
    assert await store.write(withdraw_debriefs_job(MARIE)) == 2
    assert await store.write(withdraw_debriefs_job(MARIE)) == 0
    assert len(await fetch_rows(store, slips)) == 2


async def test_whoever_moved_to_another_team_can_still_take_back_what_they_filed(
    store: Store,
) -> None:
    """Slips stay in the period they went into, and so does the right to withdraw them."""
    await open_periods(store, (NORTH, 9), (SOUTH, 9))
    await file_debriefs(store, MARIE)
    await store.write(lambda repos: repos.people.join_team(MARIE, "south"))
    await file_debriefs(store, MARIE)
    assert len(await count_slips_by_unit(store)) == 4

    assert await store.write(withdraw_debriefs_job(MARIE)) == 2
    assert await fetch_rows(store, slips) == []


async def test_after_the_close_nothing_can_be_taken_back(store: Store) -> None:
    """A withdrawal finds nothing that is hers, and leaves the published table as it was."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    assert await store.write(withdraw_debriefs_job(MARIE, AFTER_QUARTER)) == 0
    assert await fetch_release_rows(store) == before


async def test_a_close_publishes_both_tables_and_destroys_what_made_them(store: Store) -> None:
    """Slips, salts, terms and feeds are gone in the transaction that publishes."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    assert await close_due_periods(store, AFTER_QUARTER - timedelta(seconds=1)) == 0

    assert await close_due_periods(store) == 2
    for table in (slips, periods, feeds):
        assert await fetch_rows(store, table) == []
    assert [(one.ledger, one.unit) for one in await releases_of_team(store, "north")] == [
        ("total", "team:north"),
        ("breakdown", "team:north"),
    ]


async def test_closing_again_changes_nothing(store: Store, database: str) -> None:
    """Two workers that close at the same moment publish once; later closes publish nothing."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    other = Store.open(database, PEPPERS)

    assert sorted(await asyncio.gather(close_due_periods(store), close_due_periods(other))) == [
        0,
        2,
    ]
    before = await fetch_release_rows(store)
    assert await close_due_periods(other) == 0
    assert await fetch_release_rows(store) == before
    await other.close()


async def test_a_debrief_after_the_end_goes_into_the_next_period(store: Store) -> None:
    """Late for the close job or not, what is filed on Monday is Monday's."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    filed = await store.write(file_debrief_job(MARIE, AFTER_QUARTER))

    assert filed.withdrawable_until == date(2027, 4, 5)
    assert await store.write(withdraw_debriefs_job(MARIE, AFTER_QUARTER)) == 1
    await file_debriefs(store, MARIE, now=AFTER_QUARTER)
    await close_due_periods(store)
    assert await count_slips_by_unit(store) == {
        ("breakdown", "team:north", "2027-04-05"): 1,
        ("total", "team:north", "2027-04-05"): 1,
    }


async def test_a_clock_that_is_late_opens_no_published_period_again(store: Store) -> None:
    """A machine a minute behind files into the next period, and the table stays as it was."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    filed = await store.write(file_debrief_job(MARIE, AFTER_QUARTER - timedelta(minutes=1)))

    assert filed.withdrawable_until == date(2027, 4, 5)
    await close_due_periods(store)
    assert await fetch_release_rows(store) == before
    assert len(await fetch_rows(store, slips)) == 2


async def test_the_next_close_is_known(store: Store) -> None:
    """The clock is told when the next period ends, and what to tell people beforehand."""
    assert await store.read(lambda repos: repos.slips.next_close(NOW)) is None
    assert await store.read(lambda repos: repos.slips.next_close_of_team("north")) is None
    await open_periods(store, (NORTH, 9), (SOUTH, 20))

    ledger = datetime(2026, 12, 7, 5, tzinfo=UTC)
    assert await store.read(lambda repos: repos.slips.next_close(NOW)) == ledger
    assert await store.read(lambda repos: repos.slips.next_close(ledger)) == AFTER_QUARTER
    assert await store.read(lambda repos: repos.slips.next_close_of_team("north")) == date(
        2027, 1, 4
    )
    assert await store.read(lambda repos: repos.slips.next_close_of_team("south")) == date(
        2026, 12, 7
    )


async def test_opening_what_is_due_twice_opens_nothing_more(store: Store) -> None:
    """Two ledgers for a team; a second look finds them open."""
    assert await open_periods(store, (NORTH, 9), (SOUTH, 4)) == 2
    assert await store.write(lambda repos: repos.slips.open_missing_periods(NOW)) == 0


async def test_a_pepper_may_go_when_its_last_period_has_closed(database: str) -> None:
    """A period keeps the pepper it opened with, behind a newer one, up to its end."""
    before, after = b"the pepper of last year, made up", b"the pepper of this year, made up"
    store = Store.open(database, (before,))
    store.migrate()
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, MARIE, OMAR)
    await store.close()

    store = Store.open(database, (after, before))
    await file_debriefs(store, MARIE)
    assert await store.write(withdraw_debriefs_job(MARIE)) == 2
    assert await close_due_periods(store) == 2
    await file_debriefs(store, MARIE, now=AFTER_QUARTER)
    await store.close()

    store = Store.open(database, (after,))
    assert await store.write(withdraw_debriefs_job(MARIE, AFTER_QUARTER)) == 1
    await store.close()


async def test_without_its_pepper_a_period_stays_as_it_is(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing wrong is published, the operator is told, and others close; nobody is in a log."""
    store = Store.open(database, (b"a pepper that will be lost, made up",))
    store.migrate()
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await store.close()

    store = Store.open(database, PEPPERS)
    await open_periods(store, (SOUTH, 9))
    assert await store.write(file_debrief_job(MARIE)) == FilingResult(withdrawable_until=None)
    with pytest.raises(MissingPepperError):
        await store.write(withdraw_debriefs_job(MARIE))
    assert await close_due_periods(store) == 2
    assert await releases_of_team(store, "north") == ()
    assert len(await releases_of_team(store, "south")) == 2
    assert len(await fetch_rows(store, slips)) == 18
    told_operator = {(one.message, vars(one)["count"]) for one in caplog.records}
    assert told_operator == {("ledger.pepper_missing", 2)}
    await store.close()


async def test_a_change_of_roster_leaves_a_published_table_as_it_was(store: Store) -> None:
    """A table is never computed again, whoever comes or goes."""
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *NINE)
    await close_due_periods(store)
    before = await fetch_release_rows(store)

    await store.write(declare_team_job(NORTH, 30))
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))
    await close_due_periods(store, AFTER_QUARTER)

    assert await fetch_release_rows(store) == before


async def test_the_code_that_counts_is_the_one_the_period_asks(store: Store) -> None:
    """A period that asks where the repair stands does so to its end, whatever is chosen since."""
    await open_periods(store, (replace(NORTH, question="status"), 9))
    await store.write(declare_team_job(NORTH, 9))
    await file_debriefs(store, MARIE)

    assert {row.code for row in await fetch_rows(store, slips)} == {
        "debrief",
        AWAY_ANSWERS["status"],
    }


async def test_the_place_of_a_slip_does_not_tell_when_it_was_filed(
    store: Store, database: str
) -> None:
    """In a copy of the file, or in the order a server hands rows out, the last is anywhere.

    Of nine places two are ends, so in forty rounds the newest is at an end about nine
    times; storage that is left alone puts it there every time.
    """
    await open_periods(store, (NORTH, 9))
    at_an_end = 0
    for _ in range(40):
        await store.write(
            lambda repos: [repos.slips.file_debrief(one, AWAY_ANSWERS, NOW) for one in NINE]
        )
        found = await placed(store, database)
        at_an_end += await newest(store) in (found[0], found[-1])
        await store.write(lambda repos: [repos.slips.withdraw_debriefs(one, NOW) for one in NINE])

    assert at_an_end <= 24


async def newest(store: Store) -> bytes:
    """The token, in the total, of whoever filed last."""
    (salt,) = [row.salt for row in await fetch_rows(store, periods) if row.ledger == "total"]
    return pseudonyms.derive_contributor_token(PEPPERS[0], salt, NINE[-1])


async def placed(store: Store, database: str) -> list[bytes]:
    """The total's tokens in the order in which the database holds them on disk."""
    found = [row.token for row in await fetch_rows(store, slips) if row.ledger == "total"]
    await store.checkpoint()
    return by_place(found, database) if database.startswith("sqlite") else found


def by_place(found: list[bytes], database: str) -> list[bytes]:
    """*found* in the order of their places in an SQLite file."""
    return sorted(found, key=Path(database.removeprefix("sqlite:///")).read_bytes().find)
