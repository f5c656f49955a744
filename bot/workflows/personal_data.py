"""Load all data stored about one person, and the teams whose tables the person may read."""

from dataclasses import replace
from datetime import datetime

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.checkins import scheduling
from bot.domain.people import Clinician, Role, Team, may_read_tables
from bot.domain.person.personal_data import PersonalData, resolve_zone
from bot.store.repositories import Repositories


def load_personal_data(repos: Repositories, person: Person, now: datetime) -> PersonalData:
    """Load the data stored about *person* at the instant *now*, in one transaction."""
    team = repos.teams.get_home_team(person)
    stored_clinician = repos.people.get(person)
    clinician, slot = _drop_expired_pause(stored_clinician, team, now), None
    if team and stored_clinician.has_joined and not stored_clinician.unreachable_reason:
        settled_weeks = repos.deliveries.settled_slots(scheduling.CHECKIN_KIND, person)
        slot = scheduling.next_slot(
            scheduling.build_schedule(stored_clinician, team),
            stored_clinician.unanswered_count,
            now,
            settled_weeks,
        )
    return PersonalData(
        clinician=clinician,
        team=team,
        period_close=repos.slips.next_close_of_team(team.id) if team else None,
        intention=repos.intentions.get_intention(person),
        next_checkin_at=slot.due_at.astimezone(resolve_zone(clinician, team)) if slot else None,
        supervised_teams=_teams_with_role(repos, person, Role.SUPERVISOR),
        directed_teams=_teams_with_role(repos, person, Role.DIRECTOR),
        readable_teams=load_readable_teams(repos, person, team),
        has_agreed=any(grant.has_agreed for grant in repos.teams.list_roles(person)),
    )


def roles_by_team(repos: Repositories, person: Person) -> dict[str, frozenset[Role]]:
    """Return the roles of *person* by team id.

    A director of one team of a practice is a director of all its teams.
    """
    roles: dict[str, frozenset[Role]] = {}
    for grant in repos.teams.list_roles(person):
        team = repos.teams.get(grant.team_id)
        practice_teams = (
            repos.teams.list_practice_teams(team) if team and grant.role is Role.DIRECTOR else ()
        )
        for team_id in sorted({grant.team_id, *(sibling.id for sibling in practice_teams)}):
            roles[team_id] = roles.get(team_id, frozenset()) | {grant.role}
    return roles


def load_readable_teams(
    repos: Repositories, person: Person, home_team: Team | None
) -> tuple[Team, ...]:
    """Return the teams whose published tables *person*, of *home_team*, may read."""
    roles = roles_by_team(repos, person)
    home_id = home_team.id if home_team else ""
    ids = dict.fromkeys((*sorted(roles), *([home_id] if home_id else [])))
    teams = (repos.teams.get(team_id) for team_id in ids)
    return tuple(
        team
        for team in teams
        if team
        and may_read_tables(team, roles.get(team.id, frozenset()), on_roster=team.id == home_id)
    )


def _drop_expired_pause(clinician: Clinician, team: Team | None, now: datetime) -> Clinician:
    """Return *clinician* without a pause that has expired."""
    zone = resolve_zone(clinician, team)
    if calendar.is_paused(clinician.paused_until, now, zone):
        return clinician
    return replace(clinician, paused_until=None)


def _teams_with_role(repos: Repositories, person: Person, role: Role) -> tuple[Team, ...]:
    team_ids = (team_id for team_id, roles in roles_by_team(repos, person).items() if role in roles)
    teams = (repos.teams.get(team_id) for team_id in team_ids)
    return tuple(team for team in teams if team)
