"""The delivery sender sends each due delivery once and stores the result."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from bot.context import Context
from bot.conversation import SearchResult, SendResult, SendStatus
from bot.domain.checkins.scheduling import Postponement
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.reachability import DEACTIVATED, Evidence
from bot.elements import Message, Text
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, PlannedDelivery
from schedules import COMPOSERS, checkin_messages, daily_tip, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import CLINICIANS, MARIE, TEAM


async def count_states(context: Context) -> Counter[str]:
    """Count the deliveries by state."""
    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    totals: Counter[str] = Counter()
    for row in counts:
        totals[row.state] += row.count
    return totals


async def test_concurrent_senders_send_each_message_once(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """Two concurrent senders send nine messages, not eighteen."""
    senders = [DeliverySender(planned_context, COMPOSERS) for _ in range(2)]
    await asyncio.gather(*(sender.send_all_due() for sender in senders))

    assert Counter(sent.address.person for sent in outlet.sent_messages) == Counter(
        clinician.id for clinician in CLINICIANS
    )
    assert await count_states(planned_context) == {"sent": 9}


async def test_an_unknown_result_is_never_sent_again(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A lost response leaves the delivery unconfirmed, where the product has no lookup."""
    sender = DeliverySender(planned_context, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.UNKNOWN, reason="timeout")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(minutes=1)

    assert await sender.send_all_due() == 6
    assert await count_states(planned_context) == {"sent": 6, "unconfirmed": 3}


@pytest.mark.parametrize(
    ("search_result", "states", "sent"),
    [
        (SearchResult.FOUND, {"sent": 9}, 6),
        (SearchResult.NOT_FOUND, {"sent": 9}, 9),
        (SearchResult.RETRY_LATER, {"sending": 3, "sent": 6}, 6),
        (SearchResult.NOT_SUPPORTED, {"unconfirmed": 3, "sent": 6}, 6),
    ],
)
async def test_a_delivery_in_doubt_is_sent_only_if_absent(
    planned_context: Context,
    outlet: RecordingOutlet,
    clock: FakeClock,
    search_result: SearchResult,
    states: dict[str, int],
    sent: int,
) -> None:
    """A found delivery is settled, an absent one is sent, an unknown one is not repeated."""
    outlet.send_result, outlet.check_result = (
        SendResult(SendStatus.UNKNOWN, reason="http_503"),
        search_result,
    )
    sender = DeliverySender(planned_context, COMPOSERS)
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(minutes=1)

    assert await sender.send_all_due() == sent
    assert await count_states(planned_context) == states
    assert len(outlet.checked_ids) == (1 if search_result is SearchResult.RETRY_LATER else 3)


