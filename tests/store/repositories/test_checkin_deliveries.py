"""Questions owed: counted once each, found again, and told apart by their weeks."""

from dataclasses import replace

from bot.conversation import Person
from bot.store.repositories import Books
from bot.store.repositories.deliveries import State
from bot.store.store import Store
from tests.store.sample_jobs import CHECKIN, MARIE, TIP

OMAR = Person("slack:T1", "UOMAR")
NEXT = replace(CHECKIN, slot="2026-W38")
OMARS = replace(CHECKIN, person=OMAR.id)


def both_join(books: Books) -> None:
    """Marie and Omar join a team."""
    for person in (MARIE, OMAR):
        books.people.join(person, "team1")


async def test_a_question_owed_counts_as_unanswered_once(store: Store) -> None:
    """However often it is promised; a tip counts for nobody, and six is the end of it."""

    def owe(books: Books) -> list[int]:
        both_join(books)
        books.people.set_quiet(OMAR, 6)
        kept = [books.deliveries.ask([CHECKIN, OMARS]), books.deliveries.ask([CHECKIN, NEXT])]
        books.deliveries.promise([TIP])
        return [*kept, books.people.get(MARIE).quiet, books.people.get(OMAR).quiet]

    assert await store.write(owe) == [2, 1, 2, 6]


async def test_the_weeks_that_are_promised_are_found_for_many_at_once(store: Store) -> None:
    """From a week on; what was missed is no promise kept."""
    missed = replace(CHECKIN, slot="2026-W39 late", reason="late")

    def look(books: Books) -> list[dict[Person, set[str]]]:
        books.deliveries.ask([CHECKIN, NEXT, OMARS])
        books.deliveries.promise([missed])
        who = {MARIE, OMAR}
        return [books.deliveries.slots("checkin", who, since) for since in ("", "2026-W38")]

    every, since = await store.write(look)
    assert every == {MARIE: {"2026-W37", "2026-W38"}, OMAR: {"2026-W37"}}
    assert since == {MARIE: {"2026-W38"}, OMAR: set()}


async def test_a_week_is_settled_once_nothing_is_owed_for_it(store: Store) -> None:
    """One that is planned is not; one that was missed is, and says why."""

    def look(books: Books) -> set[str]:
        books.deliveries.promise([CHECKIN, replace(NEXT, reason="holiday")])
        return books.deliveries.settled("checkin", MARIE)

    assert await store.write(look) == {"2026-W38"}
    tally = await store.read(lambda books: books.deliveries.tally())
    assert [one.reason for one in tally if one.state is State.MISSED] == ["holiday"]


async def test_nobody_of_a_suspended_workspace_is_among_those_to_ask(store: Store) -> None:
    """What they are not asked leaves nothing unanswered."""
    await store.write(both_join)
    await store.write(lambda books: books.workspaces.suspend("slack:T1", "revoked"))

    assert await store.read(lambda books: books.people.joined(None, 9)) == ()


async def test_part_time_days_and_a_known_zone_are_kept(store: Store) -> None:
    """Days in the order of the week; a zone that nobody knows changes nothing."""

    def keep(books: Books) -> None:
        both_join(books)
        books.people.set_work_days(MARIE, (3, 1))
        books.people.learn(MARIE, zone="Australia/Lord_Howe")
        books.people.learn(MARIE, zone="Mars/Olympus_Mons")

    await store.write(keep)
    found = await store.read(lambda books: books.people.get(MARIE))

    assert (found.work_days, found.zone) == ((1, 3), "Australia/Lord_Howe")
