"""What is owed is handed over once, and what became of it is kept."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

import pytest

from bot.context import Desk
from bot.conversation import Fate, Outcome
from bot.domain.checkins.scheduling import Postponed
from bot.elements import Message, Text
from bot.store.repositories import Books
from bot.store.repositories.deliveries import Delivery, Promise
from schedules import COMPOSERS, daily_tip, weekly_checkin
from schedules.delivery.sender import Drain
from tests.doubles import Moment, Pigeonholes
from tests.sample_team import CLINICIANS, MARIE, TEAM


async def states(desk: Desk) -> Counter[str]:
    """How many deliveries stand where."""
    tally = await desk.store.read(lambda books: books.deliveries.tally())
    counted: Counter[str] = Counter()
    for one in tally:
        counted[one.state] += one.number
    return counted


async def test_everybody_gets_their_message_once(owed: Desk, outlet: Pigeonholes) -> None:
    """Two drains at the same time hand over nine messages, not eighteen."""
    one, other = Drain(owed, COMPOSERS), Drain(owed, COMPOSERS)
    await asyncio.gather(one.empty(), other.empty())

    assert Counter(sent.to.person for sent in outlet.sent) == Counter(one.id for one in CLINICIANS)
    assert await states(owed) == {"sent": 9}


async def test_an_unknown_outcome_is_never_sent_again(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """At most once: a lost answer leaves the message unconfirmed, where nobody may look for it."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.UNKNOWN, reason="timeout")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)
    clock.move(minutes=1)

    assert await drain.empty() == 6
    assert await states(owed) == {"sent": 6, "unconfirmed": 3}


@pytest.mark.parametrize(
    ("found", "left", "sent"),
    [
        ("yes", {"sent": 9}, 6),
        ("no", {"sent": 9}, 9),
        ("later", {"sending": 3, "sent": 6}, 6),
        ("unable", {"unconfirmed": 3, "sent": 6}, 6),
    ],
)
async def test_what_was_in_doubt_is_looked_for_and_sent_only_where_it_is_missing(
    owed: Desk,
    outlet: Pigeonholes,
    clock: Moment,
    found: Literal["yes", "no", "unable", "later"],
    left: dict[str, int],
    sent: int,
) -> None:
    """Found, it is done; proved absent, it is sent; not to be known, it is left alone."""
    outlet.outcome, outlet.found = Outcome(Fate.UNKNOWN, reason="http_503"), found
    drain = Drain(owed, COMPOSERS)
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)
    clock.move(minutes=1)

    assert await drain.empty() == sent
    assert await states(owed) == left
    assert len(outlet.searched) == (1 if found == "later" else 3)


async def test_nobody_is_asked_again_and_again_where_to_look_is_refused(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """Searches are spaced out, and once it is too late anyway each is unconfirmed."""
    outlet.outcome, outlet.found = Outcome(Fate.UNKNOWN, reason="http_503"), "later"
    drain = Drain(owed, COMPOSERS)
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)
    for _ in range(60):
        clock.move(minutes=1)
        await drain.empty()
    assert len(outlet.searched) == 6

    for hours in (30, 2, 2):
        clock.move(hours=hours)
        await drain.empty()
    assert await states(owed) == {"unconfirmed": 3, "sent": 6}