async def test_refused_lookups_back_off(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Refused lookups back off, and after the deadline each delivery is unconfirmed."""
    outlet.send_result, outlet.check_result = (
        SendResult(SendStatus.UNKNOWN, reason="http_503"),
        SearchResult.RETRY_LATER,
    )
    sender = DeliverySender(planned_context, COMPOSERS)
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    for _ in range(60):
        clock.advance(minutes=1)
        await sender.send_all_due()
    assert len(outlet.checked_ids) == 6

    for hours in (30, 2, 2):
        clock.advance(hours=hours)
        await sender.send_all_due()
    assert await count_states(planned_context) == {"unconfirmed": 3, "sent": 6}


async def test_a_failed_composer_delays_no_other_delivery(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A composer's exception postpones its delivery; the others are sent at once."""

    def fail_for_marie(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        if delivery.person == MARIE.id:
            raise LookupError
        return checkin_messages.compose_checkin(repos, delivery, context)

    assert (
        await DeliverySender(planned_context, {DeliveryKind.CHECKIN: fail_for_marie}).send_all_due()
        == 8
    )
    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 0
    clock.advance(minutes=15)
    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 1


async def test_an_old_claim_is_not_sent(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A claim older than its maximum age is not sent, since another process may look it up."""
    delays: Iterator[int] = iter(())

    def read_stalling_clock() -> datetime:
        clock.advance(seconds=next(delays, 0))
        return clock.current_time

    def compose_and_stall(repos: Repositories, delivery: Delivery, context: Context) -> Message:
        nonlocal delays
        delays = iter((0, 60))
        return compose_greeting(repos, delivery, context)

    await DeliverySender(
        replace(planned_context, now=read_stalling_clock), {DeliveryKind.CHECKIN: compose_and_stall}
    ).send_all_due()

    assert outlet.sent_messages == []
    assert await count_states(planned_context) == {"planned": 9}


async def test_a_stop_claims_no_further_delivery(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """A stop between two messages ends the run at once; the others stay planned."""
    sender = DeliverySender(planned_context, COMPOSERS, 1 / 60)
    await sender.trigger_sending()
    for _ in range(500):
        await asyncio.sleep(0 if outlet.sent_messages else 0.01)
    await asyncio.wait_for(sender.stop(), 5)

    assert len(outlet.sent_messages) == 1
    assert await count_states(planned_context) == {"sent": 1, "planned": 8}


async def test_a_failing_workspace_delays_no_other(
    planned_context: Context, outlet: RecordingOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """A workspace with a kind of another release fails and is logged; the others' messages go."""
    now = planned_context.now()
    unsendable = PlannedDelivery("slack:T1", "newer", "U1", "", "x", now, now, "circle")
    await planned_context.store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([unsendable])
    )
    composers = {**COMPOSERS, DeliveryKind.CHECKIN: compose_greeting}

    assert await DeliverySender(planned_context, composers).send_all_due() == 9
    assert "delivery.workspace_failed" in caplog.text


def compose_greeting(_repos: Repositories, _delivery: Delivery, _context: Context) -> Message:
    """Compose the same message for every person."""
    return Message("Hello", (Text("Hello"),))


async def test_an_unreachable_person_gets_no_further_delivery(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """A deactivated account is marked unreachable and gets no further delivery."""
    sender = DeliverySender(planned_context, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="user_not_found")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(days=7)

    assert await weekly_checkin.run(planned_context) == 0
    person = await planned_context.store.across_workspaces.read(
        lambda repos: repos.people.get(MARIE)
    )
    assert person.unreachable_reason == DEACTIVATED


async def test_a_failed_request_suspends_no_person(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """When every message of one tick fails, none is repeated and next week all are sent."""
    sender = DeliverySender(planned_context, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="invalid_blocks")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await sender.send_all_due() == 0
    assert await count_states(planned_context) == {"failed": 9}
    clock.advance(days=7)
    assert await weekly_checkin.run(planned_context) == 9
    assert await sender.send_all_due() == 9


async def test_a_failed_tip_does_not_suspend_the_channel(
    team_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The tip that failed is not repeated; the next one is posted."""
    clock.advance(days=1)
    await daily_tip.run(team_context)
    outlet.send_result = SendResult(SendStatus.FAILED, reason="msg_too_long")
    await DeliverySender(team_context, COMPOSERS).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(days=2)

    assert await daily_tip.run(team_context) == 1
    assert await DeliverySender(team_context, COMPOSERS).send_all_due() == 1


async def test_a_workspace_that_revoked_the_token_is_suspended(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """A revoked token stops every further request; after the resume all messages are sent."""
    sender = DeliverySender(planned_context, COMPOSERS)
    outlet.send_result = SendResult(SendStatus.REJECTED_BY_WORKSPACE, reason="token_revoked")
    await sender.send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 0
    assert outlet.sent_messages == []
    await planned_context.store.across_workspaces.write(
        lambda repos: repos.workspaces.resume(TEAM.workspace, Evidence.PAYLOAD)
    )
    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 9


async def test_a_returned_route_is_used_for_the_next_message(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The next message, from any process, uses the route that the first result returned."""
    outlet.send_result = SendResult(SendStatus.SENT, route="D1")
    await DeliverySender(planned_context, COMPOSERS).send_all_due()
    clock.advance(days=7)
    await weekly_checkin.run(planned_context)
    await DeliverySender(planned_context, COMPOSERS).send_all_due()

    assert [sent.address.route for sent in outlet.sent_messages] == [""] * 9 + ["D1"] * 9


async def test_an_archived_channel_gets_no_further_tip(
    team_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """An archived channel costs one request; its next tip is not planned."""
    clock.advance(days=1)
    await daily_tip.run(team_context)
    outlet.send_result = SendResult(SendStatus.ADDRESS_UNREACHABLE, reason="is_archived")
    await DeliverySender(team_context, COMPOSERS).send_all_due()
    clock.advance(days=2)

    assert await daily_tip.run(team_context) == 0


async def test_a_crashed_claim_becomes_unconfirmed(
    planned_context: Context, clock: FakeClock, outlet: RecordingOutlet
) -> None:
    """A delivery that a crashed process claimed is not sent again."""
    (first, *_) = await planned_context.store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries(TEAM.workspace, planned_context.now(), 1)
    )
    await planned_context.store.across_workspaces.write(
        lambda repos: repos.deliveries.claim_delivery(first.id, 0, planned_context.now())
    )
    clock.advance(seconds=41)
    await DeliverySender(planned_context, COMPOSERS).send_all_due()

    assert await count_states(planned_context) == {"sent": 8, "unconfirmed": 1}
    assert first.person not in {sent.address.person for sent in outlet.sent_messages}
