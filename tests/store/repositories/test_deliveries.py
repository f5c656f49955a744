import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.sample_jobs import (
    DEADLINE,
    MARIE,
    MINUTE,
    NOW,
    PLANNED_CHECKIN,
    PLANNED_TIP,
    plan_deliveries,
    reload_delivery,
)


async def test_only_one_process_claims_a_delivery(store: Store, database: str) -> None:
    """Of concurrent claims of one delivery, exactly one returns `True`."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)
    other_store = open_test_store(database, ())

    claims = await asyncio.gather(
        *(
            writer.across_workspaces.write(
                lambda repos: repos.deliveries.claim_delivery(delivery.id, delivery.attempt, NOW)
            )
            for writer in (store, other_store, store, other_store)
        )
    )

    assert sorted(claims) == [False, False, False, True]
    claimed = await reload_delivery(store, delivery)
    assert (claimed.state, claimed.attempt, claimed.started_at) == (DeliveryState.SENDING, 1, NOW)
    await other_store.close()


async def test_deliveries_are_due_after_32_bits_of_seconds(store: Store) -> None:
    """In 2039 a second no longer fits into an integer of 32 bits: all still runs."""
    now = NOW.replace(year=2039)
    planned = replace(PLANNED_CHECKIN, due_at=now, deadline=now + timedelta(hours=1))
    workspace = planned.workspace
    await store.across_workspaces.write(lambda repos: repos.deliveries.plan_deliveries([planned]))

    due_workspaces, due_deliveries = await store.across_workspaces.read(
        lambda repos: (
            repos.deliveries.list_due_workspaces(now),
            repos.deliveries.list_due_deliveries(workspace, now, 10),
        )
    )
    missed_count = await store.across_workspaces.write(
        lambda repos: repos.deliveries.expire_overdue(now + timedelta(days=2))
    )

    assert (due_workspaces, len(due_deliveries), missed_count) == ((workspace,), 1, 1)


Transition = Callable[[Repositories, str, int], bool]

TRANSITIONS: list[tuple[Transition, DeliveryState]] = [
    (
        lambda repos, key, attempt: repos.deliveries.mark_sent(key, attempt, "171.2"),
        DeliveryState.SENT,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.requeue_delivery(key, attempt),
        DeliveryState.PLANNED,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.mark_unconfirmed(key, attempt),
        DeliveryState.UNCONFIRMED,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.mark_failed(key, attempt, "x"),
        DeliveryState.FAILED,
    ),
    (
        lambda repos, key, attempt: repos.deliveries.mark_unreachable(key, attempt, "left"),
        DeliveryState.UNREACHABLE,
    ),
    (lambda repos, key, attempt: repos.deliveries.mark_missed(key, attempt), DeliveryState.MISSED),
]


@pytest.mark.parametrize(("settle", "state"), TRANSITIONS, ids=[state for _, state in TRANSITIONS])
async def test_claimed_attempt_is_settled_once(
    store: Store, settle: Transition, state: DeliveryState
) -> None:
    """Only the claimed attempt can be settled, and only once."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)

    def claim_and_settle(repos: Repositories) -> list[bool]:
        is_claimed = repos.deliveries.claim_delivery(delivery.id, 0, NOW)
        return [
            is_claimed,
            settle(repos, delivery.id, 9),
            settle(repos, delivery.id, 1),
            settle(repos, delivery.id, 1),
        ]

    assert await store.across_workspaces.write(claim_and_settle) == [True, False, True, False]
    settled = await reload_delivery(store, delivery)
    assert (settled.state, settled.attempt) == (state, 1)


async def test_old_attempt_cannot_settle_a_newer_one(store: Store) -> None:
    """A process that was suspended cannot settle a delivery that was claimed again since."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)

    def claim_twice(repos: Repositories) -> tuple[bool, bool]:
        repos.deliveries.claim_delivery(delivery.id, 0, NOW)
        repos.deliveries.requeue_delivery(delivery.id, 1)
        repos.deliveries.claim_delivery(delivery.id, 1, NOW)
        return repos.deliveries.mark_sent(delivery.id, 1), repos.deliveries.mark_sent(
            delivery.id, 2
        )

    assert await store.across_workspaces.write(claim_twice) == (False, True)


async def test_requeued_delivery_is_due_after_its_backoff(store: Store) -> None:
    """A delivery requeued with a `not_before` is planned again and due from then on."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)

    def claim_and_requeue(repos: Repositories) -> tuple[int, int]:
        repos.deliveries.claim_delivery(delivery.id, 0, NOW)
        repos.deliveries.requeue_delivery(delivery.id, 1, NOW + 5 * MINUTE)
        list_due = repos.deliveries.list_due_deliveries
        return len(list_due("slack:T1", NOW, 9)), len(list_due("slack:T1", NOW + 5 * MINUTE, 9))

    assert await store.across_workspaces.write(claim_and_requeue) == (0, 1)


