"""Purges: every row of a workspace that uninstalled the app is deleted, a batch at a time.

See :mod:`bot.workflows.workspace_purge` for the steps, and :mod:`bot.store.workspace_rows` for what
belongs to a workspace.
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

_IS_CONNECTED = ""

RowKey = tuple[Any, ...]
"""The values of a row's primary key, in the order of its columns."""


class WorkspaceUninstallation(NamedTuple):
    """A workspace with why it is suspended, and since when the app is removed, if it is."""

    workspace: str
    suspension_reason: str
    uninstalled_at: datetime | None


class UnitKeys(NamedTuple):
    """What the units of a workspace are called, also those of which no row is left.

    ``known_units`` are its teams' and the pools with a published table; every pool has a key that
    begins with ``pool_prefix``.
    """

    known_units: frozenset[str]
    pool_prefix: str

    def include(self, unit: str) -> bool:
        """Whether *unit* is one of them."""
        return unit in self.known_units or unit.startswith(self.pool_prefix)


class WorkspacePurges:
    """Repository of the deletion of workspaces; each method is one step, and repeatable."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records

    def list_workspaces(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return every workspace with a team, a person, a state or an installation, by its key.

        An organisation that installed the app for its workspaces is one of them.
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
            states.get(key, WorkspaceUninstallation(key, _IS_CONNECTED, None))
            for key in sorted(self._connection.scalars(keys))
        )

    def list_pending(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return the workspaces that are to be purged, now or later, or whose purge has begun."""
        return tuple(state for state in self._fetch_states() if state.uninstalled_at)

    def list_unmarked_dependents(self) -> tuple[WorkspaceUninstallation, ...]:
        """Return the unmarked workspaces that have no token but that of a pending organisation.

        Each with the reason and the time of its organisation; none once that one's purge has begun.
        """
        organisation = workspaces.alias()
        query = (
            select(installations.c.workspace, organisation.c.suspended, organisation.c.uninstalled)
            .join(organisation, organisation.c.id == installations.c.organisation)
            .outerjoin(workspaces, workspaces.c.id == installations.c.workspace)
            .where(
                installations.c.body.is_(None),
                organisation.c.suspended.not_in((_IS_CONNECTED, PURGING)),
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
        """Return the workspaces that are purged at *now*, with those whose purge has begun."""
        return tuple(
            state.workspace
            for state in self._fetch_states()
            if is_purge_due(state.suspension_reason, state.uninstalled_at, now)
        )

    def begin_if_due(self, workspace: str, now: datetime) -> bool:
        """Begin the purge of *workspace*, unless it was resumed since; return whether it has."""
        is_due = workspace in self.list_due(now)
        if is_due:
            self.begin(workspace, now, OperatorActor.CLOCK)
        return is_due

    def restart_grace(self, now: datetime) -> None:
        """Let the grace of every pending deletion begin at *now*.

        In a restored backup a workspace may still count as uninstalled that was installed again
        after the backup.
        """
        is_pending = (workspaces.c.uninstalled > 0) & (workspaces.c.suspended != PURGING)
        change = update(workspaces).where(is_pending).values(uninstalled=to_unix_seconds(now))
        self._connection.execute(change)

    def begin(
        self, workspace: str, now: datetime, actor: OperatorActor = OperatorActor.OPERATOR
    ) -> None:
        """Begin the purge of *workspace*: from now on it is completed, whatever happens.

        Nothing is sent to it, and its teams count as removed, so that no duty adds anything. The
        operator's trail has the purge, with who began it.
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
            reason=states.get(workspace, _IS_CONNECTED),
            workspace=workspace,
        )

    def is_purging(self, workspace: str) -> bool:
        """Whether the purge of *workspace* has begun, which deletes whatever is added to it."""
        return workspace_keys.is_purging(self._connection, workspace)

    def count_rows(self, workspace: str) -> Mapping[str, int]:
        """Count the rows of *workspace* by table, in the order of deletion, with 0 for none."""
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
        """Hand main accounts of *workspace* over to linked ones; see :class:`MainAccounts`."""
        return MainAccounts(self._connection, self._records).replace_mains(workspace, limit, now)

    def separate_members(self, workspace: str, limit: int) -> int:
        """End some memberships between *workspace* and the others, by linked accounts.

        A person of another workspace leaves the team that is deleted, as with its removal. A person
        of this one leaves the other's team, and their slot in its record is cleared. Returns how
        many people it were, 0 after the last.
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

        To be called in a transaction that only reads: in some tables it looks at every row.
        """
        condition = workspace_rows.build_condition(table_name, workspace)
        query = select(*metadata.tables[table_name].primary_key).where(condition)
        return [tuple(row) for row in self._connection.execute(query)]

    def delete_rows(self, workspace: str, table_name: str, row_keys: Sequence[RowKey]) -> int:
        """Delete rows of *workspace* from a table by their keys; return how many there were.

        None once the purge is finished: the workspace may have been set up anew.
        """
        if not workspace_keys.is_purging(self._connection, workspace):
            return 0
        table = metadata.tables[table_name]
        statement = delete(table).where(build_key_condition(table.primary_key))
        return self._connection.execute(statement, bind_row_keys(row_keys)).rowcount

    def list_unit_keys(self, workspace: str) -> UnitKeys:
        """Return what the units of *workspace* are called, while its teams are stored."""
        team_ids = self._connection.scalars(
            select(teams.c.id).where(teams.c.workspace == workspace)
        )
        is_own = workspace_rows.is_row_of_unit(releases, workspace)
        published = self._connection.scalars(select(releases.c.unit).where(is_own).distinct())
        known_units = frozenset({*map(team_unit_key, team_ids), *published})
        return UnitKeys(known_units, practice_unit_key(workspace, ""))

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
        """Unsubscribe *account*, withdraw their check-ins, and delete their route."""
        is_row = (people.c.workspace == account.workspace) & (people.c.id == account.id)
        change = update(people).where(is_row)
        self._connection.execute(change.values(home_team="", joined=False, paused_until=None))
        Deliveries(self._connection, self._records).withdraw_for_person(
            account, except_kinds=(DeliveryKind.CLOSE_NOTICE,)
        )
        ChatRoutes(self._connection).delete_route(account)
