import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, DeliveryState
from bot.store.schema import deliveries
from bot.store.store import Store
from tests.store.sample_jobs import (
    DEADLINE,
    MARIE,
    MINUTE,
    NOW,
    PLANNED_CHECKIN,
    PLANNED_TIP,
    plan_deliveries,
)


async def test_a_promise_comes_back_as_it_was_made(store: Store) -> None:
    """Whom, where, when and what a message is about are kept to the second."""
    kept = await plan_deliveries(store, PLANNED_CHECKIN)

    assert kept == Delivery(
        **vars(PLANNED_CHECKIN),
        id=kept.id,
        state=DeliveryState.PLANNED,
        attempt=0,
        started_at=datetime.fromtimestamp(0, UTC),
        reference="",
    )
    assert kept.recipient == MARIE
    assert len(kept.id) == 32
    assert await store.read(lambda repos: repos.deliveries.get("unknown")) is None


async def test_a_promise_made_twice_is_one(store: Store) -> None:
    """The same person, kind and week owe one message, whatever sign the second would carry."""

    def promise(repos: Repositories) -> int:
        return repos.deliveries.plan_deliveries(
            [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, detail="arc"), PLANNED_TIP]
        )

    assert await store.write(promise) == 2
    assert await store.write(promise) == 0
    assert (await plan_deliveries(store, PLANNED_CHECKIN)).kind == "tip"


async def test_two_clocks_promise_once(store: Store, database: str) -> None:
    """Two processes that tick in the same moment owe each message once."""
    beside = Store.open(database, ())
    everybody = [replace(PLANNED_CHECKIN, person=f"U{n:04}") for n in range(2500)]

    kept = await asyncio.gather(
        *(
            one.write(lambda repos: repos.deliveries.plan_deliveries(everybody), timeout_seconds=60)
            for one in (store, beside)
        )
    )

    assert sorted(kept) == [0, 2500]
    await beside.close()


async def test_nothing_is_owed_before_it_is_due_or_after_it_is_late(store: Store) -> None:
    """A message leaves between its first and its last instant, both included."""
    await store.write(lambda repos: repos.deliveries.plan_deliveries([PLANNED_CHECKIN]))

    instants = (NOW - MINUTE, NOW, DEADLINE, DEADLINE + MINUTE)
    lists = await store.read(
        lambda repos: [
            len(repos.deliveries.list_due_deliveries("slack:T1", at, 9)) for at in instants
        ]
    )
    assert lists == [0, 1, 1, 0]
    kept = await plan_deliveries(store, PLANNED_CHECKIN)
    assert not await store.write(
        lambda repos: repos.deliveries.claim_delivery(kept.id, kept.attempt, DEADLINE + MINUTE)
    )


async def test_the_longest_due_goes_first(store: Store) -> None:
    """A workspace's deliveries are handed out by their instant, so many at a time."""
    later = [replace(PLANNED_CHECKIN, person=f"U{n}", due_at=NOW - n * MINUTE) for n in range(6)]
    await store.write(lambda repos: repos.deliveries.plan_deliveries([*later, PLANNED_TIP]))

    first = await store.read(lambda repos: repos.deliveries.list_due_deliveries("slack:T1", NOW, 3))

    assert [one.person for one in first] == ["U5", "U4", "U3"]


async def test_a_workspace_that_is_suspended_is_owed_nothing(store: Store) -> None:
    """Workspaces with something to send are named, except those that refuse us."""
    others = [replace(PLANNED_TIP, workspace=name) for name in ("slack:T3", "slack:T2", "slack:T4")]

    def suspend_one(repos: Repositories) -> tuple[str, ...]:
        repos.deliveries.plan_deliveries(
            [*others, replace(PLANNED_TIP, workspace="slack:T5", due_at=DEADLINE)]
        )
        repos.workspaces.suspend("slack:T3", "token_revoked")
        repos.workspaces.suspend("slack:T4", "token_revoked")
        repos.workspaces.resume("slack:T4")
        return repos.deliveries.list_due_workspaces(NOW)

    assert await store.write(suspend_one) == ("slack:T2", "slack:T4")


async def test_the_next_planned_instant_is_found(store: Store) -> None:
    """A clock that is walked forward stops where the next message falls due."""
    await store.write(
        lambda repos: repos.deliveries.plan_deliveries(
            [PLANNED_CHECKIN, replace(PLANNED_CHECKIN, slot="x", due_at=DEADLINE)]
        )
    )

    instants = await store.read(
        lambda repos: [repos.deliveries.next_due(at) for at in (NOW - MINUTE, NOW, DEADLINE)]
    )
    assert instants == [NOW, DEADLINE, None]


async def test_old_deliveries_are_forgotten(store: Store) -> None:
    """What could last be sent long ago leaves no trace."""
    await store.write(
        lambda repos: repos.deliveries.plan_deliveries([PLANNED_CHECKIN, PLANNED_TIP])
    )

    assert await store.write(lambda repos: repos.deliveries.delete_before(DEADLINE)) == 0
    assert await store.write(lambda repos: repos.deliveries.delete_before(DEADLINE + MINUTE)) == 2


async def test_ids_tell_no_order(store: Store) -> None:
    """A delivery's id is random: what a product keeps of it says nothing."""
    many = [replace(PLANNED_CHECKIN, person=f"U{n:04}") for n in range(50)]
    await store.write(lambda repos: repos.deliveries.plan_deliveries(many))

    ids = await store.read(
        lambda repos: list(
            repos._connection.scalars(
                deliveries.select().with_only_columns(deliveries.c.id).order_by(deliveries.c.person)
            )
        )
    )
    assert ids != sorted(ids)
    assert len(set(ids)) == 50
