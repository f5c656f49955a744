import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation import Person
from bot.domain.counts import pseudonyms
from bot.domain.people import Role
from bot.store.repositories.periods import MissingPepperError
from bot.store.repositories.slips import Filed
from bot.store.schema import feeds, periods, slips
from bot.store.store import Store
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    AWAY,
    NOW,
    clinicians,
    close,
    declare,
    file,
    filing,
    opened,
    published,
    rows,
    slips_by_unit,
    team,
    told,
    withdrawal,
)

NORTH, SOUTH = team("north"), team("south")
MARIE, OMAR, ANA, *_ = NINE = clinicians("north", 9)
STRANGER = Person("slack:T1", "somebody")


async def test_a_debrief_leaves_one_slip_in_each_ledger(store: Store) -> None:
    """A key, a period, a token and one code: no person, no time, and nothing that joins the two."""
    await opened(store, (NORTH, 9))
    filed = await store.write(filing(MARIE))

    total, breakdown = sorted(await rows(store, slips), key=lambda row: row.code == "away")
    assert (total.ledger, total.code) == ("total", "debrief")
    assert (breakdown.ledger, breakdown.code) == ("breakdown", "away")
    assert total.token != breakdown.token
    assert total.id != breakdown.id
    assert filed == Filed(until=date(2027, 1, 4))
    assert {column.name for column in slips.c} == {
        *("id", "ledger", "unit", "closes", "token", "code")
    }


async def test_only_clinicians_of_a_team_that_can_be_counted_leave_slips(store: Store) -> None:
    """Nothing is kept of a stranger, of the team's own supervisor, or of a team too small."""
    await opened(store, (NORTH, 9), (SOUTH, 4))
    await store.write(lambda books: books.teams.set_holders("north", Role.SUPERVISOR, [OMAR]))
    await store.write(lambda books: books.people.join(OMAR, "north"))

    for person in (STRANGER, OMAR, clinicians("south", 1)[0]):
        assert await store.write(filing(person)) == Filed(until=None)
    assert await rows(store, slips) == []


async def test_whoever_joined_counts_and_goes_on_counting_after_leaving(store: Store) -> None:
    """The roster is who was declared or joined; leaving the check-in does not change it."""
    await opened(store, (NORTH, 9))
    await store.write(lambda books: books.people.join(STRANGER, "north"))
    await file(store, STRANGER)
    await store.write(lambda books: books.people.leave(STRANGER))
    await file(store, STRANGER)

    assert len(await rows(store, slips)) == 4


async def test_a_person_takes_back_their_own_debriefs_and_nobody_elses(store: Store) -> None:
    """All of them at once, while the period is open; the second time there is nothing left."""
    await opened(store, (NORTH, 9))
    await file(store, MARIE, MARIE, OMAR)

    assert await store.write(withdrawal(ANA)) == 0
    assert await store.write(withdrawal(MARIE)) == 2
    assert await store.write(withdrawal(MARIE)) == 0
    assert len(await rows(store, slips)) == 2


async def test_whoever_moved_to_another_team_can_still_take_back_what_they_filed(
    store: Store,
) -> None:
    """Slips stay in the period they went into, and so does the right to withdraw them."""
    await opened(store, (NORTH, 9), (SOUTH, 9))
    await file(store, MARIE)
    await store.write(lambda books: books.people.join(MARIE, "south"))
    await file(store, MARIE)
    assert len(await slips_by_unit(store)) == 4

    assert await store.write(withdrawal(MARIE)) == 2
    assert await rows(store, slips) == []


async def test_after_the_close_nothing_can_be_taken_back(store: Store) -> None:
    """A withdrawal finds nothing that is hers, and leaves the published table as it was."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    await close(store)
    before = await published(store)

    assert await store.write(withdrawal(MARIE, AFTER_QUARTER)) == 0
    assert await published(store) == before


async def test_a_close_publishes_both_tables_and_destroys_what_made_them(store: Store) -> None:
    """Slips, salts, terms and feeds are gone in the transaction that publishes."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    assert await close(store, AFTER_QUARTER - timedelta(seconds=1)) == 0

    assert await close(store) == 2
    for table in (slips, periods, feeds):
        assert await rows(store, table) == []
    assert [(one.ledger, one.unit) for one in await told(store, "north")] == [
        ("total", "team:north"),
        ("breakdown", "team:north"),
    ]


async def test_closing_again_changes_nothing(store: Store, database: str) -> None:
    """Two workers that close at the same moment publish once; later closes publish nothing."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    other = Store.open(database, PEPPERS)

    assert sorted(await asyncio.gather(close(store), close(other))) == [0, 2]
    before = await published(store)
    assert await close(other) == 0
    assert await published(store) == before
    await other.close()


async def test_a_debrief_after_the_end_goes_into_the_next_period(store: Store) -> None:
    """Late for the close job or not, what is filed on Monday is Monday's."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    filed = await store.write(filing(MARIE, AFTER_QUARTER))

    assert filed.until == date(2027, 4, 5)
    assert await store.write(withdrawal(MARIE, AFTER_QUARTER)) == 1
    await file(store, MARIE, now=AFTER_QUARTER)
    await close(store)
    assert await slips_by_unit(store) == {
        ("breakdown", "team:north", "2027-04-05"): 1,
        ("total", "team:north", "2027-04-05"): 1,
    }


