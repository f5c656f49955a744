"""A worker that shares with nobody says so when it is not the only one."""

import pytest

from bot.context import Context
from schedules.delivery.sender import DeliverySender
from schedules.delivery.single_worker import SingleWorker
from tests.schedules.delivery.worker_pairs import (
    WORKSPACES,
    SlowOutlet,
    compose_empty_message,
    context,
    outlet,
    plan_notes,
    wait_until,
)

__all__ = ["context", "outlet"]


def alone(context: Context) -> SingleWorker:
    """A worker without the extra."""
    return SingleWorker(DeliverySender(context, {"note": compose_empty_message}), context.store)


async def test_one_alone_drains_and_says_nothing(
    context: Context, outlet: SlowOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """A practice with one worker needs nothing installed besides, and is told of nothing."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    worker = alone(context)

    await worker.start()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    assert [one.shares_deliveries for one in context.store.list_live_workers()] == [False]
    await worker.stop()

    assert caplog.messages == []
    assert context.store.list_live_workers() == ()


async def test_beside_another_nobody_is_written_to_twice_and_the_operator_is_told_once(
    context: Context, outlet: SlowOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """Both drain, so that nobody waits; that each keeps the pace for itself is in the log."""
    people = [f"U0{number}" for number in range(20)]
    await plan_notes(context, WORKSPACES[0], *people)
    one, other = alone(context), alone(context)

    await one.start()
    await other.start()
    await other.start()
    await wait_until(lambda: len(outlet.sent_messages) >= len(people))
    await one.stop()
    await other.stop()

    assert sorted(sent.address.person for sent in outlet.sent_messages) == sorted(people)
    assert caplog.messages == ["worker.rate_limit_not_shared"]
