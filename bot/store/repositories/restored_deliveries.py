"""After a restore: deliveries that may have been sent since the backup are never sent again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, inspect, select, update

from bot.domain.delivery_kind import DeliveryKind
from bot.store.keys.key_store import KeyStore
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.repositories.delivery_records import (
    DeliveryState,
    PlannedDelivery,
    build_delivery_row,
)
from bot.store.rollback import detect_rollback
from bot.store.schema import deliveries, watermarks
from bot.store.upsert import upsert_row

_NAME = "restored_until"
"""Name of the watermark up to which the replaced database may have sent messages."""

_REASON = "restored"

_USED_COLUMNS = ("kind", "due", "state", "started", "reason")


class RestoredDeliveries:
    """Repository of the deliveries that the database before a restore may have sent."""

    def __init__(self, connection: Connection, key_store: KeyStore) -> None:
        """Use the transaction of *connection*; *key_store* tells how long a database has lived."""
        self._connection = connection
        self._key_store = key_store

    def find_unsettled_end(self, now: datetime) -> datetime | None:
        """Return until when the database before a restore may have sent; ``None`` if settled.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        detected = detect_rollback(self._connection, self._key_store)
        until = min(detected.sent_until, now) if detected else None
        is_settled = until is None or to_unix_seconds(until) <= _read_limit(self._connection)
        return None if is_settled else until

    def must_settle(self, now: datetime) -> bool:
        """Whether :meth:`settle` has something to do; raises the same error."""
        return self._is_limit_ahead(now) or self.find_unsettled_end(now) is not None

    def settle(self, now: datetime) -> int:
        """Settle what that database may have sent; return how many rows.

        Once only: what is planned afterwards was not sent by it. An instant ahead of *now*, which
        a restore with a wrong clock has recorded, becomes *now*: every message until then would be
        taken for sent. Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        if self._is_limit_ahead(now):
            _write_limit(self._connection, to_unix_seconds(now))
        until = self.find_unsettled_end(now)
        return 0 if until is None else settle_unknown_deliveries(self._connection, until)

    def _is_limit_ahead(self, now: datetime) -> bool:
        return _read_limit(self._connection) > to_unix_seconds(now)


def settle_unknown_deliveries(connection: Connection, until: datetime) -> int:
    """Settle what the replaced database may have sent up to *until*; return how many rows.

    Planned rows that were due become unconfirmed: whether they were posted is unknown. So does an
    introduction card of any due time, which a set-up may have hastened. The instant is recorded for
    :func:`build_new_rows`; an earlier one changes nothing. On a schema without these columns it
    is recorded alone, and on one without watermarks nothing is done.
    """
    inspector = inspect(connection)
    if not inspector.has_table(watermarks.name):
        return 0
    limit = max(to_unix_seconds(until), _read_limit(connection))
    _write_limit(connection, limit)
    column_names = {column["name"] for column in inspector.get_columns(deliveries.name)}
    if not column_names.issuperset(_USED_COLUMNS):
        return 0
    is_due = (deliveries.c.due <= limit) | (deliveries.c.kind == DeliveryKind.INTRODUCTION)
    is_in_flight = (deliveries.c.state == DeliveryState.SENDING) & (deliveries.c.started <= limit)
    is_unknown = (deliveries.c.state == DeliveryState.PLANNED) & is_due | is_in_flight
    change = update(deliveries).where(is_unknown)
    return connection.execute(
        change.values(state=DeliveryState.UNCONFIRMED, reason=_REASON)
    ).rowcount


def build_new_rows(
    connection: Connection, planned_deliveries: Iterable[PlannedDelivery]
) -> list[dict[str, Any]]:
    """Convert planned deliveries to rows; those that were due before a restore are unconfirmed.

    The duties plan again whatever the backup does not contain, with the due time that it had.
    """
    rows = [build_delivery_row(planned) for planned in planned_deliveries]
    limit = _read_limit(connection) if rows else 0
    for row in rows:
        if row["due"] <= limit and row["state"] == DeliveryState.PLANNED:
            row |= {"state": DeliveryState.UNCONFIRMED, "reason": _REASON}
    return rows


def list_planned_ids(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the ids of those *rows* that will be sent."""
    return [row["id"] for row in rows if row["state"] == DeliveryState.PLANNED]


def _read_limit(connection: Connection) -> int:
    """Return the instant in Unix seconds up to which messages may have been sent; 0 without one."""
    limit: int | None = connection.scalar(
        select(watermarks.c.looked).where(watermarks.c.name == _NAME)
    )
    return limit or 0


def _write_limit(connection: Connection, limit: int) -> None:
    upsert_row(connection, watermarks, {"name": _NAME, "looked": limit})
