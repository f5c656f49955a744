"""What is owed is handed over once, and what became of it is kept."""

import asyncio
from collections import Counter

import pytest

from bot.conversation import Fate, Outcome
from bot.desk import Desk
from schedules import COMPOSERS, daily_tip, weekly_checkin
from schedules.drain import Drain
from tests.doubles import Moment, Pigeonholes
from tests.practice_team import CLINICIANS, MARIE, TEAM


@pytest.fixture
async def owed(practice: Desk) -> Desk:
    """The desk of a practice of nine, each of whom is owed this week's question."""
    await practice.store.write(
        lambda books: [books.people.join(one, TEAM.id) for one in CLINICIANS]
    )
    await weekly_checkin.run(practice)
    return practice


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


async def test_an_unknown_outcome_is_never_sent_again(owed: Desk, outlet: Pigeonholes) -> None:
    """At most once: a lost answer leaves the message unconfirmed."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.UNKNOWN, reason="timeout")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await drain.empty() == 0
    assert await states(owed) == {"unconfirmed": 9}


async def test_a_workspace_that_asks_for_rest_gets_it(
    owed: Desk, outlet: Pigeonholes, clock: Moment
) -> None:
    """One refusal stops the workspace at once, in every process, and nothing is lost."""
    outlet.outcome = Outcome(Fate.WAIT, seconds=30)
    await Drain(owed, COMPOSERS).empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await Drain(owed, COMPOSERS).empty() == 0
    assert await states(owed) == {"planned": 9}
    clock.move(seconds=30)
    assert await Drain(owed, COMPOSERS).empty() == 9


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


async def test_a_workspace_that_refuses_us_is_suspended(owed: Desk, outlet: Pigeonholes) -> None:
    """A revoked token stops every further call."""
    drain = Drain(owed, COMPOSERS)
    outlet.outcome = Outcome(Fate.CLOSED, reason="token_revoked")
    await drain.empty()
    outlet.outcome = Outcome(Fate.SENT)

    assert await Drain(owed, COMPOSERS).empty() == 0
    assert outlet.sent == []


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
    clock.move(seconds=31)
    await Drain(owed, COMPOSERS).empty()

    assert await states(owed) == {"sent": 8, "unconfirmed": 1}
    assert first.person not in {one.to.person for one in outlet.sent}
