"""Everything that is photographed, by group; the groups are played in this order."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.chat.slack.render import surfaces
from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import printables
from bot.elements import Form, Text
from bot.sandbox.workspace.personas import WORKSPACE_ID
from tests.journeys.scenes_debrief import photograph_debrief, photograph_guides
from tests.journeys.scenes_team import photograph_counts, photograph_setup
from tests.journeys.scenes_week import (
    photograph_checkin,
    photograph_home_pages,
    photograph_settings,
)
from tests.journeys.stage import LOBBY, NORTH, WAIT_SECONDS, PhotoSession

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


async def photograph_workspace(stage: PhotoSession) -> None:
    """Photograph the page of the practice workspace as it fills a screen."""
    ilse = stage.drive_persona(ILSE)
    await stage.photograph_page("the first look", ilse, NORTH)
    await stage.photograph_page("a room where nothing was said", ilse, LOBBY)
    await stage.photograph_page("the list of commands", ilse, NORTH, typed_text="/")
    await ilse.type_command("/nothing", NORTH)
    await stage.photograph_page("a command that nobody knows", ilse, NORTH)
    stage.engine.workspace.notices.clear()


async def photograph_tips(stage: PhotoSession) -> None:
    """Photograph cards of each kind, the list of topics and how to use them."""
    ilse, words = stage.drive_persona(ILSE), stage.words
    await stage.photograph_reply("/tip", ilse, "/tip")
    card = ilse.visible_messages(NORTH)[-1]
    await stage.photograph_next_message(
        "the next tip", ilse, lambda: ilse.press_element("tip.next", card), NORTH
    )
    await stage.photograph_reply("/tip list", ilse, "/tip list")
    await stage.photograph_reply("/tip help", ilse, "/tip help")
    for topic in words.topics:
        await stage.photograph_reply(
            f"/tip {topic}", ilse, f"/tip {words.translate(f'tip.word.{topic}')}"
        )
    await _photograph_kinds(stage)


async def _photograph_kinds(stage: PhotoSession) -> None:
    """Photograph what the three buttons under a topic lead to."""
    ilse = stage.drive_persona(ILSE)
    await ilse.type_command(f"/tip {stage.words.translate('tip.word.repair')}", NORTH)
    await stage.wait_until(lambda: "tip.kind" in str(ilse.visible_messages(NORTH)[-1].blocks))
    topic = ilse.visible_messages(NORTH)[-1]
    for step, kind in (("tip.kind", "scenes"), ("tip.kind#2", "peers"), ("tip.kind#3", "minutes")):
        await stage.photograph_next_message(
            f"{kind} on a topic", ilse, partial(ilse.press_element, step, topic)
        )


async def photograph_help(stage: PhotoSession) -> None:
    """Photograph how each command is used."""
    ilse = stage.drive_persona(ILSE)
    for name in COMMAND_NAMES:
        await stage.photograph_reply(f"/{name} help", ilse, f"/{name} help")
    await ilse.open_home()
    await stage.wait_until(lambda: ILSE in stage.engine.workspace.homes)
    await ilse.press_element("help.open")
    await ilse.wait_for_modal("note", WAIT_SECONDS)
    await stage.photograph_form("how to use it, from Home", ilse)
    await ilse.close_modal()


COMMAND_NAMES = ("rupture", "checkin", "debriefs", "supervision")


async def photograph_errors(stage: PhotoSession) -> None:
    """Photograph each sentence that is said when something went wrong, in a form of its own."""
    ilse, words = stage.drive_persona(ILSE), stage.words
    for key in sorted(words.sentences):
        if key.startswith("error.") and key != "error.title":
            stage.engine.modal_stack.open_modal(
                ilse.person.id, surfaces.render_form(_error_form(words, key), WORKSPACE_ID)
            )
            await stage.photograph_form(key, ilse)
    stage.engine.modal_stack.clear_stack(ilse.person.id)


def _error_form(words: LanguagePack, key: str) -> Form:
    """Return the form in which a person is told of a fault, as the front door makes it."""
    title, close = words.translate("error.title"), words.translate("common.close")
    return Form("notice", title, (Text(words.translate(key)),), close=close)


async def photograph_printables(stage: PhotoSession) -> None:
    """Photograph the pages that are made for print."""
    for name, html in printables.render_pages(stage.words).items():
        await stage.photograph_printable(name, html)


SCENES: Mapping[str, Callable[[PhotoSession], Awaitable[None]]] = {
    "workspace": photograph_workspace,
    "counts": photograph_counts,
    "tips": photograph_tips,
    "debrief": photograph_debrief,
    "guides": photograph_guides,
    "checkin": photograph_checkin,
    "settings": photograph_settings,
    "home": photograph_home_pages,
    "setup": photograph_setup,
    "help": photograph_help,
    "errors": photograph_errors,
    "printed": photograph_printables,
}
"""What is photographed, by the name of its sheet."""

SCENES_WITH_HISTORY = frozenset({"workspace", "counts"})
"""What needs a practice with a past."""
