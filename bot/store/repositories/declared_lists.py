"""Replace a team's declared rows in ``roster``, and update the home teams that depend on them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, select, union, update

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.teams.home_team import settle_home_team
from bot.store.record_cache import RecordCache
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.roster_moves import move_to_roster
from bot.store.repositories.routes import ChatRoutes
from bot.store.repositories.team_slots import TeamSlots
from bot.store.schema import linked_accounts, people, rosters
from bot.store.upsert import upsert_row

DeclaringTeams = Mapping[Person, frozenset[str]]
"""The ids of the teams with a declared roster row, by person."""


class DeclaredLists:
    """Repository of declared roster rows.

    A change of a list updates ``home_team`` of its people in the same transaction, as
    :func:`bot.domain.teams.home_team.settle_home_team` decides.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*, which contain the slots."""
        self._connection = connection
        self._records = records
        self._slots = TeamSlots(connection, records)

    def declare(
        self, team_id: str, persons: Iterable[Person], *, retained: Collection[Person] = ()
    ) -> None:
        """Replace the declared roster rows of a team by *persons*; idempotent.

        Rows of people who joined by themselves remain; those of removed people are deleted, unless
        the team is still their home team. Frozen lists of open periods are not changed. Removed
        people in *retained* remain as if they had joined by themselves: the change that listed them
        is undone, and they may have joined before it.
        """
        in_team, listed = rosters.c.team == team_id, tuple(persons)
        before = {*self._list_declared(team_id)}
        leaving = before - {*retained}
        self._connection.execute(update(rosters).where(in_team).values(declared=False))
        for person in listed:
            key_columns = {"team": team_id, "workspace": person.workspace, "person": person.id}
            upsert_row(self._connection, rosters, {**key_columns, "declared": True})
        self._settle_home_teams(team_id, leaving, {*before, *listed})
        is_home = exists().where(_is_account(people.c.id, rosters), people.c.home_team == team_id)
        self._connection.execute(delete(rosters).where(in_team, ~rosters.c.declared, ~is_home))
        self._slots.ensure_slots(team_id)

    def clear_list(self, team_id: str) -> None:
        """Delete all roster rows of a team, also of people who joined it by themselves."""
        self._connection.execute(
            update(rosters).where(rosters.c.team == team_id).values(declared=True)
        )
        self.declare(team_id, ())

    def find_declaring_teams(self, persons: Collection[Person]) -> DeclaringTeams:
        """Return the team ids by person; each of *persons* is a key, with an empty set for none."""
        query = select(rosters.c.team, rosters.c.workspace, rosters.c.person).where(
            rosters.c.declared,
            rosters.c.workspace.in_({person.workspace for person in persons}),
            rosters.c.person.in_({person.id for person in persons}),
        )
        team_ids: defaultdict[Person, set[str]] = defaultdict(set)
        for team_id, workspace, person_id in self._connection.execute(query):
            team_ids[Person(workspace, person_id)].add(team_id)
        return {person: frozenset(team_ids[person]) for person in persons}

    def _list_declared(self, team_id: str) -> list[Person]:
        query = select(rosters.c.workspace, rosters.c.person)
        query = query.where(rosters.c.team == team_id, rosters.c.declared)
        return [Person(*row) for row in self._connection.execute(query)]

    def _settle_home_teams(
        self, team_id: str, before: Collection[Person], persons: Collection[Person]
    ) -> None:
        """Update the home teams of *persons*; those in *before* had a declared row in *team_id*."""
        declared_after = self.find_declaring_teams(persons)
        for main, account, old_team_id in self._fetch_members(persons):
            after = declared_after[main]
            declared_before = (after - {team_id}) | ({team_id} if main in before else set())
            home_team_id = settle_home_team(old_team_id, declared_before, after)
            if not home_team_id:
                self._end_membership(account, old_team_id)
            elif home_team_id != old_team_id:
                self._move_member(account, old_team_id, home_team_id)

    def _fetch_members(self, persons: Collection[Person]) -> list[tuple[Person, Person, str]]:
        """Return tuples of main account, account and home team, for accounts with a home team.

        Accounts that are linked to *persons* are included: the lists of the main account decide.
        """
        ids, mains = {person.id for person in persons}, frozenset(persons)
        workspaces = {person.workspace for person in persons}
        query = select(
            people.c.workspace.label("member_workspace"),
            people.c.id.label("member_id"),
            people.c.home_team,
            linked_accounts.c.same_workspace,
            linked_accounts.c.same_person,
        ).where(people.c.home_team != "")
        # A UNION of two queries, each with an index of its own: OR would scan the whole table.
        named = query.outerjoin(linked_accounts, _IS_LINK).where(
            people.c.workspace.in_(workspaces), people.c.id.in_(ids)
        )
        linked = query.join(linked_accounts, _IS_LINK).where(
            linked_accounts.c.same_workspace.in_(workspaces),
            linked_accounts.c.same_person.in_(ids),
        )
        members = [
            (
                Person(
                    row.same_workspace or row.member_workspace, row.same_person or row.member_id
                ),
                Person(row.member_workspace, row.member_id),
                str(row.home_team),
            )
            for row in self._connection.execute(
                union(named, linked).order_by("member_workspace", "member_id")
            )
        ]
        return [member for member in members if member[0] in mains]

    def _move_member(self, account: Person, old_team_id: str, team_id: str) -> None:
        """Update ``home_team`` and move roster row and slot; ``joined`` is unchanged."""
        self._connection.execute(
            update(people).where(_is_row_of(account)).values(home_team=team_id)
        )
        move_to_roster(self._connection, self._slots, account, old_team_id, team_id)

    def _end_membership(self, account: Person, team_id: str) -> None:
        """Clear slot, home team and ``joined``; withdraw deliveries, and delete the chat route.

        Close notices are not withdrawn, since they depend on a role.
        """
        self._slots.clear_slots([(account, team_id)])
        change = update(people).where(_is_row_of(account))
        self._connection.execute(change.values(home_team="", joined=False, paused_until=None))
        Deliveries(self._connection, self._records).withdraw_for_person(
            account, except_kinds=(DeliveryKind.CLOSE_NOTICE,)
        )
        ChatRoutes(self._connection).delete_route(account)


def _is_account(person_id: ColumnElement[str], table: Table) -> ColumnElement[bool]:
    return (people.c.workspace == table.c.workspace) & (person_id == table.c.person)


_IS_LINK = _is_account(people.c.id, linked_accounts)


def _is_row_of(person: Person) -> ColumnElement[bool]:
    return (people.c.workspace == person.workspace) & (people.c.id == person.id)
