"""Joining the weekly check-in: from the team's card, by command or from one's own page."""

from datetime import datetime

from bot.context import Desk
from bot.conversation import Reply, Request
from bot.domain import surface
from bot.domain.checkins import preferences
from bot.domain.people import Role, Team
from bot.domain.person import home_page
from bot.domain.person.personal_data import Portrait
from bot.errors import NoTeamError
from bot.store.repositories import Books
from bot.workflows.personal_data import portrait


async def joined(request: Request, desk: Desk) -> Reply:
    """Let a clinician join, and tell them alone what happens next.

    Raises :class:`bot.errors.NoTeamError` to whoever is on no list and in no team's channel.
    """
    words, now = desk.catalogue.words(request.language), desk.now()
    outcome, known = await desk.store.write(lambda books: _join(books, request, now))
    if surface.is_home(request):
        return home_page.page(known, words, home_page.spoken(desk.catalogue))
    done = preferences.joined(outcome, known, words)
    return surface.beside(request, words, words.say("home.done.title"), done)


def _join(books: Books, request: Request, now: datetime) -> tuple[str, Portrait]:
    """Join the person's home team, else the channel's; say which way it went."""
    person = request.person
    here = books.teams.at(person.workspace, request.channel)
    team = books.teams.home_of(person) or here
    if team is None:
        raise NoTeamError
    if person in books.teams.holders(team.id, Role.SUPERVISOR):
        return "supervises", portrait(books, person, now)
    before = books.people.get(person)
    if before.joined and not before.unreachable:
        books.people.set_quiet(person, 0)
        return "already", portrait(books, person, now)
    books.people.join(person, team.id)
    return _which(here, team), portrait(books, person, now)


def _which(here: Team | None, home_team: Team) -> str:
    return "elsewhere" if here and here.id != home_team.id else "joined"
