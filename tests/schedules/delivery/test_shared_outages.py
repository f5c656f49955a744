"""The claims of `outages.py` where workers share a queue over PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.context import Context
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from schedules.delivery.shared_queue_worker import SharedQueueWorker
from tests.doubles import FakeClock
from tests.journeys.faulty_slack import FaultySlack
from tests.schedules.delivery.test_shared_queue_worker import TIMINGS, tables
from tests.schedules.delivery.worker_pairs import DbosTables, context, outlet, wait_until
from tests.schedules.outages import DeliverDue, OutageClaims, plan_monday, slack

__all__ = ["context", "outlet", "slack", "tables"]


@pytest.fixture
async def outage_context(
    context: Context, clock: FakeClock, slack: FaultySlack
) -> AsyncIterator[Context]:
    """The context over PostgreSQL, with the clock that the test moves."""
    async with plan_monday(replace(context, now=clock), slack) as planned:
        yield planned


@pytest.fixture
async def worker(
    outage_context: Context, migrated_postgres_url: str
) -> AsyncIterator[SharedQueueWorker]:
    """The one worker of this process."""
    sender = DeliverySender(outage_context, COMPOSERS)
    shared = SharedQueueWorker(sender, outage_context.store, migrated_postgres_url, TIMINGS)
    await shared._renew_and_recover()  # the queue exists before the first tick
    yield shared
    await shared.stop()


@pytest.fixture
def deliver_due(worker: SharedQueueWorker, tables: DbosTables) -> DeliverDue:
    """Let the worker tick, and wait until its workflows have ended."""

    async def tick_and_wait(_context: Context) -> None:
        await worker.trigger_sending()
        # A later tick enqueues the workspace again only after the interval.
        await asyncio.sleep(TIMINGS.enqueue_interval_seconds + TIMINGS.lease_check_seconds)
        await wait_until(lambda: set(tables.count_states()) <= {"SUCCESS"})

    return tick_and_wait


class TestShared(OutageClaims):
    """One worker of several, and one PostgreSQL."""