async def test_only_a_planned_delivery_can_be_missed_or_withdrawn(store: Store) -> None:
    """A planned delivery can be settled without a claim; a claimed one cannot be withdrawn."""
    first = await plan_deliveries(store, PLANNED_CHECKIN)
    second = await plan_deliveries(store, PLANNED_TIP)

    def settle_both(repos: Repositories) -> list[bool]:
        return [
            repos.deliveries.mark_missed(first.id, 0, "late"),
            repos.deliveries.mark_withdrawn(first.id),
            repos.deliveries.claim_delivery(second.id, 0, NOW),
            repos.deliveries.mark_withdrawn(second.id),
        ]

    assert await store.across_workspaces.write(settle_both) == [True, False, True, False]


async def test_withdrawing_affects_planned_deliveries_of_one_person(store: Store) -> None:
    """Claimed deliveries and those of other people and channels stay."""
    claimed = await plan_deliveries(store, PLANNED_CHECKIN)
    followup = replace(PLANNED_CHECKIN, slot="2026-W38")
    others = (
        replace(PLANNED_CHECKIN, person="UOMAR"),
        replace(PLANNED_CHECKIN, workspace="slack:T2"),
        PLANNED_TIP,
    )

    def withdraw(repos: Repositories) -> list[int]:
        repos.deliveries.claim_delivery(claimed.id, 0, NOW)
        repos.deliveries.plan_deliveries([followup, *others])
        return [repos.deliveries.withdraw_for_person(MARIE) for _ in range(2)]

    assert await store.across_workspaces.write(withdraw) == [1, 0]


async def test_unsettled_attempts_are_listed_for_reconciliation(store: Store) -> None:
    """An attempt claimed long ago and never settled is listed; a recent one is not."""
    old = await plan_deliveries(store, PLANNED_CHECKIN)
    fresh = await plan_deliveries(store, replace(PLANNED_CHECKIN, person="UOMAR"), PLANNED_TIP)

    def claim_without_settling(repos: Repositories) -> tuple[list[str], tuple[str, ...]]:
        repos.deliveries.claim_delivery(old.id, 0, NOW)
        repos.deliveries.claim_delivery(fresh.id, 0, NOW + MINUTE)
        unsettled_ids = [
            delivery.id
            for delivery in repos.deliveries.list_unfinished_attempts(
                "slack:T1", NOW + RECONCILE_AFTER, 9
            )
        ]
        return unsettled_ids, repos.deliveries.list_due_workspaces(DEADLINE + MINUTE)

    assert await store.across_workspaces.write(claim_without_settling) == ([old.id], ("slack:T1",))


async def test_the_age_of_attempts_to_reconcile_can_be_shortened(store: Store) -> None:
    """An attempt that is too recent by default is listed when a shorter age is passed."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)
    second = timedelta(seconds=1)

    def list_after_a_second(repos: Repositories) -> tuple[list[str], tuple[str, ...]]:
        repos.deliveries.claim_delivery(delivery.id, 0, NOW)
        attempts = repos.deliveries.list_unfinished_attempts("slack:T1", NOW + second, 9, second)
        workspaces = repos.deliveries.list_due_workspaces(NOW + second, second)
        return [attempt.id for attempt in attempts], workspaces

    assert await store.across_workspaces.write(list_after_a_second) == (
        [delivery.id],
        ("slack:T1",),
    )


async def test_unreconciled_attempt_becomes_unconfirmed_after_a_day(store: Store) -> None:
    """Reconciliation stops after a day, and the message is not sent again."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)
    day = timedelta(days=1)

    def expire_twice(repos: Repositories) -> list[int]:
        repos.deliveries.claim_delivery(delivery.id, 0, NOW)
        return [
            repos.deliveries.expire_overdue(at) for at in (DEADLINE + day, DEADLINE + day + MINUTE)
        ]

    assert await store.across_workspaces.write(expire_twice) == [0, 1]
    assert (await reload_delivery(store, delivery)).state == DeliveryState.UNCONFIRMED


async def test_delivery_past_its_deadline_is_missed(store: Store) -> None:
    """After a long downtime, planned deliveries past their deadline become missed."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)

    def expire_twice(repos: Repositories) -> list[int]:
        return [repos.deliveries.expire_overdue(at) for at in (DEADLINE, DEADLINE + MINUTE)]

    assert await store.across_workspaces.write(expire_twice) == [0, 1]
    assert (await reload_delivery(store, delivery)).state == DeliveryState.MISSED


async def test_deliveries_are_counted_without_names(store: Store) -> None:
    """Deliveries are counted by day, kind, state and reason."""
    gone = await plan_deliveries(store, PLANNED_CHECKIN)

    def plan_and_count(repos: Repositories) -> tuple[DeliveryCount, ...]:
        repos.deliveries.claim_delivery(gone.id, 0, NOW)
        repos.deliveries.mark_unreachable(gone.id, 1, "user_disabled" * 9)
        day_after = NOW + timedelta(days=1)
        repos.deliveries.plan_deliveries(
            [replace(PLANNED_CHECKIN, person=f"U{n}", due_at=day_after) for n in (1, 2)]
        )
        return repos.deliveries.count_by_state()

    today, tomorrow = date(2026, 9, 7), date(2026, 9, 8)
    assert await store.across_workspaces.write(plan_and_count) == (
        DeliveryCount(
            today, DeliveryKind.CHECKIN, DeliveryState.UNREACHABLE, ("user_disabled" * 9)[:60], 1
        ),
        DeliveryCount(tomorrow, DeliveryKind.CHECKIN, DeliveryState.PLANNED, "", 2),
    )
