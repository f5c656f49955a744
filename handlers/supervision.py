"""``/supervision``: a team's set-up, by its supervisors, or by an admin while it has none."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

from bot.context import Desk
from bot.conversation import Invalid, Later, Person, Profile, Reply, Request
from bot.domain import surface
from bot.domain.teams import setup_form, setup_submission
from bot.domain.teams.setup_form import NEW
from bot.domain.teams.setup_submission import Plan
from bot.elements import Form, Option
from bot.errors import NotTheirTeamError, UnknownAnswerError, UnknownProfileError
from bot.workflows import team_setup
from bot.workflows.team_setup import Keeper

Work = Callable[[str], Awaitable[Reply]]
"""What is done once somebody is known to be allowed; it is handed their zone, if known."""


async def asked(request: Request, desk: Desk) -> Reply:
    """Open the set-up to whoever may change it; the product says who is an admin."""
    return Later(lambda: _offer(request, desk))


async def chosen(request: Request, desk: Desk) -> Reply:
    """Open the set-up of the team that was chosen."""
    which = request.answers.get("which", ())
    if len(which) != 1:
        raise UnknownAnswerError
    return await _allowed(
        request, desk, which[0], lambda zone: _form(request, desk, which[0], zone)
    )


async def submitted(request: Request, desk: Desk) -> Reply:
    """Keep a team's set-up, or say under each field what cannot be kept."""
    words = desk.catalogue.words(request.language)
    wanted = setup_submission.read(request.answers, desk.catalogue.languages, words)
    if isinstance(wanted, Invalid):
        return wanted
    team_id = _id_of(request)
    ground = await desk.store.read(
        lambda books: team_setup.ground(books, request.person, team_id, wanted)
    )
    if wrong := setup_submission.faults(wanted, ground, words):
        return wrong
    return await _allowed(
        request, desk, request.data, lambda _zone: _save(request, desk, team_id, wanted)
    )


async def introduced(request: Request, desk: Desk) -> Reply:
    """Owe the channel its introduction card once more, at most once a day."""
    return await _allowed(
        request, desk, request.data, lambda _zone: _introduce(request, desk, request.data)
    )


async def _offer(request: Request, desk: Desk) -> Reply:
    words, person = desk.catalogue.words(request.language), request.person
    profile = await _profile(desk, person)
    admin = profile is not None and profile.is_admin
    teams = await desk.store.read(lambda books: team_setup.open_to(books, person, admin=admin))
    ids = [*(team.id for team in teams), *([NEW] if admin else [])]
    if len(ids) == 1:
        return await _form(request, desk, ids[0], profile.zone if profile else "")
    if ids:
        return setup_form.chooser(teams, words, may_create=admin)
    if profile is None:
        raise UnknownProfileError
    refused = setup_form.refused(words)
    return surface.beside(request, words, words.say("supervision.form.title"), refused)


async def _form(request: Request, desk: Desk, team_id: str, zone: str) -> Form:
    languages = tuple(
        Option(tag, desk.catalogue.words(tag).name) for tag in desk.catalogue.languages
    )
    now = await desk.store.read(lambda books: team_setup.current(books, request.person, team_id))
    words = desk.catalogue.words(request.language)
    return setup_form.form(replace(now, zone=zone, languages=languages), words)


async def _save(request: Request, desk: Desk, team_id: str, wanted: Plan) -> Reply:
    person, now = request.person, desk.now()
    saved = await desk.store.write(
        lambda books: team_setup.save(books, person, team_id, wanted, now)
    )
    words = desk.catalogue.words(request.language)
    return setup_form.done(
        saved.team,
        saved.closes,
        words,
        introduces=saved.introduces,
        question_waits=saved.question_waits,
    )


async def _introduce(request: Request, desk: Desk, team_id: str) -> Reply:
    person, now = request.person, desk.now()
    await desk.store.write(lambda books: team_setup.introduce_again(books, person, team_id, now))
    return setup_form.card_again(desk.catalogue.words(request.language))


async def _allowed(request: Request, desk: Desk, team_id: str, work: Work) -> Reply:
    """Do *work* for a supervisor at once, for an admin once the product says they are one."""
    who = await desk.store.read(lambda books: team_setup.keeper(books, request.person, team_id))
    if who is Keeper.THIS_PERSON:
        return await work("")
    if who is Keeper.AN_ADMIN:
        return Later(lambda: _as_admin(request.person, desk, work))
    raise NotTheirTeamError


async def _as_admin(person: Person, desk: Desk, work: Work) -> Reply:
    profile = await _profile(desk, person)
    if profile is None:
        raise UnknownProfileError
    if not profile.is_admin:
        raise NotTheirTeamError
    return await work(profile.zone)


async def _profile(desk: Desk, person: Person) -> Profile | None:
    outlet = desk.outlets.get(person.workspace.partition(":")[0])
    return await outlet.profile(person) if outlet else None


def _id_of(request: Request) -> str:
    """The team's id; a new team's comes of the act itself, so that a retry makes no second."""
    if request.data != NEW:
        return request.data
    return uuid5(NAMESPACE_OID, f"{request.person.workspace} {request.key}").hex
