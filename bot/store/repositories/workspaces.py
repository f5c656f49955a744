"""Slack workspaces and Teams tenants, and which of them take no messages for now."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from bot.store.repositories.delivery_records import instant
from bot.store.schema import workspaces
from bot.store.upsert import put

_REASON = 60

LONGEST_REST = timedelta(hours=1)
"""No product asks for more; a rest that seems longer was kept before the clock was set back."""


class _Kept(NamedTuple):
    """A workspace as its row keeps it; one without a row never refused us."""

    suspended: str = ""
    rests_until: int = 0
    pace: int = 0

    def rests(self, now: datetime) -> bool:
        """The same as :func:`resting`, of a row that was read."""
        until, at = self.rests_until, now.timestamp()
        return at < until <= at + LONGEST_REST.total_seconds()


_KEPT = select(workspaces.c.suspended, workspaces.c.rests_until, workspaces.c.pace).where(
    workspaces.c.id == bindparam("this")
)
"""Made once, as it is asked before every few messages."""


class Workspaces:
    """Which workspaces refuse us, so that nobody is called in vain and it is said once."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def suspended(self, workspace: str) -> str:
        """Why *workspace* takes no messages; ``""`` when it does."""
        return self._kept(workspace).suspended

    def suspend(self, workspace: str, reason: str) -> bool:
        """Owe *workspace* nothing until it is resumed; ``True`` when that is news."""
        news = not self.suspended(workspace)
        if news:
            kept = reason[:_REASON] or "unknown"
            put(self._connection, workspaces, {"id": workspace, "suspended": kept})
        return news

    def resume(self, workspace: str) -> bool:
        """Hand out again what *workspace* is owed; ``True`` when it was suspended."""
        news = bool(self.suspended(workspace))
        if news:
            put(self._connection, workspaces, {"id": workspace, "suspended": ""})
        return news

    def resume_all(self) -> int:
        """Try every suspended workspace once more, as after a start, and say how many."""
        change = update(workspaces).where(workspaces.c.suspended != "")
        return self._connection.execute(change.values(suspended="")).rowcount

    def rest(self, workspace: str, until: datetime, pace: int | None = None) -> None:
        """Send *workspace* nothing before *until*, and then *pace* messages a minute.

        ``None`` leaves the pace as it is. It holds for whichever process does the sending.
        """
        row: dict[str, str | int] = {"id": workspace, "rests_until": math.ceil(until.timestamp())}
        put(self._connection, workspaces, row | ({} if pace is None else {"pace": pace}))

    def pace(self, workspace: str) -> tuple[int, datetime]:
        """The messages a minute *workspace* was slowed down to, and when; 0 if it never was."""
        kept = self._kept(workspace)
        return kept.pace, instant(kept.rests_until)

    def takes(self, workspace: str, now: datetime) -> bool:
        """Whether *workspace* takes messages at *now*: neither suspended nor at rest."""
        kept = self._kept(workspace)
        return not kept.suspended and not kept.rests(now)

    def standing(self, now: datetime) -> tuple[int, int]:
        """How many workspaces are suspended, and how many others are at rest at *now*."""
        refused = workspaces.c.suspended != ""
        counted = select(func.count()).select_from(workspaces)
        suspended = self._connection.scalar(counted.where(refused)) or 0
        return suspended, self._connection.scalar(counted.where(~refused, resting(now))) or 0

    def _kept(self, workspace: str) -> _Kept:
        found = self._connection.execute(_KEPT, {"this": workspace}).one_or_none()
        return _Kept(*found) if found else _Kept()


def resting(now: datetime) -> ColumnElement[bool]:
    """Whether a workspace of the table asked for rest that lasts beyond *now*."""
    until, at = workspaces.c.rests_until, now.timestamp()
    return (until > at) & (until <= at + LONGEST_REST.total_seconds())
