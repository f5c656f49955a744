"""After a restore: rows of deliveries that may have been sent since the backup are not sent again.

The state is in the table of watermarks (``duty``), and in the claim in the key store.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, inspect, select, update

from bot.domain.delivery_kind import DeliveryKind
from bot.store.database_identity import read_mark
from bot.store.keys.key_store import KeyStore
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.repositories.delivery_records import (
    DeliveryState,
    PlannedDelivery,
    build_delivery_row,
)
from bot.store.repositories.watermarks import Watermarks
from bot.store.rollback import MARK_LAG, detect_rollback
from bot.store.schema import deliveries, watermarks
from bot.store.upsert import upsert_row

_LIMIT_NAME = "restored_until"
"""Watermark key: the time until which the replaced database may have sent messages (the limit)."""

_STOP_NAME = "restored_stop"
"""Watermark key: the time from which the replaced database is known not to run any more."""

_MARK_NAME = "restored_mark"
"""Watermark key: the last time at which this database ran as a restored copy.

It is updated while another instance of the database, a copy or the original, holds the claim in the
key store; the ordinary mark is not updated then.
"""

_MARK_INTERVAL = timedelta(minutes=10)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_RESTORED_REASON = "restored"

_REQUESTED_KINDS = (
    DeliveryKind.INTRODUCTION,
    DeliveryKind.SUPERVISOR_ASSIGNMENT,
    DeliveryKind.SHARE,
)
"""Kinds that a form inserts and no duty does: after the first settlement, new rows are unsent."""

_USED_COLUMNS = ("kind", "due", "state", "started", "reason")


class RestoredDeliveries:
    """Settles the rows of deliveries that the database before a restore may have sent."""

    def __init__(self, connection: Connection, key_store: KeyStore) -> None:
        """Use the transaction of *connection*, and the claim with the marks in *key_store*."""
        self._connection = connection
        self._key_store = key_store
        self._watermarks = Watermarks(connection)

    def find_unsettled_end(self, now: datetime) -> datetime | None:
        """Return the time until which other databases may have sent; ``None`` if settled so far.

        It is *now*, up to a margin after the mark in the claim: that database may still run,
        unless the watermark of its stop is newer. The mark of earlier restored copies in the claim
        counts until this database's own mark has passed it. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        detected = detect_rollback(self._connection, self._key_store)
        if detected is None:
            return None
        ends = [min(detected.sent_until, now)]
        mark, copies_mark = self._read_claimed_marks()
        has_stopped = self._watermarks.read_watermark(_STOP_NAME, _NEVER) >= mark
        if has_stopped or to_unix_seconds(ends[0]) <= _read_limit(self._connection):
            ends = []
        if self._read_mark() < copies_mark:
            ends.append(min(copies_mark + MARK_LAG, now))
        return max(ends, default=None)

    def must_settle(self, now: datetime) -> bool:
        """Whether :meth:`settle` has rows to settle, or a mark to update; raises the same error."""
        if self._is_limit_ahead(now) or self.find_unsettled_end(now) is not None:
            return True
        is_copy = detect_rollback(self._connection, self._key_store) is not None
        _, copies_mark = self._read_claimed_marks()
        age = now - copies_mark
        return is_copy and not timedelta() <= age < _MARK_INTERVAL

    def settle(self, now: datetime) -> int:
        """Move rows that the other database may have sent to ``UNCONFIRMED``; return how many.

        Idempotent by the watermark of the limit: rows that are due after it are not settled, nor,
        from the second run on, those that a form has inserted. A limit after *now*, from a restore
        with a wrong clock, is reduced to *now*, since every message until then would count as
        sent; except where *now* is below the mark of this database, which is below the limit: then
        this process's own clock is behind. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        if self._is_limit_ahead(now):
            _write_limit(self._connection, to_unix_seconds(now))
            record_stop(self._connection, _NEVER)
        until = self.find_unsettled_end(now)
        if until is None:
            return 0
        is_first = self._read_mark() < max(self._read_claimed_marks())
        self._advance_mark(now)
        return settle_unknown_deliveries(self._connection, until, is_repeated=not is_first)

    def advance_mark(self, now: datetime) -> None:
        """Update this database's mark to *now*, if it is a restored copy; else write nothing."""
        if detect_rollback(self._connection, self._key_store) is not None:
            self._advance_mark(now)

    def copy_mark(self) -> None:
        """Copy the committed mark to the claim in the key store, if that is older.

        A copy that is restored later reads it from the claim.
        """
        claim = self._key_store.read_claim()
        mark = to_unix_seconds(self._read_mark())
        if claim is not None and claim.restored_mark < mark:
            self._key_store.replace_claim(replace(claim, restored_mark=mark))

    def _advance_mark(self, now: datetime) -> None:
        """Upsert the maximum of *now* and the stored marks; other clocks may be ahead."""
        _, copies_mark = self._read_claimed_marks()
        mark = max(now, self._read_mark(), copies_mark)
        self._watermarks.set_watermark(_MARK_NAME, mark)

    def _read_mark(self) -> datetime:
        return self._watermarks.read_watermark(_MARK_NAME, _NEVER)

    def _read_claimed_marks(self) -> tuple[datetime, datetime]:
        """Return the two marks in the claim: its database's, and that of restored copies."""
        claim = self._key_store.read_claim()
        if claim is None:
            return _NEVER, _NEVER
        return from_unix_seconds(claim.mark), from_unix_seconds(claim.restored_mark)

    def _is_limit_ahead(self, now: datetime) -> bool:
        limit, mark = _read_limit(self._connection), read_mark(self._connection)
        return to_unix_seconds(now) < limit and not to_unix_seconds(now) < mark < limit


