"""What may have been sent before a restore is settled, in a schema of any release."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text

from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.repositories.delivery_records import DeliveryState
from bot.store.repositories.restored_deliveries import (
    build_new_rows,
    settle_unknown_deliveries,
)
from bot.store.schema import deliveries, metadata, watermarks

NOW = datetime(2026, 7, 6, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine on a new SQLite file."""
    return create_engine(f"sqlite:///{tmp_path}/attune.sqlite")


def plan(kind: DeliveryKind, due_at: datetime) -> PlannedDelivery:
    """Plan a message of *kind* that is due then."""
    return PlannedDelivery("slack:T1", kind, "U1", "", f"{due_at}", due_at, due_at + HOUR, "")


def read_states(connection: Connection) -> dict[str, str]:
    """Return the state of each stored delivery by its kind."""
    rows = connection.execute(select(deliveries.c.kind, deliveries.c.state))
    return {row.kind: row.state for row in rows}


def test_due_messages_and_introductions_are_settled(engine: Engine) -> None:
    """A later check-in stays planned; an introduction may have been hastened at any time."""
    metadata.create_all(engine)
    later = [(DeliveryKind.CHECKIN, HOUR), (DeliveryKind.INTRODUCTION, HOUR)]
    with engine.begin() as connection:
        planned = [plan(kind, NOW + delay) for kind, delay in [*later, (DeliveryKind.TIP, -HOUR)]]
        connection.execute(deliveries.insert(), build_new_rows(connection, planned))

        assert settle_unknown_deliveries(connection, NOW) == 2
        assert read_states(connection) == {
            DeliveryKind.CHECKIN: DeliveryState.PLANNED,
            DeliveryKind.INTRODUCTION: DeliveryState.UNCONFIRMED,
            DeliveryKind.TIP: DeliveryState.UNCONFIRMED,
        }


def test_earlier_instant_does_not_shorten_the_span(engine: Engine) -> None:
    """After a second, more precise detection the first one still holds."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        settle_unknown_deliveries(connection, NOW)
        settle_unknown_deliveries(connection, NOW - HOUR)
        (row,) = build_new_rows(connection, [plan(DeliveryKind.TIP, NOW)])

    assert row["state"] == DeliveryState.UNCONFIRMED


@pytest.mark.parametrize("has_watermarks", [False, True])
def test_schema_of_an_earlier_release_is_not_written_blindly(
    engine: Engine, *, has_watermarks: bool
) -> None:
    """Without the present columns no delivery is changed; the instant is recorded if it can be."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE delivery (id TEXT, state TEXT)"))
        connection.execute(text("INSERT INTO delivery VALUES ('1', 'planned')"))
        if has_watermarks:
            watermarks.create(connection)

        assert settle_unknown_deliveries(connection, NOW) == 0
        assert connection.scalar(text("SELECT state FROM delivery")) == "planned"
        if has_watermarks:
            assert connection.scalar(select(watermarks.c.looked)) == NOW.timestamp()
