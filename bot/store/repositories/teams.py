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
from bot.store.repositories.linked_accounts import Aliases
from bot.store.repositories.people import People, clinician
from bot.store.schema import aliases, people, roles, rosters, teams
from bot.store.upsert import add, put

_REASON = 60

_TEAM = select(teams).where(teams.c.id == bindparam("this"))
_JOINED = select(people.c.home_team).where(
    people.c.workspace == bindparam("at"), people.c.id == bindparam("who")
)
_DECLARED = select(func.min(rosters.c.team)).where(
    rosters.c.workspace == bindparam("at"), rosters.c.person == bindparam("who")
)
_COLUMNS = tuple(column.name for column in teams.columns)
_AT_HOME = (
    select(people, *(column.label(f"team_{column.name}") for column in teams.columns))
    .join_from(people, teams, teams.c.id == people.c.home_team)
    .where(people.c.workspace == bindparam("at"), people.c.id == bindparam("who"))
    .where(
        ~exists().where(
            aliases.c.workspace == bindparam("at"), aliases.c.person == bindparam("who")
        )
    )
)
"""Whoever joined and has one account, with their team, in one look: most messages need both."""


@dataclass(frozen=True)
class Held:
    """A role that a person has in a team; ``agreed`` to read its counts as they are meant."""

    team_id: str
    role: Role
    agreed: bool


