"""All scenes to photograph, by group; the groups are played in this order."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.chat.slack.render import surfaces
from bot.content.catalogue import LanguagePack
from bot.domain.counts import printed_hours
from bot.domain.debriefs import printables
from bot.elements import Form, Text
from bot.sandbox.workspace.personas import WORKSPACE_ID
from tests.journeys.photo_session import LOBBY, NORTH, WAIT_SECONDS, PhotoSession
from tests.journeys.scenes_debrief import photograph_debrief, photograph_guides
from tests.journeys.scenes_hour import photograph_hour, photograph_quiet_hour
from tests.journeys.scenes_notice import photograph_notices
from tests.journeys.scenes_refusals import photograph_refusals
from tests.journeys.scenes_team import photograph_counts, photograph_setup
from tests.journeys.scenes_week import (
    photograph_checkin,
    photograph_home_pages,
    photograph_settings,
)

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


async def photograph_workspace(session: PhotoSession) -> None:
    """Photograph the page of the sandbox workspace as it fills a screen."""
    ilse = session.drive_persona(ILSE)
    await session.photograph_page("the first look", ilse, NORTH)
    await session.photograph_page("a room without messages", ilse, LOBBY)
    await session.photograph_page("the list of commands", ilse, NORTH, typed_text="/")
    await ilse.type_command("/nothing", NORTH)
    await session.photograph_page("an unknown command", ilse, NORTH)
    session.engine.workspace.notices.clear()


async def photograph_tips(session: PhotoSession) -> None:
    """Photograph cards of each kind, the list of topics and the help."""
    ilse, words = session.drive_persona(ILSE), session.words
    await session.photograph_reply("/tip", ilse, "/tip")
    card = ilse.visible_messages(NORTH)[-1]
    await session.photograph_next_message(
        "the next tip", ilse, lambda: ilse.press_element("tip.next", card), NORTH
    )
    await session.photograph_reply("/tip list", ilse, "/tip list")
    await session.photograph_reply("/tip help", ilse, "/tip help")
    await _photograph_drills(session)
    for topic in words.topics:
        await session.photograph_reply(
            f"/tip {topic}", ilse, f"/tip {words.translate(f'tip.word.{topic}')}"
        )
    await _photograph_kinds(session)


async def _photograph_drills(session: PhotoSession) -> None:
    """Photograph a line to practise with, its repetition, and the list of all lines."""
    ilse = session.drive_persona(ILSE)
    await session.photograph_reply("/tip practice", ilse, "/tip practice")
    for step, name in (("tip.drill", "a line again"), ("tip.drills", "the list of lines")):
        card = ilse.visible_messages(NORTH)[-1]
        await session.photograph_next_message(
            name, ilse, partial(ilse.press_element, step, card), NORTH
        )


async def _photograph_kinds(session: PhotoSession) -> None:
    """Photograph the replies to the three buttons under a topic."""
    ilse = session.drive_persona(ILSE)
    await ilse.type_command(f"/tip {session.words.translate('tip.word.repair')}", NORTH)
    await session.wait_until(lambda: "tip.kind" in str(ilse.visible_messages(NORTH)[-1].blocks))
    topic = ilse.visible_messages(NORTH)[-1]
    for step, kind in (("tip.kind", "scenes"), ("tip.kind#2", "peers"), ("tip.kind#3", "minutes")):
        await session.photograph_next_message(
            f"{kind} on a topic", ilse, partial(ilse.press_element, step, topic)
        )


async def photograph_help(session: PhotoSession) -> None:
    """Photograph the help of each command."""
    ilse = session.drive_persona(ILSE)
    for name in COMMAND_NAMES:
        await session.photograph_reply(f"/{name} help", ilse, f"/{name} help")
    await ilse.open_home()
    await session.wait_until(lambda: ILSE in session.engine.workspace.homes)
    await ilse.press_element("help.open")
    await ilse.wait_for_modal("note", WAIT_SECONDS)
    await session.photograph_form("how to use it, from Home", ilse)
    await ilse.close_modal()


COMMAND_NAMES = ("rupture", "checkin", "debriefs", "supervision")


async def photograph_errors(session: PhotoSession) -> None:
    """Photograph each error sentence, in a form of its own."""
    ilse, words = session.drive_persona(ILSE), session.words
    for key in sorted(words.sentences):
        if key.startswith("error.") and key != "error.title":
            session.engine.modal_stack.open_modal(
                ilse.person.id, surfaces.render_form(_error_form(words, key), WORKSPACE_ID)
            )
            await session.photograph_form(key, ilse)
    session.engine.modal_stack.clear_stack(ilse.person.id)


def _error_form(words: LanguagePack, key: str) -> Form:
    """Return the form that reports an error to a person, as the request middleware builds it."""
    title, close = words.translate("error.title"), words.translate("common.close")
    return Form("notice", title, (Text(words.translate(key)),), close=close)


async def photograph_printables(session: PhotoSession) -> None:
    """Photograph the printable pages."""
    pages = {**printables.render_pages(session.words), **printed_hours.render_pages(session.words)}
    for name, html in pages.items():
        await session.photograph_printable(name, html)


SCENES: Mapping[str, Callable[[PhotoSession], Awaitable[None]]] = {
    "workspace": photograph_workspace,
    "counts": photograph_counts,
    "notices": photograph_notices,
    "tips": photograph_tips,
    "debrief": photograph_debrief,
    "guides": photograph_guides,
    "checkin": photograph_checkin,
    "settings": photograph_settings,
    "home": photograph_home_pages,
    "setup": photograph_setup,
    "refusals": photograph_refusals,
    "help": photograph_help,
    "errors": photograph_errors,
    "hour": photograph_hour,
    "quiet hour": photograph_quiet_hour,
    "printed": photograph_printables,
}
"""The scenes by the name of their sheet."""

SCENES_WITH_HISTORY = frozenset({"workspace", "counts", "hour"})
"""The scenes that need a practice with a history."""

SCENES_WITHOUT_HISTORY = frozenset({"quiet hour"})
"""The scenes that need a practice without any table, and thus a sandbox of their own."""
