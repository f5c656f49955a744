"""A workspace that wants to be left alone is, and its messages go on when its rest ends."""

import asyncio

import pytest

from bot.context import Context
from bot.conversation import SendResult, SendStatus
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import FakeClock, RecordingOutlet
from tests.sample_team import TEAM
from tests.schedules.delivery.test_sender import states


async def test_a_workspace_that_asks_for_rest_gets_it(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """One refusal stops the workspace at once, in every process, and nothing is lost."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30)
    await DeliverySender(owed, COMPOSERS).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)

    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 0
    assert await states(owed) == {"planned": 9}
    clock.advance(seconds=30)
    assert await DeliverySender(owed, COMPOSERS).send_all_due() == 9


async def at_rest(context: Context) -> None:
    """Wait until it is kept that the team's workspace asked for rest."""
    for _ in range(500):
        if not await context.store.read(
            lambda repos: repos.workspaces.accepts_messages(TEAM.workspace, context.now())
        ):
            return
        await asyncio.sleep(0.01)


async def test_a_short_rest_is_sat_out(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Nobody's message waits for the next tick because another one was a moment too early."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=0.1)
    draining = asyncio.create_task(
        DeliverySender(owed, COMPOSERS, max_rest_seconds=60).send_all_due()
    )
    await at_rest(owed)
    outlet.send_result = SendResult(SendStatus.SENT)
    clock.advance(seconds=1)

    assert await asyncio.wait_for(draining, 5) == 9


async def test_a_longer_rest_is_left_to_the_next_tick(
    owed: Context, outlet: RecordingOutlet
) -> None:
    """What waits for longer than a minute keeps no process busy."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=61)
    emptied = DeliverySender(owed, COMPOSERS, max_rest_seconds=60).send_all_due()

    assert await asyncio.wait_for(emptied, 5) == 0
    assert await states(owed) == {"planned": 9}


async def test_a_stop_waits_for_no_rest(owed: Context, outlet: RecordingOutlet) -> None:
    """Whoever sits out a rest ends at once; what is left is sent after the next start."""
    outlet.send_result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=30)
    drain = DeliverySender(owed, COMPOSERS, max_rest_seconds=60)
    await drain.start()
    await at_rest(owed)
    await asyncio.wait_for(drain.stop(), 5)

    assert await states(owed) == {"planned": 9}


async def test_after_a_rest_for_haste_a_workspace_gets_half_the_pace(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """The pace is kept for whoever sends next, and is back after eight minutes."""
    outlet.send_result = SendResult(
        SendStatus.RETRY_LATER, retry_after_seconds=30, is_rate_limited=True
    )
    await DeliverySender(owed, COMPOSERS, 4).send_all_due()
    outlet.send_result = SendResult(SendStatus.SENT)
    paces = []
    for minutes in (1, 8):
        clock.advance(minutes=minutes)
        drain = DeliverySender(owed, COMPOSERS, 4)
        drain._stop_event.set()
        await drain.send_all_due()
        paces.append(drain._rate_limiters[TEAM.workspace].rate_per_second)

    assert paces == [pytest.approx(2 * 1.1**0.5), 4]


async def test_a_product_that_is_ill_is_left_alone_for_a_minute(
    owed: Context, outlet: RecordingOutlet, clock: FakeClock
) -> None:
    """Three fates in doubt on end are enough; the other six messages wait for a better moment."""
    outlet.send_result = SendResult(SendStatus.UNKNOWN, reason="http_503")
    for seconds in (0, 30):
        clock.advance(seconds=seconds)
        await DeliverySender(owed, COMPOSERS).send_all_due()

    assert await states(owed) == {"sending": 3, "planned": 6}
