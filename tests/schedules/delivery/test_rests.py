"""A workspace's requested rest stops its sends; they continue when the rest ends."""

import asyncio

import pytest

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import TEAM
from tests.schedules.delivery.test_sender import count_states


async def test_a_requested_rest_stops_the_workspace(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """One 429 response stops the workspace at once, in every process, and no message is lost."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30)
    await DeliverySender(planned_context, COMPOSERS).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 0
    assert await count_states(planned_context) == {"planned": 9}
    clock.advance(seconds=30)
    assert await DeliverySender(planned_context, COMPOSERS).send_all_due() == 9


async def wait_until_rest_is_stored(context: Context) -> None:
    """Wait until the rest of the team's workspace is in the store."""
    for _ in range(500):
        if not await context.store.across_workspaces.read(
            lambda repos: repos.workspaces.accepts_messages(TEAM.workspace, context.now())
        ):
            return
        await asyncio.sleep(0.01)


async def test_a_short_rest_is_waited_out(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """After a short rest the same run continues, without waiting for the next tick."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=0.1)
    run = asyncio.create_task(
        DeliverySender(planned_context, COMPOSERS, max_rest_seconds=60).send_all_due()
    )
    await wait_until_rest_is_stored(planned_context)
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(seconds=1)

    assert await asyncio.wait_for(run, 5) == 9


async def test_a_long_rest_ends_the_run(planned_context: Context, outlet: RecordingOutlet) -> None:
    """A rest of more than a minute ends the run, and the deliveries stay planned."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=61)
    run = DeliverySender(planned_context, COMPOSERS, max_rest_seconds=60).send_all_due()

    assert await asyncio.wait_for(run, 5) == 0
    assert await count_states(planned_context) == {"planned": 9}


async def test_a_stop_interrupts_a_rest(planned_context: Context, outlet: RecordingOutlet) -> None:
    """A stop during a rest ends the run at once; the next start sends what is due."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30)
    sender = DeliverySender(planned_context, COMPOSERS, max_rest_seconds=60)
    await sender.trigger_sending()
    await wait_until_rest_is_stored(planned_context)
    await asyncio.wait_for(sender.stop(), 5)

    assert await count_states(planned_context) == {"planned": 9}


async def test_a_rate_limited_workspace_gets_half_the_rate(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The halved rate is stored for every sender, and has recovered after eight minutes."""
    outlet.send_result = SendResult(
        SendStatus.RETRY_LATER, retry_after_seconds=30, is_rate_limited=True
    )
    await DeliverySender(planned_context, COMPOSERS, 4).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    rates = []
    for minutes in (1, 8):
        clock.advance(minutes=minutes)
        sender = DeliverySender(planned_context, COMPOSERS, 4)
        sender._stop_event.set()
        await sender.send_all_due()
        rates.append(sender._rate_limiters[TEAM.workspace].rate_per_second)

    assert rates == [pytest.approx(2 * 1.1**0.5), 4]


async def test_an_outage_pauses_the_workspace_for_a_minute(
    planned_context: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Three unknown results in a row pause the workspace; the other six deliveries stay planned."""
    outlet.send_result = SendResult(SendStatus.UNKNOWN, reason="http_503")
    for seconds in (0, 30):
        clock.advance(seconds=seconds)
        await DeliverySender(planned_context, COMPOSERS).send_all_due()

    assert await count_states(planned_context) == {"sending": 3, "planned": 6}
