"""Gathers everything that is kept about one person, for that person's own eyes."""

from dataclasses import replace
from datetime import datetime

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.checkins import scheduling
from bot.domain.people import Clinician, Role, Team, may_read
from bot.domain.person.personal_data import Portrait, zone_of
from bot.store.repositories import Books


def portrait(books: Books, person: Person, now: datetime) -> Portrait:
    """Find what is kept about *person* at the instant *now*, in one look at the books."""
    team = books.teams.home_of(person)
    kept = books.people.get(person)
    clinician, slot = _as_of(kept, team, now), None
    if team and kept.joined and not kept.unreachable:
        settled = books.deliveries.settled(scheduling.KIND, person)
        slot = scheduling.coming(scheduling.rhythm(kept, team), kept.quiet, now, settled)
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


def roles_in(books: Books, person: Person) -> dict[str, frozenset[Role]]:
    """What *person* is to each team; whoever directs one team of a practice directs them all."""
    found: dict[str, frozenset[Role]] = {}
    for held in books.teams.roles_of(person):
        team = books.teams.get(held.team_id)
        reach = books.teams.siblings(team) if team and held.role is Role.DIRECTOR else ()
        for team_id in sorted({held.team_id, *(sibling.id for sibling in reach)}):
            found[team_id] = found.get(team_id, frozenset()) | {held.role}
    return found


def readable(books: Books, person: Person, home: Team | None) -> tuple[Team, ...]:
    """The teams whose published tables *person*, whose own team is *home*, may read."""
    roles = roles_in(books, person)
    home_id = home.id if home else ""
    ids = dict.fromkeys((*sorted(roles), *([home_id] if home_id else [])))
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
    held = (team_id for team_id, roles in roles_in(books, person).items() if role in roles)
    found = (books.teams.get(team_id) for team_id in held)
    return tuple(team for team in found if team)
