"""Workspaces: Slack workspaces and Teams tenants, suspended or at rest after a rate limit."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.reachability import (
    Evidence,
    SuspensionKind,
    classify_suspension,
    may_resume,
    merge_suspension_reasons,
)
from bot.domain.uninstallation import disproves_uninstallation
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.schema import workspaces
from bot.store.upsert import upsert_row

_MAX_REASON_CHARACTERS = 60

MAX_REST = timedelta(hours=1)
"""Upper bound of a rest; a longer one was stored before the clock was set back and is ignored."""


_MAX_PROBE_COUNT = 1000
"""Where the count of probes stops; its delay has been the longest for a long time by then."""


class WorkspaceState(NamedTuple):
    """The columns of a workspace; the defaults apply to one without a row.

    ``probe_count`` is the number of probes since the last message that was sent: unless it is 0,
    a probe precedes the next message. ``probe_at`` is when a suspended workspace is probed next.
    Instants are whole Unix seconds. ``uninstalled_since`` is when the app was removed, by the
    first proof that nothing has disproved; else 0.
    """

    suspension_reason: str = ""
    resting_until: int = 0
    messages_per_minute: int = 0
    probe_count: int = 0
    probe_at: int = 0
    uninstalled_since: int = 0

    @property
    def uninstalled_at(self) -> datetime | None:
        """The first proof that the app is removed from the workspace, while it is suspended."""
        since = self.uninstalled_since
        return from_unix_seconds(since) if self.suspension_reason and since else None

    def is_resting(self, now: datetime) -> bool:
        """Whether the row's rest includes *now*; the same rule as :data:`IS_RESTING`."""
        until, unix_seconds = self.resting_until, now.timestamp()
        return unix_seconds < until <= unix_seconds + MAX_REST.total_seconds()


_SELECT_WORKSPACE = select(
    workspaces.c.suspended,
    workspaces.c.rests_until,
    workspaces.c.pace,
    workspaces.c.probes,
    workspaces.c.probe_at,
    workspaces.c.uninstalled,
).where(workspaces.c.id == bindparam("workspace_id"))
"""Built once, as it is executed before every few messages."""


