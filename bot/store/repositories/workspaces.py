"""Repository of the table ``workspace``: suspension, rest after a rate limit, probes.

A row is that of a Slack workspace or a Teams tenant; without a row the defaults apply.
"""

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
"""Maximum duration of a rest; a longer one, from before the clock was set back, is ignored."""


_MAX_PROBE_COUNT = 1000
"""Maximum of the column ``probes``; the backoff has reached its longest delay well before."""


class WorkspaceState(NamedTuple):
    """The columns of a workspace's row; the defaults are those of one without a row.

    ``probe_count`` is the number of probes since the last message that was sent: unless it is 0,
    a probe precedes the next message. ``probe_at`` is when a suspended workspace is probed next.
    Instants are whole Unix seconds. ``uninstalled_unix_seconds`` is when the app was removed, by
    the first proof that nothing has disproved; else 0.
    """

    suspension_reason: str = ""
    resting_until: int = 0
    messages_per_minute: int = 0
    probe_count: int = 0
    probe_at: int = 0
    uninstalled_unix_seconds: int = 0

    @property
    def uninstalled_at(self) -> datetime | None:
        """When the app was removed, as a datetime; ``None`` unless the workspace is suspended."""
        since = self.uninstalled_unix_seconds
        return from_unix_seconds(since) if self.suspension_reason and since else None

    def is_resting(self, now: datetime) -> bool:
        """Whether the row's rest includes *now*: the condition :data:`IS_RESTING` in Python."""
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
"""Query by primary key, built once: it is executed before every few messages."""


