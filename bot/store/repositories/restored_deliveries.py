"""After a restore: deliveries that may have been sent since the backup are never sent again."""

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

_NAME = "restored_until"
"""Name of the watermark up to which the replaced database may have sent messages."""

_STOP_NAME = "restored_stop"
"""Name of the watermark at which the replaced database is known to run no more."""

_MARK_NAME = "restored_mark"
"""Name of the watermark up to which this database has lived as a restored copy.

It follows the clock while the key store's claim excludes the database, whose mark stays then.
"""

_MARK_INTERVAL = timedelta(minutes=10)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_REASON = "restored"

_REQUESTED_KINDS = (DeliveryKind.INTRODUCTION, DeliveryKind.NAMING, DeliveryKind.SHARE)
"""Kinds that a form plans, and no duty plans again: once settled, new ones were never sent."""

_USED_COLUMNS = ("kind", "due", "state", "started", "reason")


class RestoredDeliveries:
    """Repository of the deliveries that the database before a restore may have sent."""

    def __init__(self, connection: Connection, key_store: KeyStore) -> None:
        """Use the transaction of *connection*; *key_store* tells how long a database has lived."""
        self._connection = connection
        self._key_store = key_store
        self._watermarks = Watermarks(connection)

    def find_unsettled_end(self, now: datetime) -> datetime | None:
        """Return until when other databases may have sent; ``None`` if that is settled.

        It follows *now* until some time after the mark of the claim, whose database may still run
        unless it is known to have stopped since. What earlier restored copies sent counts once.
        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        detected = detect_rollback(self._connection, self._key_store)
        if detected is None:
            return None
        ends = [min(detected.sent_until, now)]
        mark, copies_mark = self._read_claimed_marks()
        has_stopped = self._watermarks.last_run(_STOP_NAME, _NEVER) >= mark
        if has_stopped or to_unix_seconds(ends[0]) <= _read_limit(self._connection):
            ends = []
        if self._read_mark() < copies_mark:
            ends.append(min(copies_mark + MARK_LAG, now))
        return max(ends, default=None)

    def must_settle(self, now: datetime) -> bool:
        """Whether :meth:`settle` or the marks of a restored copy are due; raises the same error."""
        if self._is_limit_ahead(now) or self.find_unsettled_end(now) is not None:
            return True
        is_copy = detect_rollback(self._connection, self._key_store) is not None
        _, copies_mark = self._read_claimed_marks()
        age = now - copies_mark
        return is_copy and not timedelta() <= age < _MARK_INTERVAL

    def settle(self, now: datetime) -> int:
        """Settle what that database may have sent; return how many rows.

        Once only, after the end that follows *now*: what is planned then was not sent by it, and
        what a form has planned since the first time is not either. An instant ahead of *now*, which
        a restore with a wrong clock has recorded, becomes *now*: every message until then would be
        taken for sent. But not where this clock is the wrong one, behind a database that has not
        lived until that instant yet. Raises
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
        """Record that this database lives at *now*, if it is a restored copy."""
        if detect_rollback(self._connection, self._key_store) is not None:
            self._advance_mark(now)

    def copy_mark(self) -> None:
        """Copy that instant, which is committed, to the claim for a copy that is restored later."""
        claim = self._key_store.read_claim()
        mark = to_unix_seconds(self._read_mark())
        if claim is not None and claim.restored_mark < mark:
            self._key_store.replace_claim(replace(claim, restored_mark=mark))

    def _advance_mark(self, now: datetime) -> None:
        """Never below another one: of two processes one may have a clock that is behind."""
        _, copies_mark = self._read_claimed_marks()
        mark = max(now, self._read_mark(), copies_mark)
        self._watermarks.set_last_run(_MARK_NAME, mark)

    def _read_mark(self) -> datetime:
        return self._watermarks.last_run(_MARK_NAME, _NEVER)

    def _read_claimed_marks(self) -> tuple[datetime, datetime]:
        """Return the mark of the claim, and that of restored copies in it."""
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
    """Settle what the replaced database may have sent up to *until*; return how many rows.

    Planned rows that were due become unconfirmed: whether they were posted is unknown. So does an
    introduction card of any due time, which a set-up may have hastened. Where it *is_repeated* no
    row does that a form has planned, or that is being sent. The instant is recorded for
    :func:`build_new_rows`; an earlier one changes nothing. On a schema without these columns it is
    recorded alone, and on one without watermarks nothing is done.
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
        change.values(state=DeliveryState.UNCONFIRMED, reason=_REASON)
    ).rowcount


def record_stop(connection: Connection, moment: datetime) -> None:
    """Record that the replaced database has not run since *moment*, on a schema with watermarks."""
    if inspect(connection).has_table(watermarks.name):
        Watermarks(connection).set_last_run(_STOP_NAME, moment)


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
