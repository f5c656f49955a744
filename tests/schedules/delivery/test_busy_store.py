"""A store whose writer is busy for longer than a person's form waits: the sender waits longer."""

import asyncio
import time
from collections import Counter

from bot.context import Context
from bot.domain.checkins.scheduling import Postponement
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.group_commit import QueuedJob
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from bot.store.store import Store
from schedules import COMPOSERS
from schedules.delivery.composition import Composer
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.sample_team import CLINICIANS
from tests.schedules.delivery.test_sender_stop import count_states

WRITE_TIMEOUT_SECONDS, BUSY_SECONDS = 0.02, 0.2


def occupy_writer(store: Store) -> None:
    """Enqueue a job that takes longer than a write of *store* waits by default."""
    store._writer.enqueue_job(QueuedJob(lambda _repos: time.sleep(BUSY_SECONDS)))


def build_sender(context: Context, compose: Composer) -> DeliverySender:
    """Return a sender over a store with short timeouts, with *compose* for check-ins."""
    context.store._write_timeout_seconds = WRITE_TIMEOUT_SECONDS
    return DeliverySender(
        context, {**COMPOSERS, DeliveryKind.CHECKIN: compose}, composes_before_claim=True
    )


async def test_message_that_is_not_wanted_stops_no_other(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """It is withdrawn when the writer is free again, and the others are sent."""
    unwanted = CLINICIANS[0].id

    def compose(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        if delivery.person == unwanted:
            occupy_writer(context.store)
            return None
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    await build_sender(planned_context, compose).send_all_due()

    assert await count_states(planned_context) == Counter(withdrawn=1, sent=len(CLINICIANS) - 1)
    assert len(outlet.sent_messages) == len(CLINICIANS) - 1


async def test_stop_leaves_no_message_in_doubt(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """What is claimed when the stop begins is planned again when the writer is free."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        sender.begin_stop()  # while the sender waits for its claim, which comes before the job
        occupy_writer(planned_context.store)

    def compose(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        loop.call_soon(stop)
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    sender = build_sender(planned_context, compose)
    await sender.send_all_due()

    assert await count_states(planned_context) == Counter(planned=len(CLINICIANS))
    assert outlet.sent_messages == []