async def test_a_clock_that_is_late_opens_no_published_period_again(store: Store) -> None:
    """A machine a minute behind files into the next period, and the table stays as it was."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    await close(store)
    before = await published(store)

    filed = await store.write(filing(MARIE, AFTER_QUARTER - timedelta(minutes=1)))

    assert filed.until == date(2027, 4, 5)
    await close(store)
    assert await published(store) == before
    assert len(await rows(store, slips)) == 2


async def test_the_next_close_is_known(store: Store) -> None:
    """The clock is told when the next period ends, and what to tell people beforehand."""
    assert await store.read(lambda books: books.ledger.next_close(NOW)) is None
    assert await store.read(lambda books: books.ledger.closing_of("north")) is None
    await opened(store, (NORTH, 9), (SOUTH, 20))

    ledger = datetime(2026, 12, 7, 5, tzinfo=UTC)
    assert await store.read(lambda books: books.ledger.next_close(NOW)) == ledger
    assert await store.read(lambda books: books.ledger.next_close(ledger)) == AFTER_QUARTER
    assert await store.read(lambda books: books.ledger.closing_of("north")) == date(2027, 1, 4)
    assert await store.read(lambda books: books.ledger.closing_of("south")) == date(2026, 12, 7)


async def test_opening_what_is_due_twice_opens_nothing_more(store: Store) -> None:
    """Two ledgers for a team; a second look finds them open."""
    assert await opened(store, (NORTH, 9), (SOUTH, 4)) == 2
    assert await store.write(lambda books: books.ledger.open_due(NOW)) == 0


async def test_a_pepper_may_go_when_its_last_period_has_closed(database: str) -> None:
    """A period keeps the pepper it opened with, behind a newer one, up to its end."""
    before, after = b"the pepper of last year, made up", b"the pepper of this year, made up"
    store = Store.open(database, (before,))
    store.migrate()
    await opened(store, (NORTH, 9))
    await file(store, MARIE, OMAR)
    await store.close()

    store = Store.open(database, (after, before))
    await file(store, MARIE)
    assert await store.write(withdrawal(MARIE)) == 2
    assert await close(store) == 2
    await file(store, MARIE, now=AFTER_QUARTER)
    await store.close()

    store = Store.open(database, (after,))
    assert await store.write(withdrawal(MARIE, AFTER_QUARTER)) == 1
    await store.close()


async def test_without_its_pepper_a_period_stays_as_it_is(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing wrong is published, the operator is told, and others close; nobody is in a log."""
    store = Store.open(database, (b"a pepper that will be lost, made up",))
    store.migrate()
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    await store.close()

    store = Store.open(database, PEPPERS)
    await opened(store, (SOUTH, 9))
    assert await store.write(filing(MARIE)) == Filed(until=None)
    with pytest.raises(MissingPepperError):
        await store.write(withdrawal(MARIE))
    assert await close(store) == 2
    assert await told(store, "north") == ()
    assert len(await told(store, "south")) == 2
    assert len(await rows(store, slips)) == 18
    told_operator = {(one.message, vars(one)["count"]) for one in caplog.records}
    assert told_operator == {("ledger.pepper_missing", 2)}
    await store.close()


async def test_a_change_of_roster_leaves_a_published_table_as_it_was(store: Store) -> None:
    """A table is never computed again, whoever comes or goes."""
    await opened(store, (NORTH, 9))
    await file(store, *NINE)
    await close(store)
    before = await published(store)

    await store.write(declare(NORTH, 30))
    await store.write(lambda books: books.ledger.open_due(AFTER_QUARTER))
    await close(store, AFTER_QUARTER)

    assert await published(store) == before


async def test_the_code_that_counts_is_the_one_the_period_asks(store: Store) -> None:
    """A period that asks where the repair stands does so to its end, whatever is chosen since."""
    await opened(store, (replace(NORTH, question="status"), 9))
    await store.write(declare(NORTH, 9))
    await file(store, MARIE)

    assert {row.code for row in await rows(store, slips)} == {"debrief", AWAY["status"]}


async def test_the_place_of_a_slip_does_not_tell_when_it_was_filed(
    store: Store, database: str
) -> None:
    """In a copy of the file, or in the order a server hands rows out, the last is anywhere.

    Of nine places two are ends, so in forty rounds the newest is at an end about nine
    times; storage that is left alone puts it there every time.
    """
    await opened(store, (NORTH, 9))
    at_an_end = 0
    for _ in range(40):
        await store.write(lambda books: [books.ledger.file(one, AWAY, NOW) for one in NINE])
        found = await placed(store, database)
        at_an_end += await newest(store) in (found[0], found[-1])
        await store.write(lambda books: [books.ledger.withdraw(one, NOW) for one in NINE])

    assert at_an_end <= 24


async def newest(store: Store) -> bytes:
    """The token, in the total, of whoever filed last."""
    (salt,) = [row.salt for row in await rows(store, periods) if row.ledger == "total"]
    return pseudonyms.contributor(PEPPERS[0], salt, NINE[-1])


async def placed(store: Store, database: str) -> list[bytes]:
    """The total's tokens in the order in which the database holds them on disk."""
    found = [row.token for row in await rows(store, slips) if row.ledger == "total"]
    await store.checkpoint()
    return by_place(found, database) if database.startswith("sqlite") else found


def by_place(found: list[bytes], database: str) -> list[bytes]:
    """*found* in the order of their places in an SQLite file."""
    return sorted(found, key=Path(database.removeprefix("sqlite:///")).read_bytes().find)