class Teams:
    """Clinicians supervised together, as their set-up declares them."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def get(self, team_id: str) -> Team | None:
        """Find a team by its id."""
        found = self._connection.execute(_TEAM, {"this": team_id}).one_or_none()
        return _team(*found) if found else None

    def at(self, workspace: str, channel: str) -> Team | None:
        """Find the team whose channel this is."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        return next(iter(self._found(here)), None)

    def every(self, workspace: str | None = None) -> tuple[Team, ...]:
        """All teams, or all of one workspace, by name."""
        return self._found(*([teams.c.workspace == workspace] if workspace else []))

    def siblings(self, team: Team) -> tuple[Team, ...]:
        """All teams of the same practice, this one included; itself alone when it names none."""
        if not team.practice:
            return (team,)
        return self._found(teams.c.workspace == team.workspace, teams.c.practice == team.practice)

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
            "checkin_day": team.checkin.weekday,
            "checkin_time": team.checkin.at.isoformat("minutes"),
            "tip_days": ",".join(map(str, team.tip_days)),
            "tip_time": team.tip_at.isoformat("minutes"),
            "question": team.question,
            "open_to_team": team.open_to_team,
            "unreachable": "",
            "holidays": team.holidays,
        }
        put(self._connection, teams, row)

    def mark_unreachable(self, workspace: str, channel: str, reason: str) -> bool:
        """Post nothing more in *channel* until its set-up is saved again; ``True`` when news."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        change = update(teams).where(here, teams.c.unreachable == "")
        kept = reason[:_REASON] or "unknown"
        Deliveries(self._connection).withdraw_in(workspace, channel)
        return self._connection.execute(change.values(unreachable=kept)).rowcount == 1

    def mark_reachable(self, workspace: str, channel: str) -> None:
        """Post in *channel* again, as its product takes messages there."""
        here = (teams.c.workspace == workspace) & (teams.c.channel == channel)
        self._connection.execute(update(teams).where(here).values(unreachable=""))

    def home_of(self, person: Person) -> Team | None:
        """The one team that *person* counts in: where they joined, else where declared.

        It is the team of all their accounts, see `LinkedAccounts`.
        """
        person = Aliases(self._connection).of(person)
        told = {"at": person.workspace, "who": person.id}
        home = self._connection.scalar(_JOINED, told) or self._connection.scalar(_DECLARED, told)
        return self.get(home) if home else None

    def at_home(self, person: Person) -> tuple[Clinician, Team | None]:
        """What is kept about *person*, and the team that they count in, see :meth:`home_of`."""
        told = {"at": person.workspace, "who": person.id}
        found = self._connection.execute(_AT_HOME, told).one_or_none()
        if found:
            return clinician(found), _team(*found[-len(_COLUMNS) :])
        return People(self._connection).get(person), self.home_of(person)

    def declare(self, team_id: str, persons: Iterable[Person]) -> None:
        """Make *persons* the team's declared clinicians; whoever joined stays on the roster."""
        mine = rosters.c.team == team_id
        self._connection.execute(update(rosters).where(mine).values(declared=False))
        rows = [
            {"team": team_id, "workspace": one.workspace, "person": one.id, "declared": True}
            for one in persons
        ]
        for row in rows:
            put(self._connection, rosters, row)
        at_home = exists().where(
            people.c.workspace == rosters.c.workspace,
            people.c.id == rosters.c.person,
            people.c.home_team == team_id,
        )
        self._connection.execute(delete(rosters).where(mine, ~rosters.c.declared, ~at_home))

    def declared(self, team_id: str) -> int:
        """How many clinicians the set-up declares; this size decides the team's periods."""
        return len(self.declared_people(team_id))

    def declared_people(self, team_id: str) -> tuple[Person, ...]:
        """Whom the set-up declares as the team's clinicians."""
        return self._people(rosters, (rosters.c.team == team_id) & rosters.c.declared)

    def roster(self, team_id: str) -> tuple[Person, ...]:
        """Who may contribute to the team's counts: declared, or joined; on check-ins or not."""
        return self._people(rosters, rosters.c.team == team_id)

    def set_holders(self, team_id: str, role: Role, persons: Iterable[Person]) -> None:
        """Give *role* to *persons* and to nobody else; what they agreed to before stays.

        A supervisor is never counted in the team: one who had joined it is asked no more.
        """
        kept = set(persons)
        if role is Role.SUPERVISOR:
            self._dismiss(team_id, kept)
        for one in set(self.holders(team_id, role)) - kept:
            self._connection.execute(delete(roles).where(_holds(one, team_id), _plays(role)))
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
        add(self._connection, roles, rows)

    def holders(self, team_id: str, role: Role) -> tuple[Person, ...]:
        """Who has *role* in the team."""
        return self._people(roles, (roles.c.team == team_id) & _plays(role))

    def roles_of(self, person: Person) -> tuple[Held, ...]:
        """Every role that *person* has."""
        asked = select(roles).where(_of(person)).order_by(roles.c.team, roles.c.role)
        found = self._connection.execute(asked)
        return tuple(Held(row.team, Role(row.role), row.agreed) for row in found)

    def has_roles(self, workspace: str) -> bool:
        """Whether anybody in *workspace* supervises or directs a team yet."""
        there = exists().where(roles.c.team == teams.c.id, teams.c.workspace == workspace)
        return bool(self._connection.scalar(select(there)))

    def agree(self, person: Person, team_id: str) -> None:
        """Keep that *person* agreed to read the team's counts as they are meant."""
        self._connection.execute(update(roles).where(_holds(person, team_id)).values(agreed=True))

    def _dismiss(self, team_id: str, persons: Iterable[Person]) -> None:
        for one in persons:
            mine = (rosters.c.workspace == one.workspace) & (rosters.c.person == one.id)
            self._connection.execute(delete(rosters).where(rosters.c.team == team_id, mine))
            they = (people.c.workspace == one.workspace) & (people.c.id == one.id)
            change = update(people).where(they, people.c.home_team == team_id)
            self._connection.execute(change.values(home_team="", joined=False))

    def _found(self, *where: ColumnElement[bool]) -> tuple[Team, ...]:
        asked = select(teams).where(*where).order_by(teams.c.name, teams.c.id)
        return tuple(_team(*row) for row in self._connection.execute(asked))

    def _people(self, table: Table, where: ColumnElement[bool]) -> tuple[Person, ...]:
        asked = select(table.c.workspace, table.c.person).where(where)
        asked = asked.order_by(table.c.workspace, table.c.person)
        return tuple(Person(*row) for row in self._connection.execute(asked))


def _of(person: Person) -> ColumnElement[bool]:
    return (roles.c.workspace == person.workspace) & (roles.c.person == person.id)


def _holds(person: Person, team_id: str) -> ColumnElement[bool]:
    return (roles.c.team == team_id) & _of(person)


def _plays(role: Role) -> ColumnElement[bool]:
    return roles.c.role == role.value


@lru_cache(maxsize=256)
def _team(*kept: str | int) -> Team:
    row = SimpleNamespace(**dict(zip(_COLUMNS, kept, strict=True)))
    return Team(
        id=row.id,
        workspace=row.workspace,
        channel=row.channel,
        name=row.name,
        practice=row.practice,
        language=row.language,
        zone=row.zone,
        checkin=WeeklyRule(row.checkin_day, time.fromisoformat(row.checkin_time)),
        tip_days=tuple(int(day) for day in row.tip_days.split(",") if day),
        tip_at=time.fromisoformat(row.tip_time),
        question=row.question,
        open_to_team=row.open_to_team,
        unreachable=row.unreachable,
        holidays=row.holidays,
    )
