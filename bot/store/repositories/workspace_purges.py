"""Repository of purges: delete all rows of a workspace that uninstalled the app, in batches.

:mod:`bot.workflows.workspace_purge` runs the steps, each in a transaction of its own, and
:mod:`bot.store.workspace_rows` has the condition of a workspace's rows for each table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, union, update

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.operator_entry import OperatorAction, OperatorActor
from bot.domain.reachability import PURGING
from bot.domain.uninstallation import is_purge_due
from bot.store import workspace_keys, workspace_rows
from bot.store.key_condition import bind_row_keys, build_key_condition
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import (
    from_unix_seconds,
    practice_unit_key,
    team_unit_key,
    to_unix_seconds,
)
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.main_accounts import MainAccounts
from bot.store.repositories.operator_trail import OperatorTrail
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_slots import TeamSlots
from bot.store.schema import installations, metadata, people, releases, teams, workspaces
from bot.store.upsert import upsert_row

_NOT_SUSPENDED = ""

RowKey = tuple[Any, ...]
"""The values of a row's primary key, in the order of its columns."""


class WorkspaceUninstallation(NamedTuple):
    """Key, suspension reason and time of the uninstallation, from a row of ``workspace``."""

    workspace: str
    suspension_reason: str
    uninstalled_at: datetime | None


class WorkspaceUnits(NamedTuple):
    """Keys in the column ``unit`` of a workspace, to match them after its rows were deleted.

    ``known_units`` are the keys of its teams and of pools with a release; ``pool_prefix`` is the
    prefix of the keys of all its pools.
    """

    known_units: frozenset[str]
    pool_prefix: str

    def contains(self, unit: str) -> bool:
        """Whether the key *unit* is known or has the prefix."""
        return unit in self.known_units or unit.startswith(self.pool_prefix)


