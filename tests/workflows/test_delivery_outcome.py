"""The result of a send is recorded whatever rest a product requests."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation import SendResult, SendStatus
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, DeliveryState, PlannedDelivery
from bot.store.store import Store
from bot.workflows.delivery_outcome import record_send_result
from tests.store.sample_jobs import DEADLINE, NOW, PLANNED_CHECKIN, PLANNED_TIP

HOUR = timedelta(hours=1)
CARD = replace(
    PLANNED_TIP, kind=DeliveryKind.INTRODUCTION, slot="team", deadline=NOW + timedelta(days=30)
)


def record_result(
    repos: Repositories, planned: PlannedDelivery, result: SendResult, now: datetime
) -> Delivery:
    """Plan, claim and record a delivery of *planned*; return its row."""
    repos.deliveries.plan_deliveries([planned])
    claimed = next(
        row
        for row in repos.deliveries.list_due_deliveries(planned.workspace, now, 9)
        if row.kind == planned.kind
    )
    assert repos.deliveries.claim_delivery(claimed.id, claimed.attempt, now)
    record_send_result(repos, claimed, result, now, 60)
    row = repos.deliveries.get(claimed.id)
    assert row
    return row


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(seconds=st.floats() | st.sampled_from([float("inf"), 1e15, -1.0, 3600.0]))
async def test_any_rest_is_bounded_and_loses_nothing(store: Store, seconds: float) -> None:
    """The workspace rests for a second to an hour, and the delivery is planned again."""
    result = SendResult(SendStatus.RETRY_LATER, retry_after_seconds=seconds)
    now = NOW + timedelta(milliseconds=500)

    def record(repos: Repositories) -> tuple[DeliveryState, bool, bool]:
        row = record_result(repos, PLANNED_CHECKIN, result, now)
        accepts = repos.workspaces.accepts_messages
        workspace = PLANNED_CHECKIN.workspace
        return row.state, accepts(workspace, now), accepts(workspace, now + HOUR)

    state, accepts_now, accepts_later = await store.across_workspaces.write(record)

    assert (state, accepts_now, accepts_later) == (DeliveryState.PLANNED, False, True)


@pytest.mark.parametrize(("attempt", "delay"), [(0, HOUR), (1, 2 * HOUR), (9, 24 * HOUR)])
async def test_rejected_card_is_queued_again(store: Store, attempt: int, delay: timedelta) -> None:
    """An introduction card is sent again, ever more rarely, up to once a day."""
    rejected = SendResult(SendStatus.FAILED, reason="invalid_blocks")

    def record(repos: Repositories) -> list[Delivery]:
        rows, now = [], NOW
        for _ in range(attempt + 1):
            rows.append(record_result(repos, CARD, rejected, now))
            now = rows[-1].due_at
        return rows

    rows = await store.across_workspaces.write(record)
    due_before = rows[-2].due_at if attempt else NOW

    assert (rows[-1].state, rows[-1].reason) == (DeliveryState.PLANNED, "invalid_blocks")
    assert rows[-1].due_at - due_before == delay


async def test_rejected_card_fails_at_its_deadline(store: Store) -> None:
    """A card whose next attempt would be too late has failed."""
    card, rejected = replace(CARD, deadline=NOW + HOUR / 2), SendResult(SendStatus.FAILED)

    row = await store.across_workspaces.write(
        lambda repos: record_result(repos, card, rejected, NOW)
    )

    assert row.state is DeliveryState.FAILED


async def test_rejected_tip_is_not_queued_again(store: Store) -> None:
    """Another tip follows a rejected one, so it is not sent again."""
    rejected = SendResult(SendStatus.FAILED, reason="invalid_blocks")

    row = await store.across_workspaces.write(
        lambda repos: record_result(repos, PLANNED_TIP, rejected, NOW)
    )

    assert (row.state, row.reason) == (DeliveryState.FAILED, "invalid_blocks")
    assert row.deadline == DEADLINE
