"""The scenes of the supervisor's hour: its plan, sharing it, and asking for ten minutes of it."""

from datetime import timedelta

from bot.sandbox.workspace.persona_driver import PersonaDriver
from tests.journeys.photo_session import NORTH, WAIT_SECONDS, PhotoSession

ILSE, HENRIKE = "U0CLIN01", "U0SUPER1"


async def photograph_hour(session: PhotoSession) -> None:
    """Photograph the plans of a team with figures, what is shared of them, and the request."""
    henrike = session.drive_persona(HENRIKE)
    await henrike.type_command("/debriefs hour", NORTH)
    await henrike.wait_for_modal("agreement", WAIT_SECONDS)
    await henrike.submit_modal()
    await session.close_forms(henrike)
    await session.photograph_reply("thirty minutes", henrike, "/debriefs hour")
    plan = henrike.visible_messages(NORTH)[-1]
    await session.photograph_next_message(
        "fifty minutes", henrike, lambda: henrike.press_element("debriefs.hour", plan)
    )
    await _photograph_share(session, henrike)
    await _photograph_minutes(session)


async def photograph_quiet_hour(session: PhotoSession) -> None:
    """Photograph the plan of a team without any figures, on the theme of the quarter."""
    henrike = session.drive_persona(HENRIKE)
    await henrike.type_command("/debriefs", NORTH)
    await henrike.wait_for_modal("agreement", WAIT_SECONDS)
    await henrike.submit_modal()
    await session.close_forms(henrike)
    await session.photograph_reply("a plan without figures", henrike, "/debriefs hour")


async def _photograph_share(session: PhotoSession, henrike: PersonaDriver) -> None:
    report_name = "debriefs.share"
    await henrike.type_command("/debriefs", NORTH)
    await session.wait_until(lambda: report_name in str(henrike.visible_messages(NORTH)[-1].blocks))
    report = henrike.visible_messages(NORTH)[-1]
    await henrike.press_element(report_name, report)
    await henrike.wait_for_modal("share", WAIT_SECONDS)
    await session.photograph_form("the preview of a share", henrike)
    await session.photograph_submission("on its way", henrike, "note")
    ilse, heading = session.drive_persona(ILSE), session.words.translate("hour.share.heading")
    await session.engine.time_travel.jump_to(
        session.engine.workspace.clock.now() + timedelta(minutes=2)
    )
    await session.wait_until(lambda: heading in str(ilse.visible_messages(NORTH)[-1].blocks))
    await session.photograph_message(
        "what the channel reads", ilse, ilse.visible_messages(NORTH)[-1], NORTH
    )
    await henrike.press_element("debriefs.shared")
    await session.wait_until(lambda: "debriefs.shared" not in str(henrike.rendered_modal))
    await session.photograph_form("it arrived", henrike)
    await session.close_forms(henrike)


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
