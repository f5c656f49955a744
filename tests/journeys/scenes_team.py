"""The scenes of a team: its published tables, and its set-up with every error."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.sandbox.block_kit import input_state
from bot.sandbox.workspace.admin_actions import WorkspaceAdmin
from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from bot.sandbox.workspace.workspace import Message
from tests.journeys.photo_session import LOBBY, NORTH, RIVER, WAIT_SECONDS, PhotoSession

ILSE, HENRIKE, CORMAC, SALOME, QUENTIN = "U0CLIN01", "U0SUPER1", "U0SUPER2", "U0DIREC1", "U0ADMIN1"


async def photograph_counts(session: PhotoSession) -> None:
    """Photograph the refusal, the agreement, the tables, and a team without figures."""
    henrike = session.drive_persona(HENRIKE)
    await session.photograph_reply(
        "a clinician is refused", session.drive_persona(ILSE), "/debriefs"
    )
    await session.accept_agreement(henrike, NORTH, ("the agreement", "the first view"))
    await session.photograph_reply("the newest table", henrike, "/debriefs")
    await _photograph_steps(session, henrike)
    await _photograph_table_of(session, CORMAC, "a small team's table", RIVER)
    await _photograph_table_of(session, SALOME, "a director's table", LOBBY)
    await session.engine.time_travel.jump_to(
        session.engine.workspace.clock.now() + timedelta(weeks=5)
    )
    await session.photograph_reply("a period later, with earlier ones", henrike, "/debriefs")


async def _photograph_steps(session: PhotoSession, henrike: PersonaDriver) -> None:
    """Photograph the forms that the steps of a report open."""
    report = henrike.visible_messages(NORTH)[-1]
    for step in ("exercise", "method"):
        await henrike.press_element(f"debriefs.{step}", report)
        await henrike.wait_for_modal("note", WAIT_SECONDS)
        await session.photograph_form(f"the report's {step}", henrike)
        if step == "exercise":
            await session.close_forms(henrike)
    await henrike.press_element("debriefs.export")
    await henrike.wait_for_text(session.words.translate("debriefs.export.intro"), WAIT_SECONDS)
    await session.photograph_form("the report's export", henrike)
    await session.close_forms(henrike)
    await _photograph_earlier_periods(session, henrike, report)


async def _photograph_earlier_periods(
    session: PhotoSession, henrike: PersonaDriver, report: Message
) -> None:
    """Photograph the report of each earlier period: busy and quiet ones, with and without bars."""
    options = [
        option["value"]
        for _, element in input_state.iter_elements(report.blocks)
        if element["action_id"] == "debriefs.period"
        for option in element.get("options", ())
    ]
    for option in options:
        await session.photograph_next_message(
            f"an earlier period, {option[-10:]}",
            henrike,
            partial(henrike.press_element, "debriefs.period", report, option),
        )


async def _photograph_table_of(
    session: PhotoSession, person_id: str, name: str, channel_id: str
) -> None:
    persona = session.drive_persona(person_id)
    await session.accept_agreement(persona, channel_id)
    await session.photograph_reply(name, persona, "/debriefs", channel_id)


async def photograph_setup(session: PhotoSession) -> None:
    """Photograph a team's set-up: refused, changed, wrong in each way, new, without figures."""
    await session.photograph_reply(
        "a clinician is refused", session.drive_persona(ILSE), "/supervision"
    )
    henrike = session.drive_persona(HENRIKE)
    await session.photograph_opened_form("a team's set-up", henrike, "/supervision", "setup")
    step = "supervision.introduce"
    await session.photograph_confirmation("post the card again?", henrike, NORTH, step)
    await _photograph_changes(session, henrike)
    await _photograph_setup_faults(session)
    await _photograph_closed_channel(session)
    await _photograph_new_team(session)


