"""A stop that begins while a delivery is claimed: the message is not sent, and not in doubt."""

import asyncio
from collections import Counter

from bot.context import Context
from bot.domain.checkins.scheduling import Postponement
from bot.domain.delivery_kind import DeliveryKind
from bot.elements import Message
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.sample_team import CLINICIANS


async def count_states(context: Context) -> Counter[str]:
    """Return how many check-ins are in each state."""
    counts = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.count_by_state()
    )
    return Counter(
        {row.state.value: row.count for row in counts if row.kind == DeliveryKind.CHECKIN}
    )


async def stop_during_claim(context: Context) -> None:
    """Send what is due with a sender that is stopped while it claims its first delivery."""
    loop = asyncio.get_running_loop()

    def compose_and_stop(
        repos: Repositories, delivery: Delivery, context: Context
    ) -> Message | Postponement | None:
        asyncio.run_coroutine_threadsafe(begin_stop(), loop).result(10)
        return COMPOSERS[DeliveryKind.CHECKIN](repos, delivery, context)

    sender = DeliverySender(context, {**COMPOSERS, DeliveryKind.CHECKIN: compose_and_stop})

    async def begin_stop() -> None:
        sender.begin_stop()

    await sender.send_all_due()
    await sender.stop()


async def count_attempts(context: Context) -> Counter[int]:
    """Return how many due deliveries were claimed how often."""
    deliveries = await context.store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries(
            CLINICIANS[0].workspace, context.now(), limit=100
        )
    )
    return Counter(delivery.attempt for delivery in deliveries)


async def test_claimed_message_is_not_begun_after_a_stop(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """Its delivery is planned again, so that nothing has to be looked up."""
    await stop_during_claim(planned_context)

    assert outlet.sent_messages == []
    assert await count_states(planned_context) == Counter(planned=len(CLINICIANS))
    assert await count_attempts(planned_context) == Counter({0: len(CLINICIANS) - 1, 1: 1})


async def test_next_start_sends_what_the_stop_released(
    planned_context: Context, outlet: RecordingOutlet
) -> None:
    """The clock has not moved: no rest and no retry delay results from a stop."""
    await stop_during_claim(planned_context)
    await DeliverySender(planned_context, COMPOSERS).send_all_due()

    assert await count_states(planned_context) == Counter(sent=len(CLINICIANS))
    assert len({sent.delivery_id for sent in outlet.sent_messages}) == len(outlet.sent_messages)
