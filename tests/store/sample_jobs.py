"""Sample jobs, deliveries and helpers for the store's tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import Delivery, PlannedDelivery
from bot.store.schema import workspaces
from bot.store.store import Store

NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
DEADLINE = NOW + timedelta(hours=30)
MINUTE = timedelta(minutes=1)
MARIE = Person("slack:T1", "UMARIE")
PLANNED_CHECKIN = PlannedDelivery(
    "slack:T1", DeliveryKind.CHECKIN, "UMARIE", "", "2026-W37", NOW, DEADLINE, "ring"
)
PLANNED_TIP = PlannedDelivery(
    "slack:T1", DeliveryKind.TIP, "", "C1", "2026-09-07", NOW - MINUTE, DEADLINE, ""
)


def insert_row_job(name: str) -> Callable[[Repositories], str]:
    """Return a job that inserts one row and returns its name."""

    def job(repos: Repositories) -> str:
        repos._connection.execute(insert(workspaces).values(id=name))
        return name

    return job


def list_row_names(repos: Repositories) -> list[str]:
    """Job that returns the names of all inserted rows."""
    return list(repos._connection.scalars(select(workspaces.c.id).order_by(workspaces.c.id)))


async def plan_deliveries(store: Store, *planned_deliveries: PlannedDelivery) -> Delivery:
    """Plan deliveries and return the one that is due first."""
    await store.across_workspaces.write(
        lambda repos: repos.deliveries.plan_deliveries(planned_deliveries)
    )
    return (
        await store.across_workspaces.read(
            lambda repos: repos.deliveries.list_due_deliveries("slack:T1", DEADLINE, 9)
        )
    )[0]


async def reload_delivery(store: Store, delivery: Delivery) -> Delivery:
    """Return the delivery as stored now."""
    reloaded = await store.across_workspaces.read(lambda repos: repos.deliveries.get(delivery.id))
    assert reloaded is not None
    return reloaded
