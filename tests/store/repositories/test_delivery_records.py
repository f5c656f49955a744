import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.domain.delivery_kind import DeliveryKind
from bot.domain.reachability import Evidence
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, DeliveryState
from bot.store.schema import deliveries
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
)


async def test_planned_delivery_is_stored_in_full(store: Store) -> None:
    """Recipient, channel, instants and detail are read as planned, to the second."""
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)

    assert delivery == Delivery(
        **vars(PLANNED_CHECKIN),
        id=delivery.id,
        state=DeliveryState.PLANNED,
        attempt=0,
        started_at=datetime.fromtimestamp(0, UTC),
        reference="",
    )
    assert delivery.recipient == MARIE
    assert len(delivery.id) == 32
    assert await store.across_workspaces.read(lambda repos: repos.deliveries.get("unknown")) is None


async def test_planning_a_delivery_again_inserts_nothing(store: Store) -> None:
    """The key is workspace, kind, person, channel and slot, whatever the detail."""

    def plan_job(repos: Repositories) -> int:
        return repos.deliveries.plan_deliveries(
            [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, detail="arc"), PLANNED_TIP]
        )

    assert await store.across_workspaces.write(plan_job) == 2
    assert await store.across_workspaces.write(plan_job) == 0
    assert (await plan_deliveries(store, PLANNED_CHECKIN)).kind is DeliveryKind.TIP


@pytest.mark.parametrize("kind", DeliveryKind)
async def test_delivery_kind_is_stored_as_its_value(store: Store, kind: DeliveryKind) -> None:
    """A kind given as a plain string is read as the enum member, also in counts."""
    delivery = await plan_deliveries(store, replace(PLANNED_CHECKIN, kind=kind.value))
    (count,) = await store.across_workspaces.read(lambda repos: repos.deliveries.count_by_state())
    stored_kinds = await store.across_workspaces.read(
        lambda repos: list(repos._connection.scalars(select(deliveries.c.kind)))
    )

    assert delivery.kind is kind
    assert count.kind is kind
    assert stored_kinds == [kind.value]


async def test_unknown_delivery_kind_stays_a_string(store: Store) -> None:
    """A row of a newer release's kind is read without an error."""
    delivery = await plan_deliveries(store, replace(PLANNED_CHECKIN, kind="survey"))

    assert delivery.kind == "survey"


def test_delivery_kinds_have_the_stored_values() -> None:
    """Renaming a value would orphan the rows that have it."""
    assert [kind.value for kind in DeliveryKind] == [
        "checkin",
        "lastnote",
        "tip",
        "intro",
        "share",
        "close",
        "naming",
    ]


async def test_concurrent_clocks_plan_a_delivery_once(store: Store, database: str) -> None:
    """Two processes that plan the same deliveries at once insert each row once."""
    other_store = open_test_store(database, ())
    planned_checkins = [replace(PLANNED_CHECKIN, person=f"U{n:04}") for n in range(2500)]

    inserted_counts = await asyncio.gather(
        *(
            writer.across_workspaces.write(
                lambda repos: repos.deliveries.plan_deliveries(planned_checkins), timeout_seconds=60
            )
            for writer in (store, other_store)
        )
    )

    assert sorted(inserted_counts) == [0, 2500]
    await other_store.close()


async def test_delivery_is_sendable_from_due_time_to_deadline(store: Store) -> None:
    """A delivery is listed between its due time and its deadline, both included."""
    await store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([PLANNED_CHECKIN])
    )

    instants = (NOW - MINUTE, NOW, DEADLINE, DEADLINE + MINUTE)
    due_counts = await store.across_workspaces.read(
        lambda repos: [
            len(repos.deliveries.list_due_deliveries("slack:T1", at, 9)) for at in instants
        ]
    )
    assert due_counts == [0, 1, 1, 0]
    delivery = await plan_deliveries(store, PLANNED_CHECKIN)
    assert not await store.across_workspaces.write(
        lambda repos: repos.deliveries.claim_delivery(
            delivery.id, delivery.attempt, DEADLINE + MINUTE
        )
    )


async def test_due_deliveries_are_ordered_and_limited(store: Store) -> None:
    """A workspace's deliveries are listed by their due time, up to the limit."""
    later = [replace(PLANNED_CHECKIN, person=f"U{n}", due_at=NOW - n * MINUTE) for n in range(6)]
    await store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([*later, PLANNED_TIP])
    )

    batch = await store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_deliveries("slack:T1", NOW, 3)
    )

    assert [delivery.person for delivery in batch] == ["U5", "U4", "U3"]


async def test_suspended_workspaces_have_no_due_deliveries(store: Store) -> None:
    """Workspaces with due deliveries are listed, except suspended ones."""
    others = [replace(PLANNED_TIP, workspace=name) for name in ("slack:T3", "slack:T2", "slack:T4")]

    def suspend_one(repos: Repositories) -> tuple[str, ...]:
        repos.deliveries.plan_deliveries(
            [*others, replace(PLANNED_TIP, workspace="slack:T5", due_at=DEADLINE)]
        )
        repos.workspaces.suspend("slack:T3", "token_revoked")
        repos.workspaces.suspend("slack:T4", "token_revoked")
        repos.workspaces.resume("slack:T4", Evidence.PAYLOAD)
        return repos.deliveries.list_due_workspaces(NOW)

    assert await store.across_workspaces.write(suspend_one) == ("slack:T2", "slack:T4")


async def test_next_due_instant_is_returned(store: Store) -> None:
    """The next due time after an instant is returned, or `None`."""
    await store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries(
            [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, slot="x", due_at=DEADLINE)]
        )
    )

    instants = await store.across_workspaces.read(
        lambda repos: [repos.deliveries.next_due(at) for at in (NOW - MINUTE, NOW, DEADLINE)]
    )
    assert instants == [NOW, DEADLINE, None]


async def test_old_deliveries_are_deleted(store: Store) -> None:
    """Deliveries with a deadline before the cutoff are deleted."""
    await store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries([PLANNED_CHECKIN, PLANNED_TIP])
    )

    assert (
        await store.across_workspaces.write(lambda repos: repos.deliveries.delete_before(DEADLINE))
        == 0
    )
    assert (
        await store.across_workspaces.write(
            lambda repos: repos.deliveries.delete_before(DEADLINE + MINUTE)
        )
        == 2
    )


async def test_delivery_ids_are_random(store: Store) -> None:
    """Delivery ids do not reveal the order of insertion."""
    many = [replace(PLANNED_CHECKIN, person=f"U{n:04}") for n in range(50)]
    await store.across_workspaces.write(lambda repos: repos.deliveries.plan_deliveries(many))

    ids = await store.across_workspaces.read(
        lambda repos: list(
            repos._connection.scalars(
                deliveries.select().with_only_columns(deliveries.c.id).order_by(deliveries.c.person)
            )
        )
    )
    assert ids != sorted(ids)
    assert len(set(ids)) == 50
