"""Gathers everything that is kept about one person, for that person's own eyes."""

from dataclasses import replace
from datetime import datetime

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.checkins import scheduling
from bot.domain.people import Clinician, Role, Team, may_read_tables
from bot.domain.person.personal_data import PersonalData, resolve_zone
from bot.store.repositories import Repositories


def load_personal_data(repos: Repositories, person: Person, now: datetime) -> PersonalData:
    """Find what is kept about *person* at the instant *now*, in one look at the books."""
    team = repos.teams.get_home_team(person)
    kept = repos.people.get(person)
    clinician, slot = _drop_expired_pause(kept, team, now), None
    if team and kept.has_joined and not kept.unreachable_reason:
        settled = repos.deliveries.settled_slots(scheduling.CHECKIN_KIND, person)
        slot = scheduling.next_slot(
            scheduling.build_schedule(kept, team), kept.unanswered_count, now, settled
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
        has_agreed=any(one.has_agreed for one in repos.teams.list_roles(person)),
    )


def roles_by_team(repos: Repositories, person: Person) -> dict[str, frozenset[Role]]:
    """What *person* is to each team; whoever directs one team of a practice directs them all."""
    found: dict[str, frozenset[Role]] = {}
    for held in repos.teams.list_roles(person):
        team = repos.teams.get(held.team_id)
        reach = repos.teams.list_practice_teams(team) if team and held.role is Role.DIRECTOR else ()
        for team_id in sorted({held.team_id, *(sibling.id for sibling in reach)}):
            found[team_id] = found.get(team_id, frozenset()) | {held.role}
    return found


def load_readable_teams(
    repos: Repositories, person: Person, home_team: Team | None
) -> tuple[Team, ...]:
    """The teams whose published tables *person*, whose own team is *home*, may read."""
    roles = roles_by_team(repos, person)
    home_id = home_team.id if home_team else ""
    ids = dict.fromkeys((*sorted(roles), *([home_id] if home_id else [])))
    found = (repos.teams.get(team_id) for team_id in ids)
    return tuple(
        team
        for team in found
        if team
        and may_read_tables(team, roles.get(team.id, frozenset()), on_roster=team.id == home_id)
    )


def _drop_expired_pause(clinician: Clinician, team: Team | None, now: datetime) -> Clinician:
    """The clinician without a pause that is over."""
    zone = resolve_zone(clinician, team)
    if calendar.is_paused(clinician.paused_until, now, zone):
        return clinician
    return replace(clinician, paused_until=None)


def _teams_with_role(repos: Repositories, person: Person, role: Role) -> tuple[Team, ...]:
    held = (team_id for team_id, roles in roles_by_team(repos, person).items() if role in roles)
    found = (repos.teams.get(team_id) for team_id in held)
    return tuple(team for team in found if team)
