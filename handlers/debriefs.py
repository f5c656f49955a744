"""``/debriefs``: what a team's debriefs add up to, once a period is over."""

from dataclasses import dataclass
from datetime import date

from bot.context import Desk
from bot.conversation import Person, Reply, Request
from bot.domain import surface
from bot.domain.counts import reports
from bot.domain.counts.reports import Published, Shelf
from bot.domain.people import Team
from bot.errors import NotTheirTeamError
from bot.store.repositories import Books
from bot.store.repositories.releases import Release
from bot.workflows.personal_data import readable, roles_in


@dataclass(frozen=True)
class _Reader:
    """Somebody who asks for counts: whose they may read, and whether they agreed first."""

    teams: tuple[Team, ...]
    agreed: bool
    on_roster: bool


async def asked(request: Request, desk: Desk) -> Reply:
    """Show the newest tables to whoever may read them, after the agreement; others hear why not."""
    reader = await desk.store.read(lambda books: _reader(books, request.person))
    words = desk.catalogue.words(request.language)
    if not reader.teams:
        refused = reports.refused(words, on_roster=reader.on_roster)
        return surface.beside(request, words, words.say("debriefs.title"), refused)
    if not reader.agreed:
        return reports.agreement(words)
    return await _page(request, desk, reader.teams[0].id, None)


async def agreed(request: Request, desk: Desk) -> Reply:
    """Keep the agreement, once for each role, and show the newest tables."""
    person = request.person

    def agree(books: Books) -> _Reader:
        for held in books.teams.roles_of(person):
            books.teams.agree(person, held.team_id)
        return _reader(books, person)

    reader = await desk.store.write(agree)
    if not reader.teams:
        raise NotTheirTeamError
    return await _page(request, desk, reader.teams[0].id, None)


async def turned(request: Request, desk: Desk) -> Reply:
    """Turn to another period or another team."""
    team_id, closes = reports.read_data(request.data)
    return await _page(request, desk, team_id, closes)


async def _page(request: Request, desk: Desk, team_id: str, closes: date | None) -> Reply:
    words = desk.catalogue.words(request.language)
    week = desk.now().toordinal() // 7
    shelf = await desk.store.read(lambda books: _shelf(books, request.person, team_id, week))
    message = reports.page(shelf, closes, words)
    return surface.beside(request, words, words.say("debriefs.title"), message)


def _reader(books: Books, person: Person) -> _Reader:
    home, held = books.teams.home_of(person), books.teams.roles_of(person)
    return _Reader(
        readable(books, person, home),
        agreed=all(one.agreed for one in held),
        on_roster=home is not None,
    )


def _shelf(books: Books, person: Person, team_id: str, week: int) -> Shelf:
    """What was published of the team; NotTheirTeamError for whoever may not read it."""
    reader = _reader(books, person)
    found = [team for team in reader.teams if team.id == team_id]
    if not found or not reader.agreed:
        raise NotTheirTeamError
    return Shelf(
        team=found[0],
        tables=tuple(_published(one, team_id) for one in books.releases.of_team(team_id)),
        closes=books.ledger.closing_of(team_id),
        others=tuple(team for team in reader.teams if team.id != team_id),
        by_role=team_id in roles_in(books, person),
        week=week,
    )


def _published(release: Release, team_id: str) -> Published:
    shared = release.unit != f"team:{team_id}"
    return Published(release.opens, release.closes, release.cap, shared, release.table)
