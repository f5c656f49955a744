"""The scenes of the supervisor's hour: its plan, sharing it, and asking for ten minutes of it."""

from datetime import timedelta

from bot.sandbox.block_kit import input_state
from bot.sandbox.workspace.persona_driver import PersonaDriver
from bot.sandbox.workspace.workspace import Message
from tests.journeys.photo_session import NORTH, WAIT_SECONDS, PhotoSession

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


async def photograph_hour(session: PhotoSession) -> None:
    """Photograph the plans of a team with figures, what is shared of them, and the request."""
    henrike = session.drive_persona(HENRIKE)
    await session.accept_agreement(henrike, NORTH)
    await session.photograph_reply("thirty minutes", henrike, "/debriefs hour")
    plan = henrike.visible_messages(NORTH)[-1]
    await session.photograph_next_message(
        "fifty minutes", henrike, lambda: henrike.press_element("debriefs.hour", plan)
    )
    await _photograph_share(session, henrike)
    await _photograph_shared_report(session, henrike)
    await _photograph_minutes(session)


async def photograph_quiet_hour(session: PhotoSession) -> None:
    """Photograph the plan of a team without any figures, on the theme of the quarter."""
    henrike = session.drive_persona(HENRIKE)
    await session.accept_agreement(henrike, NORTH)
    await session.photograph_reply("a plan without figures", henrike, "/debriefs hour")


async def _photograph_share(session: PhotoSession, henrike: PersonaDriver) -> None:
    report = await _open_report(session, henrike)
    await henrike.press_element("debriefs.share", report)
    await henrike.wait_for_modal("share", WAIT_SECONDS)
    await session.photograph_form("the preview of a share", henrike)
    await session.photograph_submission("on its way", henrike, "note")
    await _photograph_post(session, "what the channel reads", 1)
    await henrike.press_element("debriefs.shared")
    await session.wait_until(lambda: "debriefs.shared" not in str(henrike.rendered_modal))
    await session.photograph_form("it arrived", henrike)
    await session.close_forms(henrike)


async def _photograph_shared_report(session: PhotoSession, henrike: PersonaDriver) -> None:
    """Photograph an earlier report with a leading answer as the channel of an open team has it."""
    await henrike.type_command("/supervision", NORTH)
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await henrike.submit_modal({"open": "yes"})
    await henrike.wait_for_modal("preview", WAIT_SECONDS)
    await henrike.submit_modal()
    await henrike.wait_for_modal("note", WAIT_SECONDS)
    await session.close_forms(henrike)
    report = await _open_report(session, henrike)
    option = next(
        element["options"][0]["value"]
        for _, element in input_state.iter_elements(report.blocks)
        if element["action_id"] == "debriefs.period"
    )
    message_count = len(henrike.visible_messages(NORTH))
    await henrike.press_element("debriefs.period", report, option)
    await session.wait_until(lambda: len(henrike.visible_messages(NORTH)) > message_count)
    await henrike.press_element("debriefs.share", _find_last(henrike))
    await henrike.wait_for_modal("share", WAIT_SECONDS)
    await session.photograph_form("the preview of a shared report", henrike)
    await henrike.submit_modal()
    await henrike.wait_for_modal("note", WAIT_SECONDS)
    await session.close_forms(henrike)
    await _photograph_post(session, "what the channel of an open team reads", 2)


async def _open_report(session: PhotoSession, persona: PersonaDriver) -> Message:
    """Open the newest report in the team's channel, and return its message."""
    message_count = len(persona.visible_messages(NORTH))
    await persona.type_command("/debriefs", NORTH)
    await session.wait_until(lambda: len(persona.visible_messages(NORTH)) > message_count)
    return _find_last(persona)


def _find_last(persona: PersonaDriver) -> Message:
    return persona.visible_messages(NORTH)[-1]


async def _photograph_post(session: PhotoSession, name: str, number: int) -> None:
    """Move the clock until the shared message *number*, from 1, is posted, and photograph it."""
    ilse, heading = session.drive_persona(ILSE), session.words.translate("hour.share.heading")

    def list_posts() -> list[Message]:
        return [item for item in ilse.visible_messages(NORTH) if heading in str(item.blocks)]

    await session.engine.time_travel.jump_to(
        session.engine.workspace.clock.now() + timedelta(minutes=2)
    )
    await session.wait_until(lambda: len(list_posts()) >= number)
    await session.photograph_message(name, ilse, list_posts()[-1], NORTH)


async def _photograph_minutes(session: PhotoSession) -> None:
    """Photograph asking for ten minutes from Home, and the message to the supervisor."""
    ilse, henrike = session.drive_persona(ILSE), session.drive_persona(HENRIKE)
    await ilse.open_home()
    await session.wait_until(lambda: ILSE in session.engine.workspace.homes)
    await session.photograph_home("the button at home", ilse)
    await ilse.press_element("ask.open")
    await ilse.wait_for_modal("note", WAIT_SECONDS)
    await session.photograph_form("what for?", ilse)
    await ilse.press_element("ask.preview")
    await ilse.wait_for_modal("ask", WAIT_SECONDS)
    await session.photograph_form("the preview of a request", ilse)
    await session.photograph_next_message(
        "what the supervisor reads", henrike, ilse.submit_modal, henrike.chat_id
    )
    await session.photograph_form("it has gone", ilse)
    await session.close_forms(ilse)
