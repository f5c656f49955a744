"""A single worker logs a warning when another worker runs on the same store."""

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


def build_single_worker(context: Context) -> SingleWorker:
    """Build a worker without the scale extra."""
    return SingleWorker(DeliverySender(context, {"note": compose_empty_message}), context.store)


async def test_one_worker_sends_without_a_warning(
    context: Context, outlet: SlowOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """One worker sends the due deliveries without a warning, and releases its lease."""
    await plan_notes(context, WORKSPACES[0], "U0MARIE")
    worker = build_single_worker(context)

    await worker.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) == 1)
    assert [
        live_worker.shares_deliveries
        for live_worker in context.store.worker_locks.list_live_workers()
    ] == [False]
    await worker.stop()

    assert caplog.messages == []
    assert context.store.worker_locks.list_live_workers() == ()


async def test_two_workers_double_nothing_and_log_one_warning(
    context: Context, outlet: SlowOutlet, caplog: pytest.LogCaptureFixture
) -> None:
    """Two workers send each message once and log one warning about the rate limit."""
    people = [f"U0{number}" for number in range(20)]
    await plan_notes(context, WORKSPACES[0], *people)
    first, second = build_single_worker(context), build_single_worker(context)

    await first.trigger_sending()
    await second.trigger_sending()
    await second.trigger_sending()
    await wait_until(lambda: len(outlet.sent_messages) >= len(people))
    await first.stop()
    await second.stop()

    assert sorted(sent.address.person for sent in outlet.sent_messages) == sorted(people)
    assert caplog.messages == ["worker.rate_limit_not_shared"]
