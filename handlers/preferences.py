"""``/checkin``: a clinician's own day and time, a rest, and leaving."""

from datetime import date, datetime

from bot.content.catalogue import Words
from bot.context import Desk
from bot.conversation import Invalid, Reply, Request
from bot.domain import surface
from bot.domain.checkins import preferences
from bot.domain.checkins.preferences import Settings
from bot.domain.people import Role, Team
from bot.domain.person import home_page, privacy_notice
from bot.domain.person.personal_data import Portrait
from bot.elements import Message
from bot.errors import NoTeamError, StaleFormError, UnknownAnswerError
from bot.store.repositories import Books
from bot.workflows.personal_data import portrait


async def opened(request: Request, desk: Desk) -> Reply:
    """Open a clinician's own check-in settings.

    Raises :class:`bot.errors.NoTeamError` to whoever is on no list and in no team's channel.
    """
    words, now = desk.catalogue.words(request.language), desk.now()
    known, team, supervises = await desk.store.read(lambda books: _found(books, request, now))
    if supervises:
        return _said(request, words, preferences.done("supervises", words))
    return preferences.settings(known, team, words)


async def submitted(request: Request, desk: Desk) -> Reply:
    """Keep what a clinician chose for themselves, and say what comes next."""
    words, now = desk.catalogue.words(request.language), desk.now()
    known = await desk.store.read(lambda books: portrait(books, request.person, now))
    chosen = preferences.read(request.answers, known.today(now), words)
    if isinstance(chosen, Invalid):
        return chosen
    kept = await desk.store.write(lambda books: _keep(books, request, chosen, now))
    return _said(request, words, preferences.changed(kept, words))


async def pause(request: Request, desk: Desk) -> Reply:
    """Ask until when check-ins rest; whoever is not asked at all sees their settings instead."""
    known = await desk.store.read(lambda books: books.people.get(request.person))
    if not known.joined:
        return await opened(request, desk)
    return preferences.pause(desk.catalogue.words(request.language))


async def paused(request: Request, desk: Desk) -> Reply:
    """Rest until the chosen day."""
    words, now = desk.catalogue.words(request.language), desk.now()
    known = await desk.store.read(lambda books: portrait(books, request.person, now))
    until = preferences.read_until(request.answers, known.today(now), words)
    if isinstance(until, Invalid):
        return until
    return await _rest(request, desk, until)


async def resumed(request: Request, desk: Desk) -> Reply:
    """End a rest."""
    return await _rest(request, desk, None)


async def again(request: Request, desk: Desk) -> Reply:
    """Ask weekly again whoever let check-ins pass."""
    words, now = desk.catalogue.words(request.language), desk.now()

    def keep(books: Books) -> Portrait:
        books.people.set_quiet(request.person, 0)
        return portrait(books, request.person, now)

    known = await desk.store.write(keep)
    if surface.is_home(request):
        return home_page.page(known, words, home_page.spoken(desk.catalogue))
    return _said(request, words, preferences.back(known, words))


async def left(request: Request, desk: Desk) -> Reply:
    """Leave at once; what was planned is taken back."""
    words, now = desk.catalogue.words(request.language), desk.now()

    def leave(books: Books) -> Portrait:
        books.people.leave(request.person)
        return portrait(books, request.person, now)

    known = await desk.store.write(leave)
    if surface.is_home(request):
        return home_page.page(known, words, home_page.spoken(desk.catalogue))
    return _said(request, words, preferences.done("left", words))


async def menu(request: Request, desk: Desk) -> Reply:
    """Do what was chosen from a check-in's menu: rest, leave, or see what is kept."""
    words, now = desk.catalogue.words(request.language), desk.now()
    match request.data:
        case "pause":
            return await pause(request, desk)
        case "leave":
            return await left(request, desk)
        case "kept":
            return _said(request, words, privacy_notice.notice(words))
        case code if code in preferences.SNOOZES:
            known = await desk.store.read(lambda books: portrait(books, request.person, now))
            return await _rest(request, desk, known.today(now) + preferences.SNOOZES[code])
    raise UnknownAnswerError


async def _rest(request: Request, desk: Desk, until: date | None) -> Reply:
    words, now = desk.catalogue.words(request.language), desk.now()

    def keep(books: Books) -> Portrait:
        books.people.pause(request.person, until)
        books.people.set_quiet(request.person, 0)
        return portrait(books, request.person, now)

    known = await desk.store.write(keep)
    if surface.is_home(request):
        return home_page.page(known, words, home_page.spoken(desk.catalogue))
    return _said(request, words, preferences.rested(known, words))


def _said(request: Request, words: Words, message: Message) -> Reply:
    return surface.beside(request, words, words.say("home.done.title"), message)


def _found(books: Books, request: Request, now: datetime) -> tuple[Portrait, Team, bool]:
    """The person, the team whose rhythm is theirs, and whether they supervise it."""
    person = request.person
    known = portrait(books, person, now)
    team = known.team or books.teams.at(person.workspace, request.channel)
    if team is None:
        raise NoTeamError
    return known, team, person in books.teams.holders(team.id, Role.SUPERVISOR)


def _keep(books: Books, request: Request, chosen: Settings, now: datetime) -> Portrait:
    person = request.person
    team = books.teams.home_of(person) or books.teams.get(request.data)
    if team is None or team.workspace != person.workspace:
        raise StaleFormError
    if person in books.teams.holders(team.id, Role.SUPERVISOR):
        raise StaleFormError
    before = books.people.get(person)
    if not chosen.joined:
        books.people.leave(person)
        return portrait(books, person, now)
    if not before.joined or before.unreachable:
        books.people.join(person, team.id)
    if before.rule or chosen.rule != team.checkin:
        books.people.set_rule(person, chosen.rule)
    if before.paused_until != chosen.rests_until:
        books.people.pause(person, chosen.rests_until)
    books.people.set_work_days(person, chosen.work_days)
    books.people.set_quiet(person, 0)
    return portrait(books, person, now)
