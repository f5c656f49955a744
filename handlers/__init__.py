"""Every way in to the bot, as plain tables: commands, forms, buttons, shortcuts and the page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.content.catalogue import Catalogue
from bot.context import Desk
from bot.conversation import Keywords, News, Reply, Request
from bot.domain import tips
from handlers import (
    checkin,
    debriefs,
    events,
    help,  # noqa: A004 - the command's own name
    home,
    join,
    preferences,
    rupture,
    supervision,
    tip,
)

Handler = Callable[[Request, Desk], Awaitable[Reply]]


@dataclass(frozen=True)
class Command:
    """What a command answers alone, with each of its keywords, and with any other words.

    ``topics`` answers the words under which the catalogue files its cards. ``at_once`` are
    the keywords that change something with no form to confirm it: with more words after
    them, *otherwise* answers.
    """

    alone: Handler
    keywords: Mapping[str, Handler]
    otherwise: Handler
    topics: Handler | None = None
    at_once: frozenset[str] = frozenset()

    def words(self, catalogue: Catalogue) -> Keywords:
        """Return what a product's door passes on; all other words are thrown away there."""
        spoken = [catalogue.words(tag) for tag in catalogue.languages] if self.topics else []
        known = frozenset(self.keywords).union(*(tips.typed(words) for words in spoken))
        return Keywords(known, self.at_once)

    async def handler(self, request: Request, desk: Desk) -> Reply:
        """Answer by the words that came with the command."""
        if not request.keyword:
            return await self.alone(request, desk)
        if self.topics and request.keyword in tips.typed(desk.catalogue.words(request.language)):
            return await self.topics(request, desk)
        return await self.keywords.get(request.keyword, self.otherwise)(request, desk)


def _open(form: Handler) -> Handler:
    """Ask *form* only about a form that is still open; one put away is answered with nothing."""

    async def answer(request: Request, desk: Desk) -> Reply:
        return None if request.step == "closed" else await form(request, desk)

    return answer


COMMANDS: Mapping[str, Command] = {
    "tip": Command(
        tip.today,
        {"next": tip.following, "list": tip.listed, "help": tip.used},
        otherwise=tip.used,
        topics=tip.on_topic,
    ),
    "rupture": Command(
        rupture.opened,
        {"guide": rupture.choose, "withdraw": rupture.withdraw, "help": help.rupture},
        otherwise=rupture.opened,
    ),
    "checkin": Command(
        preferences.opened,
        {
            "join": join.joined,
            "pause": preferences.pause,
            "leave": preferences.left,
            "help": help.checkin,
        },
        otherwise=help.checkin,
        at_once=frozenset({"join", "leave"}),
    ),
    "debriefs": Command(debriefs.asked, {"help": help.debriefs}, otherwise=help.debriefs),
    "supervision": Command(
        supervision.asked, {"help": help.supervision}, otherwise=help.supervision
    ),
    "help": Command(help.asked, {}, otherwise=help.asked),
}

FORMS: Mapping[str, Handler] = {
    name: _open(handler)
    for name, handler in {
        "agreement": debriefs.agreed,
        "checkin": checkin.answered,
        "debrief": rupture.submitted,
        "deeper": rupture.deepened,
        "followup": checkin.followed,
        "guide": rupture.chosen,
        "note": help.read,
        "notice": help.read,
        "pause": preferences.paused,
        "settings": preferences.submitted,
        "setup": supervision.submitted,
        "thanks": help.read,
        "which": supervision.chosen,
        "withdraw": rupture.withdrawn,
    }.items()
}

BUTTONS: Mapping[str, Handler] = {
    "checkin.again": preferences.again,
    "checkin.answer": checkin.opened,
    "checkin.join": join.joined,
    "checkin.leave": preferences.left,
    "checkin.menu": preferences.menu,
    "checkin.pause": preferences.pause,
    "checkin.resume": preferences.resumed,
    "checkin.settings": preferences.opened,
    "debriefs.open": debriefs.asked,
    "debriefs.period": debriefs.turned,
    "help.open": help.asked,
    "home.language": home.language_chosen,
    "home.open": home.shown,
    "join": join.joined,
    "kept": help.kept,
    "rupture.deeper": rupture.deeper,
    "rupture.open": rupture.opened,
    "supervision.introduce": supervision.introduced,
    "supervision.open": supervision.asked,
    "tip.kind": tip.of_kind,
    "tip.next": tip.turned,
    "tip.today": tip.today,
}

SHORTCUTS: Mapping[str, Handler] = {"debrief": rupture.opened}

HOME: Handler = home.shown

NEWS: Callable[[News, Desk], Awaitable[None]] = events.told
