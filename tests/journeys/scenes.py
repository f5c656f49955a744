"""Everything that is photographed, by group; the groups are played in this order."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.chat.slack.render import surfaces
from bot.content.catalogue import Words
from bot.domain.debriefs import printables
from bot.elements import Form, Text
from bot.sandbox.workspace.personas import TEAM
from tests.journeys.scenes_debrief import debrief, guides
from tests.journeys.scenes_team import counts, set_up
from tests.journeys.scenes_week import check_in, home, settings
from tests.journeys.stage import LOBBY, NORTH, SOON, Stage

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


async def workspace(stage: Stage) -> None:
    """Photograph the page of the practice workspace as it fills a screen."""
    ilse = stage.hands(ILSE)
    await stage.whole("the first look", ilse, NORTH)
    await stage.whole("a room where nothing was said", ilse, LOBBY)
    await stage.whole("the list of commands", ilse, NORTH, typed="/")
    await ilse.command("/nothing", NORTH)
    await stage.whole("a command that nobody knows", ilse, NORTH)
    stage.engine.workspace.notices.clear()


async def tips(stage: Stage) -> None:
    """Photograph cards of each kind, the list of topics and how to use them."""
    ilse, words = stage.hands(ILSE), stage.words
    await stage.told("/tip", ilse, "/tip")
    card = ilse.posts(NORTH)[-1]
    await stage.answered("the next tip", ilse, lambda: ilse.press("tip.next", card), NORTH)
    await stage.told("/tip list", ilse, "/tip list")
    await stage.told("/tip help", ilse, "/tip help")
    for topic in words.topics:
        await stage.told(f"/tip {topic}", ilse, f"/tip {words.say(f'tip.word.{topic}')}")
    await _kinds(stage)


async def _kinds(stage: Stage) -> None:
    """Photograph what the three buttons under a topic lead to."""
    ilse = stage.hands(ILSE)
    await ilse.command(f"/tip {stage.words.say('tip.word.repair')}", NORTH)
    await stage.until(lambda: "tip.kind" in str(ilse.posts(NORTH)[-1].blocks))
    topic = ilse.posts(NORTH)[-1]
    for step, kind in (("tip.kind", "scenes"), ("tip.kind#2", "peers"), ("tip.kind#3", "minutes")):
        await stage.answered(f"{kind} on a topic", ilse, partial(ilse.press, step, topic))


async def helped(stage: Stage) -> None:
    """Photograph how each command is used."""
    ilse = stage.hands(ILSE)
    for name in COMMANDS:
        await stage.told(f"/{name} help", ilse, f"/{name} help")
    await ilse.open_home()
    await stage.until(lambda: ILSE in stage.engine.workspace.homes)
    await ilse.press("help.open")
    await ilse.until_open("note", SOON)
    await stage.window("how to use it, from Home", ilse)
    await ilse.close()


COMMANDS = ("rupture", "checkin", "debriefs", "supervision")


async def errors(stage: Stage) -> None:
    """Photograph each sentence that is said when something went wrong, in a form of its own."""
    ilse, words = stage.hands(ILSE), stage.words
    for key in sorted(words.sentences):
        if key.startswith("error.") and key != "error.title":
            stage.engine.windows.open(ilse.person.id, surfaces.modal(_note(words, key), TEAM))
            await stage.window(key, ilse)
    stage.engine.windows.clear(ilse.person.id)


def _note(words: Words, key: str) -> Form:
    """Return the form in which a person is told of a fault, as the front door makes it."""
    title, close = words.say("error.title"), words.say("common.close")
    return Form("notice", title, (Text(words.say(key)),), close=close)


async def papers(stage: Stage) -> None:
    """Photograph the pages that are made for print."""
    for name, html in printables.pages(stage.words).items():
        await stage.paper(name, html)


ALBUM: Mapping[str, Callable[[Stage], Awaitable[None]]] = {
    "workspace": workspace,
    "counts": counts,
    "tips": tips,
    "debrief": debrief,
    "guides": guides,
    "checkin": check_in,
    "settings": settings,
    "home": home,
    "setup": set_up,
    "help": helped,
    "errors": errors,
    "printed": papers,
}
"""What is photographed, by the name of its sheet."""

LIVED = frozenset({"workspace", "counts"})
"""What needs a practice with a past."""
