"""What is owed is handed over once, and what became of it is kept."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

import pytest

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from bot.domain.checkins.scheduling import Postponement
from bot.elements import Message, Text
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, PlannedDelivery
from schedules import COMPOSERS, daily_tip, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM


async def states(context: Context) -> Counter[str]:
    """How many deliveries stand where."""
    tally = await context.store.read(lambda repos: repos.deliveries.count_by_state())
    counted: Counter[str] = Counter()
    for one in tally:
        counted[one.state] += one.count
    return counted


async def test_everybody_gets_their_message_once(owed: Context, outlet: RecordingOutlet) -> None:
    """Two drains at the same time hand over nine messages, not eighteen."""
    one, other = DeliverySender(owed, COMPOSERS), DeliverySender(owed, COMPOSERS)
    await asyncio.gather(one.send_all_due(), other.send_all_due())

    assert Counter(sent.address.person for sent in outlet.sent_messages) == Counter(
        one.id for one in CLINICIANS
    )
    assert await states(owed) == {"sent": 9}


async def test_an_unknown_outcome_is_never_sent_again(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """At most once: a lost answer leaves the message unconfirmed, where nobody may look for it."""
    drain = DeliverySender(owed, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.UNKNOWN, reason="timeout")
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(minutes=1)

    assert await drain.send_all_due() == 6
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
    owed: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    found: Literal["yes", "no", "unable", "later"],
    left: dict[str, int],
    sent: int,
) -> None:
    """Found, it is done; proved absent, it is sent; not to be known, it is left alone."""
    outlet.send_result, outlet.check_result = (
        SendResult(SendStatus.UNKNOWN, reason="http_503"),
        found,
    )
    drain = DeliverySender(owed, COMPOSERS)
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(minutes=1)

    assert await drain.send_all_due() == sent
    assert await states(owed) == left
    assert len(outlet.checked_ids) == (1 if found == "later" else 3)


async def test_nobody_is_asked_again_and_again_where_to_look_is_refused(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Searches are spaced out, and once it is too late anyway each is unconfirmed."""
    outlet.send_result, outlet.check_result = (
        SendResult(SendStatus.UNKNOWN, reason="http_503"),
        "later",
    )
    drain = DeliverySender(owed, COMPOSERS)
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    for _ in range(60):
        clock.advance(minutes=1)
        await drain.send_all_due()
    assert len(outlet.checked_ids) == 6

    for hours in (30, 2, 2):
        clock.advance(hours=hours)
        await drain.send_all_due()
    assert await states(owed) == {"unconfirmed": 3, "sent": 6}