def settle_unknown_deliveries(
    connection: Connection, until: datetime, *, is_repeated: bool = False
) -> int:
    """Move rows that the replaced database may have sent to ``UNCONFIRMED``; return how many.

    These are planned rows with a due time up to *until*, planned introduction cards of any due
    time, which a set-up may have changed, and claims in flight. With *is_repeated*, only planned
    rows that no form inserts. The limit is stored as a watermark for :func:`build_new_rows`, and
    never decreases. On an older schema without these columns only the watermark is written; without
    the table of watermarks nothing is.
    """
    inspector = inspect(connection)
    if not inspector.has_table(watermarks.name):
        return 0
    limit = max(to_unix_seconds(until), _read_limit(connection))
    _write_limit(connection, limit)
    column_names = {column["name"] for column in inspector.get_columns(deliveries.name)}
    if not column_names.issuperset(_USED_COLUMNS):
        return 0
    is_planned, is_due = deliveries.c.state == DeliveryState.PLANNED, deliveries.c.due <= limit
    if is_repeated:
        is_unknown = is_planned & is_due & deliveries.c.kind.not_in(_REQUESTED_KINDS)
    else:
        is_due |= deliveries.c.kind == DeliveryKind.INTRODUCTION
        is_in_flight = deliveries.c.state == DeliveryState.SENDING
        is_unknown = is_planned & is_due | is_in_flight & (deliveries.c.started <= limit)
    change = update(deliveries).where(is_unknown)
    return connection.execute(
        change.values(state=DeliveryState.UNCONFIRMED, reason=_RESTORED_REASON)
    ).rowcount


def record_stop(connection: Connection, moment: datetime) -> None:
    """Upsert the watermark of the stop: the replaced database has not run since *moment*.

    On a schema without the table of watermarks nothing is written.
    """
    if inspect(connection).has_table(watermarks.name):
        Watermarks(connection).set_watermark(_STOP_NAME, moment)


def build_new_rows(
    connection: Connection, planned_deliveries: Iterable[PlannedDelivery]
) -> list[dict[str, Any]]:
    """Convert planned deliveries to rows; one due up to the limit gets the state ``UNCONFIRMED``.

    After a restore, the duties insert again the rows that the backup does not contain, with the
    same due times; those may have been sent.
    """
    rows = [build_delivery_row(planned) for planned in planned_deliveries]
    limit = _read_limit(connection) if rows else 0
    for row in rows:
        if row["due"] <= limit and row["state"] == DeliveryState.PLANNED:
            row |= {"state": DeliveryState.UNCONFIRMED, "reason": _RESTORED_REASON}
    return rows


def list_planned_ids(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the ids of those *rows* whose state is ``PLANNED``."""
    return [row["id"] for row in rows if row["state"] == DeliveryState.PLANNED]


def _read_limit(connection: Connection) -> int:
    """Return the watermark of the limit in Unix seconds; 0 without a row."""
    limit: int | None = connection.scalar(
        select(watermarks.c.looked).where(watermarks.c.name == _LIMIT_NAME)
    )
    return limit or 0


def _write_limit(connection: Connection, limit: int) -> None:
    upsert_row(connection, watermarks, {"name": _LIMIT_NAME, "looked": limit})
