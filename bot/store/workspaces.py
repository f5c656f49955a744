"""Slack workspaces and Teams tenants, and which of them take no messages for now."""

import math
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select, update

from bot.store.promises import instant
from bot.store.tables import workspaces
from bot.store.upsert import put

_REASON = 60

LONGEST_REST = timedelta(hours=1)
"""No product asks for more; a rest that seems longer was kept before the clock was set back."""


class Workspaces:
    """Which workspaces refuse us, so that nobody is called in vain and it is said once."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def suspended(self, workspace: str) -> str:
        """Why *workspace* takes no messages; ``""`` when it does."""
        reason = select(workspaces.c.suspended).where(workspaces.c.id == workspace)
        return self._connection.scalar(reason) or ""

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
        asked = select(workspaces.c.pace, workspaces.c.rests_until)
        found = self._connection.execute(asked.where(workspaces.c.id == workspace)).one_or_none()
        a_minute, until = found or (0, 0)
        return a_minute, instant(until)

    def takes(self, workspace: str, now: datetime) -> bool:
        """Whether *workspace* takes messages at *now*: neither suspended nor at rest."""
        refuses = (workspaces.c.suspended != "") | resting(now)
        asked = select(workspaces.c.id).where(workspaces.c.id == workspace, refuses)
        return self._connection.scalar(asked) is None

    def standing(self, now: datetime) -> tuple[int, int]:
        """How many workspaces are suspended, and how many others are at rest at *now*."""
        refused = workspaces.c.suspended != ""
        counted = select(func.count()).select_from(workspaces)
        suspended = self._connection.scalar(counted.where(refused)) or 0
        return suspended, self._connection.scalar(counted.where(~refused, resting(now))) or 0


def resting(now: datetime) -> ColumnElement[bool]:
    """Whether a workspace of the table asked for rest that lasts beyond *now*."""
    until, at = workspaces.c.rests_until, now.timestamp()
    return (until > at) & (until <= at + LONGEST_REST.total_seconds())
