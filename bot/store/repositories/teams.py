"""Teams, who is on their roster, and who supervises or directs them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Clinician, Role, Team
from bot.store.repositories.deliveries import Deliveries
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.people import People, parse_clinician_row
from bot.store.schema import linked_accounts, people, roles, rosters, teams
from bot.store.upsert import insert_missing_rows, upsert_row

_MAX_REASON_CHARACTERS = 60

_SELECT_TEAM = select(teams).where(teams.c.id == bindparam("this"))
_SELECT_HOME_TEAM = select(people.c.home_team).where(
    people.c.workspace == bindparam("at"), people.c.id == bindparam("who")
)
_SELECT_DECLARED_TEAM = select(func.min(rosters.c.team)).where(
    rosters.c.workspace == bindparam("at"), rosters.c.person == bindparam("who")
)
_TEAM_COLUMNS = tuple(column.name for column in teams.columns)
_SELECT_PERSON_AND_TEAM = (
    select(people, *(column.label(f"team_{column.name}") for column in teams.columns))
    .join_from(people, teams, teams.c.id == people.c.home_team)
    .where(people.c.workspace == bindparam("at"), people.c.id == bindparam("who"))
    .where(
        ~exists().where(
            linked_accounts.c.workspace == bindparam("at"),
            linked_accounts.c.person == bindparam("who"),
        )
    )
)
"""Whoever joined and has one account, with their team, in one look: most messages need both."""


@dataclass(frozen=True)
class HeldRole:
    """A role that a person has in a team; ``agreed`` to read its counts as they are meant."""

    team_id: str
    role: Role
    has_agreed: bool


class Teams:
    """Clinicians supervised together, as their set-up declares them."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def get(self, team_id: str) -> Team | None:
        """Find a team by its id."""
        found = self._connection.execute(_SELECT_TEAM, {"this": team_id}).one_or_none()
        return _parse_team_row(*found) if found else None

    def get_by_channel(self, workspace: str, channel: str) -> Team | None:
        """Find the team whose channel this is."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        return next(iter(self._fetch_teams(here)), None)

    def list_teams(self, workspace: str | None = None) -> tuple[Team, ...]:
        """All teams, or all of one workspace, by name."""
        return self._fetch_teams(*([teams.c.workspace == workspace] if workspace else []))

    def list_practice_teams(self, team: Team) -> tuple[Team, ...]:
        """All teams of the same practice, this one included; itself alone when it names none."""
        if not team.practice:
            return (team,)
        return self._fetch_teams(
            teams.c.workspace == team.workspace, teams.c.practice == team.practice
        )

    def save(self, team: Team) -> None:
        """Keep a team's set-up, in the place of an earlier one; its channel is tried again."""
        row = {
            "id": team.id,
            "workspace": team.workspace,
            "channel": team.channel,
            "name": team.name,
            "practice": team.practice,
            "language": team.language,
            "zone": team.zone,
            "checkin_day": team.checkin_rule.weekday,
            "checkin_time": team.checkin_rule.local_time.isoformat("minutes"),
            "tip_days": ",".join(map(str, team.tip_days)),
            "tip_time": team.tip_time.isoformat("minutes"),
            "question": team.question,
            "open_to_team": team.open_to_team,
            "unreachable": "",
            "holidays": team.holiday_region,
        }
        upsert_row(self._connection, teams, row)

    def mark_unreachable(self, workspace: str, channel: str, reason: str) -> bool:
        """Post nothing more in *channel* until its set-up is saved again; ``True`` when news."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        change = update(teams).where(here, teams.c.unreachable == "")
        kept = reason[:_MAX_REASON_CHARACTERS] or "unknown"
        Deliveries(self._connection).withdraw_for_channel(workspace, channel)
        return self._connection.execute(change.values(unreachable=kept)).rowcount == 1

    def mark_reachable(self, workspace: str, channel: str) -> None:
        """Post in *channel* again, as its product takes messages there."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        self._connection.execute(update(teams).where(here).values(unreachable=""))

    def get_home_team(self, person: Person) -> Team | None:
        """The one team that *person* counts in: where they joined, else where declared.

        It is the team of all their accounts, see `LinkedAccounts`.
        """
        person = LinkedAccounts(self._connection).resolve_account(person)
        told = {"at": person.workspace, "who": person.id}
        home = self._connection.scalar(_SELECT_HOME_TEAM, told) or self._connection.scalar(
            _SELECT_DECLARED_TEAM, told
        )
        return self.get(home) if home else None

    def get_person_and_team(self, person: Person) -> tuple[Clinician, Team | None]:
        """What is kept about *person*, and the team that they count in, see :meth:`home_of`."""
        told = {"at": person.workspace, "who": person.id}
        found = self._connection.execute(_SELECT_PERSON_AND_TEAM, told).one_or_none()
        if found:
            return parse_clinician_row(found), _parse_team_row(*found[-len(_TEAM_COLUMNS) :])
        return People(self._connection).get(person), self.get_home_team(person)

    def declare_clinicians(self, team_id: str, persons: Iterable[Person]) -> None:
        """Make *persons* the team's declared clinicians; whoever joined stays on the roster."""
        mine = rosters.c.team == team_id
        self._connection.execute(update(rosters).where(mine).values(declared=False))
        rows = [
            {"team": team_id, "workspace": one.workspace, "person": one.id, "declared": True}
            for one in persons
        ]
        for row in rows:
            upsert_row(self._connection, rosters, row)
        at_home = exists().where(
            people.c.workspace == rosters.c.workspace,
            people.c.id == rosters.c.person,
            people.c.home_team == team_id,
        )
        self._connection.execute(delete(rosters).where(mine, ~rosters.c.declared, ~at_home))

    def count_declared(self, team_id: str) -> int:
        """How many clinicians the set-up declares; this size decides the team's periods."""
        return len(self.list_declared_clinicians(team_id))

    def list_declared_clinicians(self, team_id: str) -> tuple[Person, ...]:
        """Whom the set-up declares as the team's clinicians."""
        return self._fetch_persons(rosters, (rosters.c.team == team_id) & rosters.c.declared)

    def list_roster(self, team_id: str) -> tuple[Person, ...]:
        """Who may contribute to the team's counts: declared, or joined; on check-ins or not."""
        return self._fetch_persons(rosters, rosters.c.team == team_id)

    def set_role_holders(self, team_id: str, role: Role, persons: Iterable[Person]) -> None:
        """Give *role* to *persons* and to nobody else; what they agreed to before stays.

        A supervisor is never counted in the team: one who had joined it is asked no more.
        """
        kept = set(persons)
        if role is Role.SUPERVISOR:
            self._remove_from_team(team_id, kept)
        for one in set(self.list_role_holders(team_id, role)) - kept:
            self._connection.execute(
                delete(roles).where(_matches_person_in_team(one, team_id), _matches_role(role))
            )
        rows = [
            {
                "team": team_id,
                "workspace": one.workspace,
                "person": one.id,
                "role": role.value,
                "agreed": False,
            }
            for one in sorted(kept)
        ]
        insert_missing_rows(self._connection, roles, rows)

    def list_role_holders(self, team_id: str, role: Role) -> tuple[Person, ...]:
        """Who has *role* in the team."""
        return self._fetch_persons(roles, (roles.c.team == team_id) & _matches_role(role))

    def list_roles(self, person: Person) -> tuple[HeldRole, ...]:
        """Every role that *person* has."""
        asked = select(roles).where(_matches_person(person)).order_by(roles.c.team, roles.c.role)
        found = self._connection.execute(asked)
        return tuple(HeldRole(row.team, Role(row.role), row.agreed) for row in found)

    def has_role_holders(self, workspace: str) -> bool:
        """Whether anybody in *workspace* supervises or directs a team yet."""
        there = exists().where(roles.c.team == teams.c.id, teams.c.workspace == workspace)
        return bool(self._connection.scalar(select(there)))

    def save_agreement(self, person: Person, team_id: str) -> None:
        """Keep that *person* agreed to read the team's counts as they are meant."""
        self._connection.execute(
            update(roles).where(_matches_person_in_team(person, team_id)).values(agreed=True)
        )

    def _remove_from_team(self, team_id: str, persons: Iterable[Person]) -> None:
        for one in persons:
            mine = (rosters.c.workspace == one.workspace) & (rosters.c.person == one.id)
            self._connection.execute(delete(rosters).where(rosters.c.team == team_id, mine))
            they = (people.c.workspace == one.workspace) & (people.c.id == one.id)
            change = update(people).where(they, people.c.home_team == team_id)
            self._connection.execute(change.values(home_team="", joined=False))

    def _fetch_teams(self, *where: ColumnElement[bool]) -> tuple[Team, ...]:
        asked = select(teams).where(*where).order_by(teams.c.name, teams.c.id)
        return tuple(_parse_team_row(*row) for row in self._connection.execute(asked))

    def _fetch_persons(self, table: Table, where: ColumnElement[bool]) -> tuple[Person, ...]:
        asked = select(table.c.workspace, table.c.person).where(where)
        asked = asked.order_by(table.c.workspace, table.c.person)
        return tuple(Person(*row) for row in self._connection.execute(asked))


def _matches_person(person: Person) -> ColumnElement[bool]:
    return (roles.c.workspace == person.workspace) & (roles.c.person == person.id)


def _matches_person_in_team(person: Person, team_id: str) -> ColumnElement[bool]:
    return (roles.c.team == team_id) & _matches_person(person)


def _matches_role(role: Role) -> ColumnElement[bool]:
    return roles.c.role == role.value


@lru_cache(maxsize=256)
def _parse_team_row(*values: str | int) -> Team:
    row = SimpleNamespace(**dict(zip(_TEAM_COLUMNS, values, strict=True)))
    return Team(
        id=row.id,
        workspace=row.workspace,
        channel=row.channel,
        name=row.name,
        practice=row.practice,
        language=row.language,
        zone=row.zone,
        checkin_rule=WeeklyRule(row.checkin_day, time.fromisoformat(row.checkin_time)),
        tip_days=tuple(int(day) for day in row.tip_days.split(",") if day),
        tip_time=time.fromisoformat(row.tip_time),
        question=row.question,
        open_to_team=row.open_to_team,
        unreachable_reason=row.unreachable,
        holiday_region=row.holidays,
    )