class Workspaces:
    """Repository of workspaces that refuse messages, so that no request to them is attempted."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def suspension_reason(self, workspace: str) -> str:
        """Return why *workspace* is suspended; ``""`` when it is not."""
        return self.get_state(workspace).suspension_reason

    def suspend(self, workspace: str, reason: str) -> bool:
        """Suspend all deliveries to *workspace* until it is resumed; ``True`` on a change.

        A later reason replaces the first one as in :func:`merge_suspension_reasons`.
        """
        current = self.suspension_reason(workspace)
        reported = reason[:_MAX_REASON_CHARACTERS] or "unknown"
        merged = merge_suspension_reasons(current, reported)
        if merged != current:
            upsert_row(self._connection, workspaces, {"id": workspace, "suspended": merged})
        return merged != current

    def resume(self, workspace: str, evidence: Evidence) -> bool:
        """Resume deliveries to *workspace* if *evidence* suffices; ``True`` on a change.

        What proved that the app is removed stays stored, unless *evidence* disproves it.
        """
        state = self.get_state(workspace)
        is_change = may_resume(state.suspension_reason, evidence)
        row: dict[str, str | int] = {"suspended": ""} if is_change else {}
        if state.uninstalled_since and disproves_uninstallation(state.suspension_reason, evidence):
            row["uninstalled"] = 0
        if row:
            upsert_row(self._connection, workspaces, {"id": workspace} | row)
        return is_change

    def mark_uninstalled(self, workspace: str, now: datetime, *, is_first: bool = False) -> None:
        """Store that the app is removed from the suspended *workspace* since *now*, at the latest.

        A repeated or a later proof leaves the first instant, until :meth:`resume` deletes it;
        with *is_first* it is replaced.
        """
        is_marked = (workspaces.c.id == workspace) & (workspaces.c.suspended != "")
        if not is_first:
            is_marked &= workspaces.c.uninstalled == 0
        change = update(workspaces).where(is_marked)
        self._connection.execute(change.values(uninstalled=to_unix_seconds(now)))

    def resume_all(self) -> int:
        """Resume the suspended workspaces after a start, and return how many were resumed.

        Those that were uninstalled stay suspended, see :func:`may_resume`, and a refused token
        that is refused again counts from its first refusal.
        """
        return sum(self.resume(workspace, Evidence.RESTART) for workspace in self.list_suspended())

    def list_uninstalled(self) -> tuple[str, ...]:
        """Return the workspaces that are suspended because the app was uninstalled."""
        return tuple(
            workspace
            for workspace, state in self.list_suspended().items()
            if classify_suspension(state.suspension_reason) is SuspensionKind.UNINSTALLED
        )

    def set_rest(
        self, workspace: str, until: datetime, messages_per_minute: int | None = None
    ) -> None:
        """Store a rest until *until* and the reduced rate that applies after it.

        ``None`` leaves the rate unchanged. Every process that sends respects it.
        """
        row: dict[str, str | int] = {"id": workspace, "rests_until": math.ceil(until.timestamp())}
        upsert_row(
            self._connection,
            workspaces,
            row | ({} if messages_per_minute is None else {"pace": messages_per_minute}),
        )

    def get_pace(self, workspace: str) -> tuple[int, datetime]:
        """Return the reduced rate in messages per minute (0 for none) and when its rest ends."""
        row = self.get_state(workspace)
        return row.messages_per_minute, from_unix_seconds(row.resting_until)

    def accepts_messages(self, workspace: str, now: datetime) -> bool:
        """Whether messages may be sent to *workspace* at *now*: neither suspended nor resting."""
        row = self.get_state(workspace)
        return not row.suspension_reason and not row.is_resting(now)

    def save_probe(self, workspace: str, probe_count: int, probe_at: datetime) -> None:
        """Store how often *workspace* was probed, and when it is probed again if suspended."""
        row = {
            "id": workspace,
            "probes": min(probe_count, _MAX_PROBE_COUNT),
            "probe_at": math.ceil(probe_at.timestamp()),
        }
        upsert_row(self._connection, workspaces, row)

    def reset_probes(self, workspace: str) -> None:
        """Reset the count of probes, as a message to *workspace* was sent."""
        is_probed = (workspaces.c.id == workspace) & (workspaces.c.probes != 0)
        self._connection.execute(update(workspaces).where(is_probed).values(probes=0, probe_at=0))

    def list_suspended(self) -> dict[str, WorkspaceState]:
        """Return the state of every suspended workspace, by its key."""
        query = select(workspaces.c.id, *_SELECT_WORKSPACE.selected_columns)
        rows = self._connection.execute(query.where(workspaces.c.suspended != ""))
        return {workspace: WorkspaceState(*values) for workspace, *values in rows}

    def count_suspended_and_resting(self, now: datetime) -> tuple[int, int]:
        """Count the suspended workspaces, and the others that are resting at *now*."""
        is_suspended = workspaces.c.suspended != ""
        count_query = select(func.count()).select_from(workspaces)
        suspended = self._connection.scalar(count_query.where(is_suspended)) or 0
        return suspended, self._connection.scalar(
            count_query.where(~is_suspended, IS_RESTING), {"now": to_unix_seconds(now)}
        ) or 0

    def get_state(self, workspace: str) -> WorkspaceState:
        """Return the state of *workspace*."""
        row = self._connection.execute(_SELECT_WORKSPACE, {"workspace_id": workspace}).one_or_none()
        return WorkspaceState(*row) if row else WorkspaceState()


_NOW_PARAMETER = bindparam("now", type_=workspaces.c.rests_until.type)

IS_RESTING = (workspaces.c.rests_until > _NOW_PARAMETER) & (
    workspaces.c.rests_until <= _NOW_PARAMETER + int(MAX_REST.total_seconds())
)
"""A workspace's rest includes the instant that it binds as ``now``, in whole Unix seconds."""