class Workspaces:
    """Repository of the state of workspaces, which the senders of all processes read."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def suspension_reason(self, workspace: str) -> str:
        """Return the column ``suspended`` of *workspace*; ``""`` if it is not, or without a row."""
        return self.get_state(workspace).suspension_reason

    def suspend(self, workspace: str, reason: str) -> bool:
        """Upsert the reason of a suspension, truncated; ``True`` if the column changed.

        The senders skip the workspace until :meth:`resume`. A stored reason is replaced as
        :func:`merge_suspension_reasons` decides.
        """
        current = self.suspension_reason(workspace)
        reported = reason[:_MAX_REASON_CHARACTERS] or "unknown"
        merged = merge_suspension_reasons(current, reported)
        if merged != current:
            upsert_row(self._connection, workspaces, {"id": workspace, "suspended": merged})
        return merged != current

    def resume(self, workspace: str, evidence: Evidence) -> bool:
        """Clear ``suspended`` if :func:`may_resume` accepts *evidence*; ``True`` on a change.

        ``uninstalled`` is cleared only if :func:`disproves_uninstallation` accepts it as well.
        """
        state = self.get_state(workspace)
        is_change = may_resume(state.suspension_reason, evidence)
        row: dict[str, str | int] = {"suspended": ""} if is_change else {}
        if state.uninstalled_unix_seconds and disproves_uninstallation(
            state.suspension_reason, evidence
        ):
            row["uninstalled"] = 0
        if row:
            upsert_row(self._connection, workspaces, {"id": workspace} | row)
        return is_change

    def mark_uninstalled(
        self, workspace: str, now: datetime, *, replaces_earlier: bool = False
    ) -> None:
        """Set ``uninstalled`` of a suspended *workspace* to *now*; of another, no row changes.

        Idempotent: an instant that is stored remains until :meth:`resume` clears it, except with
        *replaces_earlier*, which replaces it.
        """
        is_marked = (workspaces.c.id == workspace) & (workspaces.c.suspended != "")
        if not replaces_earlier:
            is_marked &= workspaces.c.uninstalled == 0
        change = update(workspaces).where(is_marked)
        self._connection.execute(change.values(uninstalled=to_unix_seconds(now)))

    def resume_all(self) -> int:
        """Resume the suspended workspaces at a start of the process; return how many.

        Uninstalled ones remain suspended, see :func:`may_resume`. ``uninstalled`` of a rejected
        token remains too, so that the next rejection counts from the first one.
        """
        return sum(self.resume(workspace, Evidence.RESTART) for workspace in self.list_suspended())

    def list_uninstalled(self) -> tuple[str, ...]:
        """Return the keys of the workspaces whose suspension reason is an uninstallation."""
        return tuple(
            workspace
            for workspace, state in self.list_suspended().items()
            if classify_suspension(state.suspension_reason) is SuspensionKind.UNINSTALLED
        )

    def set_rest(
        self, workspace: str, until: datetime, messages_per_minute: int | None = None
    ) -> None:
        """Upsert the end of a rest, rounded up, and the reduced rate that applies after it.

        With ``None`` the rate is unchanged. Every process that sends reads the row.
        """
        row: dict[str, str | int] = {"id": workspace, "rests_until": math.ceil(until.timestamp())}
        upsert_row(
            self._connection,
            workspaces,
            row | ({} if messages_per_minute is None else {"pace": messages_per_minute}),
        )

    def get_reduced_rate(self, workspace: str) -> tuple[int, datetime]:
        """Return the reduced rate limit per minute, 0 by default, and the end of its rest."""
        row = self.get_state(workspace)
        return row.messages_per_minute, from_unix_seconds(row.resting_until)

    def accepts_messages(self, workspace: str, now: datetime) -> bool:
        """Whether the row of *workspace* is neither suspended nor resting at *now*."""
        row = self.get_state(workspace)
        return not row.suspension_reason and not row.is_resting(now)

    def save_probe(self, workspace: str, probe_count: int, probe_at: datetime) -> None:
        """Upsert the number of probes, and the time of the next one if *workspace* is suspended."""
        row = {
            "id": workspace,
            "probes": min(probe_count, _MAX_PROBE_COUNT),
            "probe_at": math.ceil(probe_at.timestamp()),
        }
        upsert_row(self._connection, workspaces, row)

    def reset_probes(self, workspace: str) -> None:
        """Set the number of probes to 0 after a message was sent; no row changes if it is 0."""
        is_probed = (workspaces.c.id == workspace) & (workspaces.c.probes != 0)
        self._connection.execute(update(workspaces).where(is_probed).values(probes=0, probe_at=0))

    def list_suspended(self) -> dict[str, WorkspaceState]:
        """Return a dict of the states of all suspended workspaces, by workspace key."""
        query = select(workspaces.c.id, *_SELECT_WORKSPACE.selected_columns)
        rows = self._connection.execute(query.where(workspaces.c.suspended != ""))
        return {workspace: WorkspaceState(*values) for workspace, *values in rows}

    def count_suspended_and_resting(self, now: datetime) -> tuple[int, int]:
        """Return the number of suspended rows, and of other rows that are resting at *now*."""
        is_suspended = workspaces.c.suspended != ""
        count_query = select(func.count()).select_from(workspaces)
        suspended = self._connection.scalar(count_query.where(is_suspended)) or 0
        return suspended, self._connection.scalar(
            count_query.where(~is_suspended, IS_RESTING), {"now": to_unix_seconds(now)}
        ) or 0

    def get_state(self, workspace: str) -> WorkspaceState:
        """Return the row of *workspace* as a state; the default state without a row."""
        row = self._connection.execute(_SELECT_WORKSPACE, {"workspace_id": workspace}).one_or_none()
        return WorkspaceState(*row) if row else WorkspaceState()


_NOW_PARAMETER = bindparam("now", type_=workspaces.c.rests_until.type)

IS_RESTING = (workspaces.c.rests_until > _NOW_PARAMETER) & (
    workspaces.c.rests_until <= _NOW_PARAMETER + int(MAX_REST.total_seconds())
)
"""SQL condition that a workspace is resting; binds ``now`` in whole Unix seconds."""
