"""Teams, clinicians and roles, with the authorization rules between them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from bot.conversation import Person
from bot.domain import permissions
from bot.domain.calendar import WeeklyRule
from bot.domain.permissions import AccessRole, PersonAccess, Right


class Role(Enum):
    """A person's role in a team, independent of being one of its clinicians."""

    SUPERVISOR = "supervisor"
    DIRECTOR = "director"


@dataclass(frozen=True)
class Team:
    """A group of clinicians supervised together, as its set-up describes it.

    ``zone`` is an IANA name, the default where a person's own zone is unknown; ``tip_days`` are ISO
    weekdays. ``question`` is the question of the next period's breakdown: ``form`` or ``status``.
    ``open_to_team`` grants the whole roster read access to its supervisors' tables.
    ``unreachable_reason`` is the error that stopped posting in its channel. ``holiday_region`` is
    the region of its public holidays, such as ``CA-QC``; ``""`` for none. ``is_removed`` is True
    for a team that an operator has removed: it has no channel and no list; its tables are read.
    """

    id: str
    workspace: str
    channel: str
    name: str
    practice: str
    language: str
    zone: str
    checkin_rule: WeeklyRule
    tip_days: tuple[int, ...]
    tip_time: time
    question: str
    open_to_team: bool
    unreachable_reason: str = ""
    holiday_region: str = ""
    is_removed: bool = False


@dataclass(frozen=True)
class ClinicianProfile:
    """What is stored about a person in the open; it contains no answers.

    ``rule`` is the person's own day and time, ``None`` for the team's default. ``paused_until`` is
    the first local day on which check-ins are allowed again. ``unreachable_reason`` is the error
    that stopped deliveries. ``work_days`` are the ISO weekdays on which the person works, ``()``
    when not selected. ``closed_since`` is the day on which the product first reported the account
    as closed, ``None`` for one that is not.
    """

    person: Person
    language: str
    locale: str
    zone: str
    rule: WeeklyRule | None
    paused_until: date | None
    has_joined: bool
    home_team_id: str
    unreachable_reason: str
    work_days: tuple[int, ...] = ()
    closed_since: date | None = None


@dataclass(frozen=True, kw_only=True)
class Clinician(ClinicianProfile):
    """All data stored about a person, with what is in their team's sealed record.

    ``unanswered_count`` counts unanswered check-ins in a row, 0 to 6.
    """

    unanswered_count: int


class SetupEditor(Enum):
    """Who may edit a team's set-up, as seen by the requesting person."""

    THIS_PERSON = "this_person"
    AN_ADMIN = "an_admin"
    OTHERS = "others"


def find_setup_editor(person: Person, supervisors: Collection[Person]) -> SetupEditor:
    """Return who may edit the set-up of a team with *supervisors*, as seen by *person*.

    The supervisors may. While a team has none, as a new team, an admin of the workspace may.
    """
    if person in supervisors:
        return SetupEditor.THIS_PERSON
    return SetupEditor.OTHERS if supervisors else SetupEditor.AN_ADMIN


def describe_editor_access(editor: SetupEditor, *, is_admin: bool) -> PersonAccess:
    """Return the access to one set-up of the person, an admin or not, who sees *editor*."""
    held_roles = {
        AccessRole.SUPERVISOR: editor is SetupEditor.THIS_PERSON,
        AccessRole.ADMIN: is_admin,
    }
    return PersonAccess(
        frozenset(role for role, is_held in held_roles.items() if is_held),
        is_of_requested_team=True,
        is_unsupervised=editor is SetupEditor.AN_ADMIN,
    )


def may_edit_team(editor: SetupEditor, *, is_admin: bool) -> bool:
    """Return whether the requesting person, an admin or not, may edit the set-up."""
    return permissions.has_right(Right.EDITOR, describe_editor_access(editor, is_admin=is_admin))


def may_name_practice(editor: SetupEditor) -> bool:
    """Return whether the requesting person may change the practice in a set-up.

    Only an admin may: to name a practice is to read its pooled counts, which would give a
    team's own supervisors access to the counts of another practice.
    """
    return editor is SetupEditor.AN_ADMIN


def may_read_tables(team: Team, roles: frozenset[Role], *, on_roster: bool) -> bool:
    """Return whether a person with *roles* in *team* may read its published tables.

    Supervisors and directors of the team may. Its clinicians may when the team has opened its
    tables to the roster. A role in another team grants no access.
    """
    return bool(roles) or (on_roster and team.open_to_team)


def may_share_with_team(roles: frozenset[Role]) -> bool:
    """Return whether a person with *roles* in a team may share a question with its channel.

    Its supervisors may: a director reads the counts of a team and does not lead its hour.
    """
    return Role.SUPERVISOR in roles


def select_readable_teams(
    teams: Iterable[Team], roles: Mapping[str, frozenset[Role]], home_team: Team | None
) -> tuple[Team, ...]:
    """Return the teams whose published tables a person may read, by id, the home team last.

    *teams* are the candidates besides *home_team*; *roles* are the person's by team id.
    """
    candidates = {team.id: team for team in sorted(teams, key=lambda team: team.id)}
    home_id = home_team.id if home_team else ""
    if home_team:
        candidates.setdefault(home_id, home_team)
    return tuple(
        team
        for team in candidates.values()
        if may_read_tables(team, roles.get(team.id, frozenset()), on_roster=team.id == home_id)
    )


def is_same_practice(team: Team, other: Team) -> bool:
    """Return whether both teams are in one practice; a blank practice is no practice."""
    return team.id == other.id or (
        team.practice != "" and (team.workspace, team.practice) == (other.workspace, other.practice)
    )


def resolve_roles(
    grants: Iterable[tuple[str, Role]], teams: Collection[Team]
) -> dict[str, frozenset[Role]]:
    """Return a person's roles by team id, from *grants* of (team id, role).

    A director of one team of a practice is a director of all its teams, unless that one was
    removed; *teams* are the granted teams and the other teams of their practices. The order is that
    of the grants.
    """
    teams_by_id = {team.id: team for team in teams}
    roles: dict[str, frozenset[Role]] = {}
    for granted_id, role in grants:
        team, team_ids = teams_by_id.get(granted_id), {granted_id}
        if team and role is Role.DIRECTOR and not team.is_removed:
            team_ids |= {other.id for other in teams if is_same_practice(team, other)}
        for team_id in sorted(team_ids):
            roles[team_id] = roles.get(team_id, frozenset()) | {role}
    return roles


def select_teams_with_role(
    teams: Iterable[Team], roles: Mapping[str, frozenset[Role]], role: Role
) -> tuple[Team, ...]:
    """Return those of *teams* in which a person has *role*, in the order of *roles*."""
    teams_by_id = {team.id: team for team in teams}
    return tuple(
        teams_by_id[team_id]
        for team_id, team_roles in roles.items()
        if role in team_roles and team_id in teams_by_id
    )
