"""``/rupture``: two taps on a strained moment, kept for the counts, and a guide for it."""

import secrets
from datetime import date, datetime

from bot.content.model import Sign
from bot.context import Desk
from bot.conversation import UNKNOWN, Invalid, Person, Reply, Request
from bot.domain import surface
from bot.domain.checkins import questions
from bot.domain.debriefs import debrief_form, follow_ups, guides
from bot.domain.people import Role
from bot.domain.person import privacy_notice
from bot.elements import Text
from bot.store.repositories import Books
from bot.workflows.personal_data import portrait


async def opened(request: Request, desk: Desk) -> Reply:
    """Open the debrief form; whoever typed words is told first that they were thrown away."""
    words = desk.catalogue.words(request.language)
    opening = words.say("usage.discarded") if request.keyword == UNKNOWN else ""

    def policy(books: Books) -> tuple[str, ...]:
        team = books.teams.home_of(request.person)
        return privacy_notice.policy(words, team, _until(books, request.person))

    return debrief_form.form(words, opening=opening, policy=await desk.store.read(policy))


async def submitted(request: Request, desk: Desk) -> Reply:
    """Keep what may be counted, once however often it arrives, and answer with the guide."""
    words, now = desk.catalogue.words(request.language), desk.now()
    debrief = debrief_form.read(request.answers)

    def keep(books: Books) -> tuple[str, tuple[str, ...]]:
        until = _until(books, request.person)
        if books.inbox.first("debrief", request.key, now.date()):
            codes = {"form": debrief.form, "status": debrief.status}
            until = books.ledger.file(request.person, codes, now).until
        on_a_roster = books.teams.home_of(request.person) is not None
        filed = privacy_notice.filed(words, on_a_roster=on_a_roster, until=until)
        return filed, _supervisors(books, request.person)

    filed, supervisors = await desk.store.write(keep)
    return guides.guide(debrief, words, supervisors=supervisors, filed=filed)


async def withdraw(request: Request, desk: Desk) -> Reply:
    """Ask before anything is taken back."""
    return privacy_notice.withdrawal(desk.catalogue.words(request.language))


async def withdrawn(request: Request, desk: Desk) -> Reply:
    """Take back everything the person filed in the open period; nobody is told.

    The answer is the same whether or not there was anything, so that nobody can be made
    to show whether they had filed.
    """
    words, now = desk.catalogue.words(request.language), desk.now()
    await desk.store.write(lambda books: books.ledger.withdraw(request.person, now))
    done = Text(words.say("privacy.withdraw.done"))
    return surface.read_only(words, words.say("privacy.withdraw.title"), (done,))


async def choose(request: Request, desk: Desk) -> Reply:
    """Ask for the two codes of a guide that is only read."""
    return guides.chooser(desk.catalogue.words(request.language))


async def chosen(request: Request, desk: Desk) -> Reply:
    """Show the guide for two codes without filing anything."""
    words = desk.catalogue.words(request.language)
    supervisors = await desk.store.read(lambda books: _supervisors(books, request.person))
    return guides.guide(debrief_form.read(request.answers), words, supervisors=supervisors)


async def deeper(request: Request, desk: Desk) -> Reply:
    """Ask what refines the guide; whoever joined may also wish to be asked again."""
    words, now = desk.catalogue.words(request.language), desk.now()
    form = debrief_form.deeper(debrief_form.read_data(request.data), words)
    known = await desk.store.read(lambda books: portrait(books, request.person, now))
    return (
        follow_ups.offered(form, words)
        if follow_ups.may_be_asked(known, known.today(now))
        else form
    )


async def deepened(request: Request, desk: Desk) -> Reply:
    """Refine the guide in place; nothing is kept but the wish to be asked again, if any."""
    words = desk.catalogue.words(request.language)
    refinement = debrief_form.read_deeper(request.data, request.answers, words)
    if isinstance(refinement, Invalid):
        return refinement
    debrief, person = debrief_form.read_data(request.data), request.person
    supervisors = await desk.store.read(lambda books: _supervisors(books, person))
    guide = guides.guide(debrief, words, refinement, supervisors=supervisors)
    if not follow_ups.wished(request):
        return guide
    sign = questions.deal(words.signs, secrets.randbelow)
    await desk.store.write(lambda books: _remember(books, person, sign, desk.now()))
    return follow_ups.promised(guide, sign, words)


def _until(books: Books, person: Person) -> date | None:
    """The day before which what *person* files now can be taken back."""
    team = books.teams.home_of(person)
    return books.ledger.closing_of(team.id) if team else None


def _supervisors(books: Books, person: Person) -> tuple[str, ...]:
    """Whom the clinician may write to, in the product that they use now."""
    team = books.teams.home_of(person)
    holders = books.teams.holders(team.id, Role.SUPERVISOR) if team else ()
    return tuple(one.id for one in holders if one != person and one.workspace == person.workspace)


def _remember(books: Books, person: Person, sign: Sign, now: datetime) -> None:
    """Keep the wish to be asked again, for 8 days, with no link to the debrief."""
    known = portrait(books, person, now)
    books.intentions.keep(person, follow_ups.intention(sign, known, known.today(now)))
