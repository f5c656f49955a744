import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.store.repositories import Books
from bot.store.repositories.deliveries import SETTLE, State, Tally
from bot.store.store import Store
from tests.store.sample_jobs import CHECKIN, LATE, MARIE, MINUTE, NOW, TIP, found, owed


async def test_of_two_who_begin_one_sends(store: Store, database: str) -> None:
    """Whoever is told `True` sends; everybody else leaves the delivery alone."""
    kept = await owed(store, CHECKIN)
    beside = Store.open(database, ())

    begun = await asyncio.gather(
        *(
            one.write(lambda books: books.deliveries.begin(kept.id, kept.attempt, NOW))
            for one in (store, beside, store, beside)
        )
    )

    assert sorted(begun) == [False, False, False, True]
    after = await found(store, kept)
    assert (after.state, after.attempt, after.started) == (State.SENDING, 1, NOW)
    await beside.close()


Ending = Callable[[Books, str, int], bool]

ENDINGS: list[tuple[Ending, State]] = [
    (lambda books, key, attempt: books.deliveries.sent(key, attempt, "171.2"), State.SENT),
    (lambda books, key, attempt: books.deliveries.wait(key, attempt), State.PLANNED),
    (lambda books, key, attempt: books.deliveries.unconfirmed(key, attempt), State.UNCONFIRMED),
    (lambda books, key, attempt: books.deliveries.failed(key, attempt, "x"), State.FAILED),
    (lambda books, key, attempt: books.deliveries.gone(key, attempt, "left"), State.GONE),
    (lambda books, key, attempt: books.deliveries.missed(key, attempt), State.MISSED),
]


@pytest.mark.parametrize(("ending", "state"), ENDINGS, ids=[state for _, state in ENDINGS])
async def test_a_beginning_ends_once(store: Store, ending: Ending, state: State) -> None:
    """Only the attempt that was begun can be ended, and only once."""
    kept = await owed(store, CHECKIN)

    def begin_and_end(books: Books) -> list[bool]:
        begun = books.deliveries.begin(kept.id, 0, NOW)
        return [
            begun,
            ending(books, kept.id, 9),
            ending(books, kept.id, 1),
            ending(books, kept.id, 1),
        ]

    assert await store.write(begin_and_end) == [True, False, True, False]
    after = await found(store, kept)
    assert (after.state, after.attempt) == (state, 1)


async def test_an_old_attempt_cannot_end_a_newer_one(store: Store) -> None:
    """A process that slept through its turn changes nothing when it wakes up."""
    kept = await owed(store, CHECKIN)

    def begun_twice(books: Books) -> tuple[bool, bool]:
        books.deliveries.begin(kept.id, 0, NOW)
        books.deliveries.wait(kept.id, 1)
        books.deliveries.begin(kept.id, 1, NOW)
        return books.deliveries.sent(kept.id, 1), books.deliveries.sent(kept.id, 2)

    assert await store.write(begun_twice) == (False, True)


async def test_what_has_to_wait_is_due_later(store: Store) -> None:
    """A message that was refused for now stays promised, and is not due before it may be."""
    kept = await owed(store, CHECKIN)

    def wait(books: Books) -> tuple[int, int]:
        books.deliveries.begin(kept.id, 0, NOW)
        books.deliveries.wait(kept.id, 1, NOW + 5 * MINUTE)
        lists = books.deliveries.owed
        return len(lists("slack:T1", NOW, 9)), len(lists("slack:T1", NOW + 5 * MINUTE, 9))

    assert await store.write(wait) == (0, 1)


async def test_a_planned_message_may_be_missed_or_withdrawn(store: Store) -> None:
    """What nobody began can still be let go; what was begun cannot be taken back."""
    first = await owed(store, CHECKIN)
    second = await owed(store, TIP)

    def let_go(books: Books) -> list[bool]:
        return [
            books.deliveries.missed(first.id, 0, "late"),
            books.deliveries.withdrawn(first.id),
            books.deliveries.begin(second.id, 0, NOW),
            books.deliveries.withdrawn(second.id),
        ]

    assert await store.write(let_go) == [True, False, True, False]


async def test_withdrawing_spares_others_and_what_was_begun(store: Store) -> None:
    """Who leaves takes back their own planned messages alone."""
    begun = await owed(store, CHECKIN)
    followup = replace(CHECKIN, slot="2026-W38")
    others = (replace(CHECKIN, person="UOMAR"), replace(CHECKIN, workspace="slack:T2"), TIP)

    def withdraw(books: Books) -> list[int]:
        books.deliveries.begin(begun.id, 0, NOW)
        books.deliveries.promise([followup, *others])
        return [books.deliveries.withdraw_for(MARIE) for _ in range(2)]

    assert await store.write(withdraw) == [1, 0]


async def test_what_a_crash_left_is_known_to_be_unknown(store: Store) -> None:
    """A delivery begun a while ago and never ended is listed; fresh ones are not."""
    old = await owed(store, CHECKIN)
    fresh = await owed(store, replace(CHECKIN, person="UOMAR"), TIP)

    def crash(books: Books) -> tuple[list[str], tuple[str, ...]]:
        books.deliveries.begin(old.id, 0, NOW)
        books.deliveries.begin(fresh.id, 0, NOW + MINUTE)
        listed = [one.id for one in books.deliveries.unsettled("slack:T1", NOW + SETTLE, 9)]
        return listed, books.deliveries.workspaces_owed(LATE + MINUTE)

    assert await store.write(crash) == ([old.id], ("slack:T1",))


async def test_what_could_not_be_found_out_a_day_later_is_unconfirmed(store: Store) -> None:
    """Nobody looks for a message for ever, and nobody sends it again."""
    kept = await owed(store, CHECKIN)
    day = timedelta(days=1)

    def give_up(books: Books) -> list[int]:
        books.deliveries.begin(kept.id, 0, NOW)
        return [books.deliveries.give_up(at) for at in (LATE + day, LATE + day + MINUTE)]

    assert await store.write(give_up) == [0, 1]
    assert (await found(store, kept)).state == State.UNCONFIRMED


async def test_what_is_too_late_is_missed_and_not_sent_days_after(store: Store) -> None:
    """After a long downtime, what is past its last instant is counted as missed."""
    kept = await owed(store, CHECKIN)

    def come_back(books: Books) -> list[int]:
        return [books.deliveries.give_up(at) for at in (LATE, LATE + MINUTE)]

    assert await store.write(come_back) == [0, 1]
    assert (await found(store, kept)).state == State.MISSED


async def test_the_operator_sees_numbers_and_no_names(store: Store) -> None:
    """Deliveries are told by day, kind, state and reason."""
    gone = await owed(store, CHECKIN)

    def some(books: Books) -> tuple[Tally, ...]:
        books.deliveries.begin(gone.id, 0, NOW)
        books.deliveries.gone(gone.id, 1, "user_disabled" * 9)
        day_after = NOW + timedelta(days=1)
        books.deliveries.promise([replace(CHECKIN, person=f"U{n}", due=day_after) for n in (1, 2)])
        return books.deliveries.tally()

    today, tomorrow = date(2026, 9, 7), date(2026, 9, 8)
    assert await store.write(some) == (
        Tally(today, "checkin", State.GONE, ("user_disabled" * 9)[:60], 1),
        Tally(tomorrow, "checkin", State.PLANNED, "", 2),
    )
