"""The scenes of the message at a close: one team, a practice, its menu, the form and Home."""

from datetime import timedelta

from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.workspace import Message
from tests.journeys.photo_session import WAIT_SECONDS, PhotoSession

HENRIKE, SALOME = "U0SUPER1", "U0DIREC1"


async def photograph_notices(session: PhotoSession) -> None:
    """Photograph the notice of a supervisor and of a director, stopped, moved, and on Home."""
    henrike, salome = map(session.drive_persona, (HENRIKE, SALOME))
    await _close_period(session, henrike)
    for name, persona in (("a supervisor's message", henrike), ("a director's message", salome)):
        notice = await _find_notice(session, persona)
        await session.photograph_message(name, persona, notice, persona.chat_id)
    notice = await _find_notice(session, henrike)
    await session.photograph_next_message(
        "stopped",
        henrike,
        lambda: henrike.press_element("notice.menu", notice, "stop"),
        henrike.chat_id,
    )
    await henrike.open_home()
    await henrike.wait_for_text(session.words.translate("notice.mine.stopped"), WAIT_SECONDS)
    await session.photograph_home("stopped, at home", henrike)
    await henrike.press_element("notice.menu", notice, "move")
    await henrike.wait_for_modal("messages", WAIT_SECONDS)
    await session.photograph_form("another day or time", henrike)
    await session.photograph_submission("a time at night", henrike, "messages", time="22:00")
    await session.photograph_submission("moved", henrike, "note", state="on", day="4", time="15:30")
    await session.close_forms(henrike)


async def _close_period(session: PhotoSession, persona: PersonaDriver) -> None:
    """Move the clock to the day after the next close of the persona's team."""
    travel = session.engine.time_travel
    period_end = travel.next_period_end(persona.person)
    assert period_end
    await travel.jump_to(period_end + timedelta(days=1))


async def _find_notice(session: PhotoSession, persona: PersonaDriver) -> Message:
    """Wait for the persona's newest notice, and return it."""

    def list_notices() -> list[Message]:
        messages = persona.visible_messages(persona.chat_id)
        return [message for message in messages if "notice.menu" in str(message.blocks)]

    await session.wait_until(lambda: bool(list_notices()))
    return list_notices()[-1]
