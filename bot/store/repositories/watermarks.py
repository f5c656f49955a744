"""Watermarks: the instant up to which each periodic job (duty) has run, to catch up on downtime."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select

from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.schema import watermarks
from bot.store.upsert import build_insert, upsert_row

if TYPE_CHECKING:
    from bot.store.upsert import UpsertInsert

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_MAX_LAG_SECONDS = 600
"""Seconds by which a stored watermark may lag behind the last run; saves writes."""


PROFILES_WATERMARK = "profiles"
"""Primary key of the watermark of the duty that fetches the profiles of people on lists."""

_SELECT_WATERMARK = select(watermarks.c.looked).where(watermarks.c.name == bindparam("name"))


class Watermarks:
    """Repository of watermarks, one row per name, shared by all processes on one database."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def read_watermark(self, name: str, default: datetime) -> datetime:
        """Return the watermark of *name*; *default* without a row."""
        unix_seconds = self._connection.scalar(_SELECT_WATERMARK, {"name": name})
        return default if unix_seconds is None else from_unix_seconds(unix_seconds)

    def advance(self, name: str, now: datetime) -> None:
        """Upsert the watermark to *now* if it lags by ten minutes or more; never lower it.

        A duty that runs at each tick thus writes the row once in ten minutes. A clock that was set
        back does not lower the watermark.
        """
        values = {"name": name, "looked": to_unix_seconds(now)}
        self._connection.execute(_build_advance(self._connection.dialect.name), values)

    def is_due(self, name: str, interval: timedelta, now: datetime) -> bool:
        """Return whether *interval* has passed since the watermark, or it is later than *now*.

        After one run with a clock that was ahead, the duty would otherwise be skipped until then.
        """
        return not timedelta(0) <= now - self.read_watermark(name, _NEVER) < interval

    def set_watermark(self, name: str, moment: datetime) -> None:
        """Upsert the watermark of *name* to *moment*; an earlier one makes the duty rerun."""
        values = {"name": name, "looked": to_unix_seconds(moment)}
        upsert_row(self._connection, watermarks, values)


@cache
def _build_advance(dialect_name: str) -> "UpsertInsert":
    statement = build_insert(dialect_name, watermarks)
    unix_seconds = statement.excluded.looked
    return statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"looked": unix_seconds},
        where=watermarks.c.looked <= unix_seconds - _MAX_LAG_SECONDS,
    )
