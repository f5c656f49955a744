"""``/tip``: today's card on trust, the same for the whole team that day."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.context import Desk
from bot.conversation import Reply, Request
from bot.domain import surface, tips
from bot.errors import UnknownAnswerError
from bot.store.repositories import Books

FARTHEST = 400
"""How many cards ahead anybody may turn; more than there are."""


async def today(request: Request, desk: Desk) -> Reply:
    """Show today's card, from the command or the person's own page."""
    return await _shown(request, desk, 0)


async def following(request: Request, desk: Desk) -> Reply:
    """Show the card after today's."""
    return await _shown(request, desk, 1)


async def turned(request: Request, desk: Desk) -> Reply:
    """Show the card that comes as many after today's as the button says."""
    if not request.data.isdecimal() or int(request.data) > FARTHEST:
        raise UnknownAnswerError
    return await _shown(request, desk, int(request.data))


async def listed(request: Request, desk: Desk) -> Reply:
    """List the topics, so that a person can ask for one."""
    return tips.listing(desk.catalogue.words(request.language))


async def on_topic(request: Request, desk: Desk) -> Reply:
    """Show the cards on the topic that the person named."""
    words = desk.catalogue.words(request.language)
    return tips.about(tips.typed(words)[request.keyword], words)


async def of_kind(request: Request, desk: Desk) -> Reply:
    """Show the topic's scenes, questions for peers or exercises, as the button says."""
    words = desk.catalogue.words(request.language)
    topic, kind = tips.read_kind(request.data, words)
    title = words.say("tip.list.heading")
    return surface.beside(request, words, title, tips.about(topic, words, kind))


async def used(request: Request, desk: Desk) -> Reply:
    """Say how the command is used."""
    return tips.usage(desk.catalogue.words(request.language))


async def _shown(request: Request, desk: Desk, ahead: int) -> Reply:
    words = desk.catalogue.words(request.language)
    team_key, day = await desk.store.read(lambda books: _team_and_day(books, request, desk))
    message = tips.message(tips.of_day(words.tips, team_key, day, ahead), words, ahead=ahead)
    return surface.beside(request, words, words.say("common.step.tip"), message)


def _team_and_day(books: Books, request: Request, desk: Desk) -> tuple[str, date]:
    """Whose card it is: the person's team, else the channel's, else the workspace's."""
    person = request.person
    team = books.teams.home_of(person) or books.teams.at(person.workspace, request.channel)
    zone = team.zone if team else books.people.get(person).zone
    day = desk.now().astimezone(ZoneInfo(zone or "UTC")).date()
    return (team.id if team else person.workspace), day
