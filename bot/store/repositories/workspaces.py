"""Slack workspaces and Teams tenants, and which of them take no messages for now."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from bot.store.repositories.delivery_records import from_unix_seconds
from bot.store.schema import workspaces
from bot.store.upsert import upsert_row

_MAX_REASON_CHARACTERS = 60

MAX_REST = timedelta(hours=1)
"""No product asks for more; a rest that seems longer was kept before the clock was set back."""


class _WorkspaceRow(NamedTuple):
    """A workspace as its row keeps it; one without a row never refused us."""

    suspension_reason: str = ""
    resting_until: int = 0
    messages_per_minute: int = 0

    def is_resting(self, now: datetime) -> bool:
        """The same as :func:`resting`, of a row that was read."""
        until, at = self.resting_until, now.timestamp()
        return at < until <= at + MAX_REST.total_seconds()


_SELECT_WORKSPACE = select(
    workspaces.c.suspended, workspaces.c.rests_until, workspaces.c.pace
).where(workspaces.c.id == bindparam("this"))
"""Made once, as it is asked before every few messages."""


class Workspaces:
    """Which workspaces refuse us, so that nobody is called in vain and it is said once."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def suspension_reason(self, workspace: str) -> str:
        """Why *workspace* takes no messages; ``""`` when it does."""
        return self._load_row(workspace).suspension_reason

    def suspend(self, workspace: str, reason: str) -> bool:
        """Owe *workspace* nothing until it is resumed; ``True`` when that is news."""
        news = not self.suspension_reason(workspace)
        if news:
            kept = reason[:_MAX_REASON_CHARACTERS] or "unknown"
            upsert_row(self._connection, workspaces, {"id": workspace, "suspended": kept})
        return news

    def resume(self, workspace: str) -> bool:
        """Hand out again what *workspace* is owed; ``True`` when it was suspended."""
        news = bool(self.suspension_reason(workspace))
        if news:
            upsert_row(self._connection, workspaces, {"id": workspace, "suspended": ""})
        return news

    def resume_all(self) -> int:
        """Try every suspended workspace once more, as after a start, and say how many."""
        change = update(workspaces).where(workspaces.c.suspended != "")
        return self._connection.execute(change.values(suspended="")).rowcount

    def set_rest(
        self, workspace: str, until: datetime, messages_per_minute: int | None = None
    ) -> None:
        """Send *workspace* nothing before *until*, and then *pace* messages a minute.

        ``None`` leaves the pace as it is. It holds for whichever process does the sending.
        """
        row: dict[str, str | int] = {"id": workspace, "rests_until": math.ceil(until.timestamp())}
        upsert_row(
            self._connection,
            workspaces,
            row | ({} if messages_per_minute is None else {"pace": messages_per_minute}),
        )

    def get_pace(self, workspace: str) -> tuple[int, datetime]:
        """The messages a minute *workspace* was slowed down to, and when; 0 if it never was."""
        kept = self._load_row(workspace)
        return kept.messages_per_minute, from_unix_seconds(kept.resting_until)

    def accepts_messages(self, workspace: str, now: datetime) -> bool:
        """Whether *workspace* takes messages at *now*: neither suspended nor at rest."""
        kept = self._load_row(workspace)
        return not kept.suspension_reason and not kept.is_resting(now)

    def count_refusing(self, now: datetime) -> tuple[int, int]:
        """How many workspaces are suspended, and how many others are at rest at *now*."""
        refused = workspaces.c.suspended != ""
        counted = select(func.count()).select_from(workspaces)
        suspended = self._connection.scalar(counted.where(refused)) or 0
        return suspended, self._connection.scalar(
            counted.where(~refused, is_resting_clause(now))
        ) or 0

    def _load_row(self, workspace: str) -> _WorkspaceRow:
        found = self._connection.execute(_SELECT_WORKSPACE, {"this": workspace}).one_or_none()
        return _WorkspaceRow(*found) if found else _WorkspaceRow()


def is_resting_clause(now: datetime) -> ColumnElement[bool]:
    """Whether a workspace of the table asked for rest that lasts beyond *now*."""
    until, at = workspaces.c.rests_until, now.timestamp()
    return (until > at) & (until <= at + MAX_REST.total_seconds())
