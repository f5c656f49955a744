"""Gathers everything that is kept about one person, for that person's own eyes."""

from dataclasses import replace
from datetime import datetime

from bot.conversation import Person
from bot.practice import calendar
from bot.practice.people import Clinician, Role, Team, may_read
from bot.practice.portrait import Portrait, zone_of
from bot.store.books import Books


def portrait(books: Books, person: Person, now: datetime) -> Portrait:
    """Find what is kept about *person* at the instant *now*, in one look at the books."""
    team = books.teams.home_of(person)
    clinician = _as_of(books.people.get(person), team, now)
    reached = team if not clinician.unreachable else None
    slot = calendar.next_checkin(clinician, reached, now) if reached else None
    return Portrait(
        clinician=clinician,
        team=team,
        closes=books.ledger.closing_of(team.id) if team else None,
        intention=books.intentions.of(person),
        next_at=slot.at.astimezone(zone_of(clinician, team)) if slot else None,
        supervises=_held(books, person, Role.SUPERVISOR),
        directs=_held(books, person, Role.DIRECTOR),
        reads=readable(books, person, team),
        agreed=any(one.agreed for one in books.teams.roles_of(person)),
    )


def readable(books: Books, person: Person, home: Team | None) -> tuple[Team, ...]:
    """The teams whose published tables *person*, whose own team is *home*, may read."""
    roles: dict[str, frozenset[Role]] = {}
    for one in books.teams.roles_of(person):
        roles[one.team_id] = roles.get(one.team_id, frozenset()) | {one.role}
    home_id = home.id if home else ""
    ids = dict.fromkeys((*roles, *([home_id] if home_id else [])))
    found = (books.teams.get(team_id) for team_id in ids)
    return tuple(
        team
        for team in found
        if team and may_read(team, roles.get(team.id, frozenset()), on_roster=team.id == home_id)
    )


def _as_of(clinician: Clinician, team: Team | None, now: datetime) -> Clinician:
    """The clinician without a pause that is over."""
    zone = zone_of(clinician, team)
    if calendar.is_paused(clinician.paused_until, now, zone):
        return clinician
    return replace(clinician, paused_until=None)


def _held(books: Books, person: Person, role: Role) -> tuple[Team, ...]:
    held = (one.team_id for one in books.teams.roles_of(person) if one.role is role)
    found = (books.teams.get(team_id) for team_id in held)
    return tuple(team for team in found if team)