async def test_a_message_that_cannot_be_written_holds_up_no_other(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """It is put off for a while; everybody else gets theirs at once."""

    def only_marie_fails(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        if delivery.person == MARIE.id:
            raise LookupError
        return weekly_checkin.compose_checkin(repos, delivery, context)

    assert await DeliverySender(owed, {"checkin": only_marie_fails}).send_all_due() == 8
    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 0
    clock.advance(minutes=15)
    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 1


async def test_a_message_begun_long_before_it_could_leave_is_begun_anew(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Somebody may have begun to look for it: a process that slept for a minute sends nothing."""
    ticking: Iterator[int] = iter(())

    def stalled() -> datetime:
        clock.advance(seconds=next(ticking, 0))
        return clock.current_time

    def then_stall(repos: Repositories, delivery: Delivery, context: Context) -> Message:
        nonlocal ticking
        ticking = iter((0, 60))
        return written(repos, delivery, context)

    await DeliverySender(replace(owed, now=stalled), {"checkin": then_stall}).send_all_due()

    assert outlet.sent_messages == []
    assert await states(owed) == {"planned": 9}


async def test_a_stop_begins_no_further_message(owed: Context, outlet: RecordingOutlet) -> None:
    """Whoever is between two messages ends at once; what is left is sent after the next start."""
    drain = DeliverySender(owed, COMPOSERS, 1 / 60)
    await drain.start()
    for _ in range(500):
        await asyncio.sleep(0 if outlet.sent_messages else 0.01)
    await asyncio.wait_for(drain.stop(), 5)

    assert len(outlet.sent_messages) == 1
    assert await states(owed) == {"sent": 1, "planned": 8}


async def test_one_workspace_in_trouble_holds_up_no_other(
    owed: Context, outlet: RecordingOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """A product that is not there is told of in the log; the others' messages go out."""
    await owed.store.write(
        lambda repos: repos.deliveries.plan_deliveries(
            [
                PlannedDelivery(
                    "other:T1", "checkin", "U1", "", "x", owed.now(), owed.now(), "circle"
                )
            ]
        )
    )

    assert await DeliverySender(owed, {**COMPOSERS, "checkin": written}).send_all_due() == 9
    assert "delivery.workspace_failed" in caplog.text


def written(_repos: Repositories, _delivery: Delivery, _context: Context) -> Message:
    """Write the same to everybody."""
    return Message("Hello", (Text("Hello"),))


async def test_a_person_who_takes_no_messages_is_not_tried_again(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A deactivated account is suspended, and nobody else is."""
    drain = DeliverySender(owed, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.GONE, reason="user_not_found")
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(days=7)

    assert await weekly_checkin.run(owed) == 0
    person = await owed.store.read(lambda repos: repos.people.get(MARIE))
    assert person.unreachable_reason == "user_not_found"


async def test_a_refused_request_ends_nobodys_messages(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """When every message of one tick is refused, none is repeated and next week all are sent."""
    drain = DeliverySender(owed, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="invalid_blocks")
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await drain.send_all_due() == 0
    assert await states(owed) == {"failed": 9}
    clock.advance(days=7)
    assert await weekly_checkin.run(owed) == 9
    assert await drain.send_all_due() == 9


async def test_a_refused_tip_does_not_end_a_channels_tips(
    practice: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The tip that was refused is not repeated; the next one is posted."""
    clock.advance(days=1)
    await daily_tip.run(practice)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="msg_too_long")
    await DeliverySender(practice, COMPOSERS).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(days=2)

    assert await daily_tip.run(practice) == 1
    assert await DeliverySender(practice, COMPOSERS).send_all_due() == 1


async def test_a_workspace_that_refuses_us_is_suspended(
    owed: Context, outlet: RecordingOutlet
) -> None:
    """A revoked token stops every further call; let in again, everybody gets their message."""
    drain = DeliverySender(owed, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.CLOSED, reason="token_revoked")
    await drain.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 0
    assert outlet.sent_messages == []
    await owed.store.write(lambda repos: repos.workspaces.resume(TEAM.workspace))
    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 9


async def test_a_route_learned_while_sending_is_used_from_then_on(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The next message, from whichever process, goes by the route that the first one found."""
    outlet.send_result = SendResult(SendStatus.SENT, route="D1")
    await DeliverySender(owed, COMPOSERS).send_all_due()
    clock.advance(days=7)
    await weekly_checkin.run(owed)
    await DeliverySender(owed, COMPOSERS).send_all_due()

    assert [one.address.route for one in outlet.sent_messages] == [""] * 9 + ["D1"] * 9


async def test_a_channel_that_takes_no_messages_is_not_tried_again(
    practice: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """An archived channel costs one call; its next tip is not promised."""
    clock.advance(days=1)
    await daily_tip.run(practice)
    outlet.send_result = SendResult(SendStatus.GONE, reason="is_archived")
    await DeliverySender(practice, COMPOSERS).send_all_due()
    clock.advance(days=2)

    assert await daily_tip.run(practice) == 0


async def test_a_message_begun_by_a_process_that_died_counts_as_unconfirmed(
    owed: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """What may have been posted is not posted again."""
    (first, *_) = await owed.store.read(
        lambda repos: repos.deliveries.list_due_deliveries(TEAM.workspace, owed.now(), 1)
    )
    await owed.store.write(lambda repos: repos.deliveries.claim_delivery(first.id, 0, owed.now()))
    clock.advance(seconds=41)
    await DeliverySender(owed, COMPOSERS).send_all_due()

    assert await states(owed) == {"sent": 8, "unconfirmed": 1}
    assert first.person not in {one.address.person for one in outlet.sent_messages}