async def test_a_message_that_cannot_be_written_holds_up_no_other(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """It is put off for a while; everybody else gets theirs at once."""

    def only_marie_fails(
        books: Books, delivery: Delivery, desk: Desk
    ) -> Message | Postponed | None:
        if delivery.person == MARIE.id:
            raise LookupError
        return weekly_checkin.compose(books, delivery, desk)

    assert await Drain(owed, {"checkin": only_marie_fails}).empty() == 8
    assert await Drain(owed, COMPOSERS).empty() == 0
    clock.move(minutes=15)
    assert await Drain(owed, COMPOSERS).empty() == 1


async def test_a_message_begun_long_before_it_could_leave_is_begun_anew(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """Somebody may have begun to look for it: a process that slept for a minute sends nothing."""
    ticking: Iterator[int] = iter(())

    def stalled() -> datetime:
        clock.move(seconds=next(ticking, 0))
        return clock.at

    def then_stall(books: Books, delivery: Delivery, desk: Desk) -> Message:
        nonlocal ticking
        ticking = iter((0, 60))
        return written(books, delivery, desk)

    await Drain(replace(owed, now=stalled), {"checkin": then_stall}).empty()

    assert outlet.sent == []
    assert await states(owed) == {"planned": 9}


async def test_a_stop_begins_no_further_message(owed: Desk, outlet: Pigeonholes) -> None:
    """Whoever is between two messages ends at once; what is left is sent after the next start."""
    drain = Drain(owed, COMPOSERS, 1 / 60)
    await drain.start()
    for _ in range(500):
        await asyncio.sleep(0 if outlet.sent else 0.01)
    await asyncio.wait_for(drain.stop(), 5)

    assert len(outlet.sent) == 1
    assert await states(owed) == {"sent": 1, "planned": 8}


async def test_one_workspace_in_trouble_holds_up_no_other(
    owed: Desk, outlet: Pigeonholes, caplog: pytest.LogCaptureFixture
) -> None:
    """A product that is not there is told of in the log; the others' messages go out."""
    await owed.store.write(
        lambda books: books.deliveries.promise(
            [Promise("other:T1", "checkin", "U1", "", "x", owed.now(), owed.now(), "circle")]
        )
    )

    assert await Drain(owed, {**COMPOSERS, "checkin": written}).empty() == 9
    assert "drain.failed" in caplog.text


def written(_books: Books, _delivery: Delivery, _desk: Desk) -> Message:
    """Write the same to everybody."""
    return Message("Hello", (Text("Hello"),))


async def test_a_person_who_takes_no_messages_is_not_tried_again(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """A deactivated account is suspended, and nobody else is."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.GONE, reason="user_not_found")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)
    clock.move(days=7)

    assert await weekly_checkin.run(owed) == 0
    person = await owed.store.read(lambda books: books.people.get(MARIE))
    assert person.unreachable == "user_not_found"


async def test_a_refused_request_ends_nobodys_messages(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """When every message of one tick is refused, none is repeated and next week all are sent."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.FAILED, reason="invalid_blocks")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await drain.empty() == 0
    assert await states(owed) == {"failed": 9}
    clock.move(days=7)
    assert await weekly_checkin.run(owed) == 9
    assert await drain.empty() == 9


async def test_a_refused_tip_does_not_end_a_channels_tips(
    practice: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """The tip that was refused is not repeated; the next one is posted."""
    clock.move(days=1)
    await daily_tip.run(practice)
    outlet.outcome = Outcome(Fate.FAILED, reason="msg_too_long")
    await Drain(practice, COMPOSERS).empty()
    outlet.outcome = Outcome(Fate.SENT)
    clock.move(days=2)

    assert await daily_tip.run(practice) == 1
    assert await Drain(practice, COMPOSERS).empty() == 1


async def test_a_workspace_that_refuses_us_is_suspended(owed: Desk, outlet: Pigeonholes) -> None:
    """A revoked token stops every further call; let in again, everybody gets their message."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.CLOSED, reason="token_revoked")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await Drain(owed, COMPOSERS).empty() == 0
    assert outlet.sent == []
    await owed.store.write(lambda books: books.workspaces.resume(TEAM.workspace))
    assert await Drain(owed, COMPOSERS).empty() == 9


async def test_a_route_learned_while_sending_is_used_from_then_on(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """The next message, from whichever process, goes by the route that the first one found."""
    outlet.outcome = Outcome(Fate.SENT, way="D1")
    await Drain(owed, COMPOSERS).empty()
    clock.move(days=7)
    await weekly_checkin.run(owed)
    await Drain(owed, COMPOSERS).empty()

    assert [one.to.way for one in outlet.sent] == [""] * 9 + ["D1"] * 9


async def test_a_channel_that_takes_no_messages_is_not_tried_again(
    practice: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """An archived channel costs one call; its next tip is not promised."""
    clock.move(days=1)
    await daily_tip.run(practice)
    outlet.outcome = Outcome(Fate.GONE, reason="is_archived")
    await Drain(practice, COMPOSERS).empty()
    clock.move(days=2)

    assert await daily_tip.run(practice) == 0


async def test_a_message_begun_by_a_process_that_died_counts_as_unconfirmed(
    owed: Desk, clock: Moment, outlet: Pigeonholes
) -> None:
    """What may have been posted is not posted again."""
    (first, *_) = await owed.store.read(
        lambda books: books.deliveries.owed(TEAM.workspace, owed.now(), 1)
    )
    await owed.store.write(lambda books: books.deliveries.begin(first.id, 0, owed.now()))
    clock.move(seconds=41)
    await Drain(owed, COMPOSERS).empty()

    assert await states(owed) == {"sent": 8, "unconfirmed": 1}
    assert first.person not in {one.to.person for one in outlet.sent}