async def _photograph_changes(session: PhotoSession, henrike: PersonaDriver) -> None:
    """Photograph the preview of two changes, the form again, that of many, and the end."""
    changed: Mapping[str, Answer] = {"question": "status", "tip_days": ["1", "5"]}
    await session.photograph_submission("what changes", henrike, "preview", **changed)
    await henrike.press_element("supervision.edit")
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await session.photograph_form("back in the form", henrike)
    everything: Mapping[str, Answer] = {
        "channel": LOBBY,
        "name": "North, evenings",
        "supervisors": [HENRIKE, SALOME],
        "clinicians": ["U0CLIN02", "U0CLIN03", QUENTIN],
        "day": "2",
        "time": "10:30",
        "tip_days": [],
        "tip_time": "11:00",
        "zone": "Europe/Paris",
        "holidays": "CA-QC",
        "open": "yes",
    }
    await session.photograph_submission("everything changes", henrike, "preview", **everything)
    await session.close_forms(henrike)
    await henrike.type_command("/supervision", NORTH)
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await henrike.submit_modal(changed)
    await henrike.wait_for_modal("preview", WAIT_SECONDS)
    await session.photograph_submission("saved", henrike, "note")
    await session.close_forms(henrike)
    await henrike.type_command("/supervision", NORTH)
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await session.photograph_submission("nothing changes", henrike, "note")
    await session.close_forms(henrike)


async def _photograph_setup_faults(session: PhotoSession) -> None:
    henrike = session.drive_persona(HENRIKE)
    faults: Mapping[str, Mapping[str, Answer]] = {
        "a name with a link in it": {"name": "<https://example.org>"},
        "a person in both lists": {"supervisors": [HENRIKE, ILSE], "clinicians": [ILSE]},
        "a member of another team": {"clinicians": ["U0CLIN25"]},
        "another team's channel": {"channel": RIVER},
    }
    for name, answers in faults.items():
        await henrike.type_command("/supervision", NORTH)
        await henrike.wait_for_modal("setup", WAIT_SECONDS)
        await session.photograph_submission(name, henrike, "setup", **answers)
        await session.close_forms(henrike)


async def _photograph_closed_channel(session: PhotoSession) -> None:
    """Photograph what a supervisor sees after a card for the channel failed."""
    henrike, admin = session.drive_persona(HENRIKE), WorkspaceAdmin(session.engine)
    admin.remove_member(NORTH)
    await henrike.type_command("/supervision", NORTH)
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await henrike.press_element("supervision.introduce")
    await henrike.wait_for_modal("note", WAIT_SECONDS)
    await session.close_forms(henrike)
    await session.engine.time_travel.jump_to(
        session.engine.workspace.clock.now() + timedelta(minutes=1)
    )
    await session.photograph_opened_form(
        "a channel that takes no messages", henrike, "/supervision", "setup"
    )
    await session.close_forms(henrike)
    await henrike.open_home()
    await henrike.wait_for_text(
        session.words.translate("home.supervision.closed", teams="")[:20], WAIT_SECONDS
    )
    await session.photograph_home("the same, at home", henrike)
    admin.add_member(NORTH)


async def _photograph_new_team(session: PhotoSession) -> None:
    quentin = session.drive_persona(QUENTIN)
    await session.photograph_reply("an admin in a team's channel", quentin, "/supervision")
    await quentin.press_element("supervision.new", quentin.visible_messages(NORTH)[-1])
    await quentin.wait_for_modal("setup", WAIT_SECONDS)
    await session.photograph_form("an admin's way in", quentin)
    team_answers: Mapping[str, Answer] = {"channel": LOBBY, "name": "Meadow"}
    await session.photograph_submission(
        "naming oneself", quentin, "setup", **team_answers, supervisors=[QUENTIN]
    )
    await session.photograph_submission(
        "a new team", quentin, "note", **team_answers, supervisors=[HENRIKE, SALOME]
    )
    await session.close_forms(quentin)
    henrike = session.drive_persona(HENRIKE)
    await henrike.type_command("/supervision")  # no channel selects one of the two teams
    await henrike.wait_for_modal("which", WAIT_SECONDS)
    await session.photograph_form("which team?", henrike)
    await session.close_forms(henrike)
    salome = session.drive_persona(SALOME)
    await salome.type_command("/debriefs", LOBBY)
    await salome.wait_for_modal("agreement", WAIT_SECONDS)
    await session.photograph_submission("a team too small for figures", salome, "note")
    await session.close_forms(salome)