class WorkspacePurges:
    """Repository of the deletion of workspaces; each method is one idempotent step."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records

    def list_workspaces(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return a UNION of the workspaces of four tables, sorted by key.

        These are ``workspace``, ``team``, ``person`` and ``installation``; organisations that
        installed the app are included.
        """
        keys = union(
            *(
                select(column)
                for column in (
                    workspaces.c.id,
                    teams.c.workspace,
                    people.c.workspace,
                    installations.c.workspace,
                )
            )
        )
        states = {state.workspace: state for state in self._fetch_states()}
        return tuple(
            states.get(key, WorkspaceUninstallation(key, _NOT_SUSPENDED, None))
            for key in sorted(self._connection.scalars(keys))
        )

    def list_pending(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return the suspended workspaces with a time in ``uninstalled``, purging ones included."""
        return tuple(state for state in self._fetch_states() if state.uninstalled_at)

    def list_unmarked_dependents(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return workspaces without a token of their own whose organisation is uninstalled.

        Only those whose own ``uninstalled`` is 0, each with the reason and time of the
        organisation's row; none of an organisation whose purge has begun.
        """
        organisation = workspaces.alias()
        query = (
            select(installations.c.workspace, organisation.c.suspended, organisation.c.uninstalled)
            .join(organisation, organisation.c.id == installations.c.organisation)
            .outerjoin(workspaces, workspaces.c.id == installations.c.workspace)
            .where(
                installations.c.body.is_(None),
                organisation.c.suspended.not_in((_NOT_SUSPENDED, PURGING)),
                organisation.c.uninstalled != 0,
                func.coalesce(workspaces.c.uninstalled, 0) == 0,
            )
            .order_by(installations.c.workspace)
        )
        return tuple(
            WorkspaceUninstallation(workspace, reason, from_unix_seconds(since))
            for workspace, reason, since in self._connection.execute(query)
        )

    def list_due(self, now: datetime) -> tuple[str, ...]:
        """Return the keys of workspaces whose grace has ended, or whose purge has begun."""
        return tuple(
            state.workspace
            for state in self._fetch_states()
            if is_purge_due(state.suspension_reason, state.uninstalled_at, now)
        )

    def begin_if_due(self, workspace: str, now: datetime) -> bool:
        """Begin the purge of *workspace* if it is still due in this transaction; return whether."""
        is_due = workspace in self.list_due(now)
        if is_due:
            self.begin(workspace, now, OperatorActor.CLOCK)
        return is_due

    def restart_grace(self, now: datetime) -> None:
        """Set ``uninstalled`` to *now* in every row with such a time that is not being purged.

        Called after a restore: the backup may contain the mark of a workspace that was installed
        again after the backup.
        """
        is_pending = (workspaces.c.uninstalled > 0) & (workspaces.c.suspended != PURGING)
        change = update(workspaces).where(is_pending).values(uninstalled=to_unix_seconds(now))
        self._connection.execute(change)

    def begin(
        self, workspace: str, now: datetime, actor: OperatorActor = OperatorActor.OPERATOR
    ) -> None:
        """Set the suspension reason of *workspace* to ``PURGING``, and ``removed`` of its teams.

        From then on no message is sent to it, no job inserts rows for it, and the purge is not
        cancelled. The first call also inserts an entry in the operator trail, with *actor*.
        """
        if not workspace_keys.is_purging(self._connection, workspace):
            self._record_begin(workspace, now, actor)
            row = {"id": workspace, "suspended": PURGING, "uninstalled": to_unix_seconds(now)}
            upsert_row(self._connection, workspaces, row)
        is_open = (teams.c.workspace == workspace) & teams.c.removed.is_(None)
        self._connection.execute(update(teams).where(is_open).values(removed=now.date()))

    def _record_begin(self, workspace: str, now: datetime, actor: OperatorActor) -> None:
        states = {state.workspace: state.suspension_reason for state in self._fetch_states()}
        OperatorTrail(self._connection, self._records).record(
            OperatorAction.PURGE_BEGUN,
            actor,
            now,
            row_count=sum(self.count_rows(workspace).values()),
            reason=states.get(workspace, _NOT_SUSPENDED),
            workspace=workspace,
        )

    def is_purging(self, workspace: str) -> bool:
        """Whether the purge of *workspace* has begun, which deletes new rows as well."""
        return workspace_keys.is_purging(self._connection, workspace)

    def count_rows(self, workspace: str) -> Mapping[str, int]:
        """Return a dict of row counts by table, 0 included, in the order of deletion."""
        names = (*workspace_rows.ROWS_BY_TABLE, *workspace_rows.LAST_ROWS_BY_TABLE)
        return {
            name: self._connection.scalar(
                select(func.count())
                .select_from(metadata.tables[name])
                .where(workspace_rows.build_condition(name, workspace))
            )
            or 0
            for name in names
        }

    def replace_main_accounts(self, workspace: str, limit: int, now: datetime) -> int:
        """Replace a batch of main accounts of *workspace*; see :class:`MainAccounts`."""
        return MainAccounts(self._connection, self._records).replace_mains(workspace, limit, now)

    def end_cross_workspace_memberships(self, workspace: str, limit: int) -> int:
        """End at most *limit* memberships across *workspace* and others, by linked accounts.

        For a person of another workspace in a team of this one, and for a person of this one in
        another's team, whose slot in that team's record is cleared. Returns how many; 0 when none
        is left, and if the workspace is not being purged.
        """
        is_inside, team_ids = people.c.workspace == workspace, workspace_rows.select_team_ids
        is_of_team = people.c.home_team.in_(team_ids(workspace))
        is_separated = or_(
            ~is_inside & is_of_team, is_inside & (people.c.home_team != "") & ~is_of_team
        )
        query = select(people.c.workspace, people.c.id, people.c.home_team).where(is_separated)
        rows = self._connection.execute(query.limit(limit)).all()
        if not workspace_keys.is_purging(self._connection, workspace):
            return 0
        TeamSlots(self._connection, self._records).clear_slots(
            (Person(row.workspace, row.id), row.home_team)
            for row in rows
            if row.workspace == workspace
        )
        for row in rows:
            self._end_membership(Person(row.workspace, row.id))
        return len(rows)

    def list_row_keys(self, workspace: str, table_name: str) -> list[RowKey]:
        """Return the primary keys of the rows of *workspace* in a table.

        Called in a read transaction: on some tables the query is a full scan, which must not hold
        the write lock.
        """
        condition = workspace_rows.build_condition(table_name, workspace)
        query = select(*metadata.tables[table_name].primary_key).where(condition)
        return [tuple(row) for row in self._connection.execute(query)]

    def delete_rows(self, workspace: str, table_name: str, row_keys: Sequence[RowKey]) -> int:
        """Delete rows from a table by primary keys, in one statement; return how many.

        Returns 0 and deletes nothing if *workspace* is not being purged any more: it may have been
        set up again since the keys were read.
        """
        if not workspace_keys.is_purging(self._connection, workspace):
            return 0
        table = metadata.tables[table_name]
        statement = delete(table).where(build_key_condition(table.primary_key))
        return self._connection.execute(statement, bind_row_keys(row_keys)).rowcount

    def find_workspace_units(self, workspace: str) -> WorkspaceUnits:
        """Return the unit keys of *workspace*; to be called before its teams are deleted."""
        team_ids = self._connection.scalars(
            select(teams.c.id).where(teams.c.workspace == workspace)
        )
        is_own = workspace_rows.is_row_of_unit(releases, workspace)
        published = self._connection.scalars(select(releases.c.unit).where(is_own).distinct())
        known_units = frozenset({*map(team_unit_key, team_ids), *published})
        return WorkspaceUnits(known_units, practice_unit_key(workspace, ""))

    def _fetch_states(self) -> list[WorkspaceUninstallation]:
        query = select(workspaces).where(workspaces.c.suspended != "").order_by(workspaces.c.id)
        return [
            WorkspaceUninstallation(
                row.id,
                row.suspended,
                from_unix_seconds(row.uninstalled) if row.uninstalled else None,
            )
            for row in self._connection.execute(query)
        ]

    def _end_membership(self, account: Person) -> None:
        """Clear home team and ``joined``, withdraw planned deliveries, delete the chat route."""
        is_row = (people.c.workspace == account.workspace) & (people.c.id == account.id)
        change = update(people).where(is_row)
        self._connection.execute(change.values(home_team="", joined=False, paused_until=None))
        Deliveries(self._connection, self._records).withdraw_for_person(
            account, except_kinds=(DeliveryKind.CLOSE_NOTICE,)
        )
        ChatRoutes(self._connection).delete_route(account)
