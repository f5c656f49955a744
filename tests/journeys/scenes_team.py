"""What is photographed of a team: its published tables, and its set-up with every fault."""

from collections.abc import Mapping
from datetime import timedelta

from bot.sandbox.workspace.admin_actions import WorkspaceAdmin
from bot.sandbox.workspace.persona_driver import Answer
from tests.journeys.stage import LOBBY, NORTH, RIVER, WAIT_SECONDS, PhotoSession

ILSE, HENRIKE, CORMAC, SALOME, QUENTIN = "U0CLIN01", "U0SUPER1", "U0SUPER2", "U0DIREC1", "U0ADMIN1"


async def photograph_counts(stage: PhotoSession) -> None:
    """Photograph the refusal, the agreement, the tables, and what there is without figures."""
    henrike = stage.drive_persona(HENRIKE)
    await stage.photograph_reply("a clinician is refused", stage.drive_persona(ILSE), "/debriefs")
    await stage.photograph_opened_form("the agreement", henrike, "/debriefs", "agreement")
    await stage.photograph_submission("the first view", henrike, "note")
    await stage.close_forms(henrike)
    await stage.photograph_reply("the newest table", henrike, "/debriefs")
    await _photograph_table_of(stage, CORMAC, "a small team's table", RIVER)
    await _photograph_table_of(stage, SALOME, "a director's table", LOBBY)
    await stage.engine.time_travel.jump_to(stage.engine.workspace.clock.now() + timedelta(weeks=5))
    await stage.photograph_reply("a period later, with earlier ones", henrike, "/debriefs")


async def _photograph_table_of(
    stage: PhotoSession, person_id: str, name: str, channel_id: str
) -> None:
    hands = stage.drive_persona(person_id)
    await hands.type_command("/debriefs", channel_id)
    await hands.wait_for_modal("agreement", WAIT_SECONDS)
    await hands.submit_modal()
    await stage.close_forms(hands)
    await stage.photograph_reply(name, hands, "/debriefs", channel_id)


async def photograph_setup(stage: PhotoSession) -> None:
    """Photograph a team's set-up: refused, changed, wrong in each way, new, without figures."""
    await stage.photograph_reply(
        "a clinician is refused", stage.drive_persona(ILSE), "/supervision"
    )
    henrike = stage.drive_persona(HENRIKE)
    await stage.photograph_opened_form("a team's set-up", henrike, "/supervision", "setup")
    step = "supervision.introduce"
    await stage.photograph_confirmation("post the card again?", henrike, NORTH, step)
    changed: Mapping[str, Answer] = {"question": "status", "tip_days": ["1", "5"]}
    await stage.photograph_submission("saved", henrike, "note", **changed)
    await stage.close_forms(henrike)
    await _photograph_setup_faults(stage)
    await _photograph_closed_channel(stage)
    await _photograph_new_team(stage)


async def _photograph_setup_faults(stage: PhotoSession) -> None:
    henrike = stage.drive_persona(HENRIKE)
    wrong: Mapping[str, Mapping[str, Answer]] = {
        "a name with a link in it": {"name": "<https://example.org>"},
        "somebody in both lists": {"supervisors": [HENRIKE, ILSE], "clinicians": [ILSE]},
        "somebody of another team": {"clinicians": ["U0CLIN25"]},
        "another team's channel": {"channel": RIVER},
    }
    for name, answers in wrong.items():
        await henrike.type_command("/supervision", NORTH)
        await henrike.wait_for_modal("setup", WAIT_SECONDS)
        await stage.photograph_submission(name, henrike, "setup", **answers)
        await stage.close_forms(henrike)


async def _photograph_closed_channel(stage: PhotoSession) -> None:
    """Photograph what a supervisor learns once a card for the channel came back."""
    henrike, upkeep = stage.drive_persona(HENRIKE), WorkspaceAdmin(stage.engine)
    upkeep.remove_member(NORTH)
    await henrike.type_command("/supervision", NORTH)
    await henrike.wait_for_modal("setup", WAIT_SECONDS)
    await henrike.press_element("supervision.introduce")
    await henrike.wait_for_modal("note", WAIT_SECONDS)
    await stage.close_forms(henrike)
    await stage.engine.time_travel.jump_to(
        stage.engine.workspace.clock.now() + timedelta(minutes=1)
    )
    await stage.photograph_opened_form(
        "a channel that takes no messages", henrike, "/supervision", "setup"
    )
    await stage.close_forms(henrike)
    await henrike.open_home()
    await henrike.wait_for_text(
        stage.words.translate("home.supervision.closed", teams="")[:20], WAIT_SECONDS
    )
    await stage.photograph_home("the same, at home", henrike)
    upkeep.add_member(NORTH)


async def _photograph_new_team(stage: PhotoSession) -> None:
    quentin = stage.drive_persona(QUENTIN)
    await stage.photograph_opened_form("an admin's way in", quentin, "/supervision", "setup")
    made: Mapping[str, Answer] = {"channel": LOBBY, "name": "Meadow"}
    await stage.photograph_submission(
        "naming oneself", quentin, "setup", **made, supervisors=[QUENTIN]
    )
    await stage.photograph_submission(
        "a new team", quentin, "note", **made, supervisors=[HENRIKE, SALOME]
    )
    await stage.close_forms(quentin)
    henrike = stage.drive_persona(HENRIKE)
    await stage.photograph_opened_form("which team?", henrike, "/supervision", "which")
    await stage.close_forms(henrike)
    salome = stage.drive_persona(SALOME)
    await salome.type_command("/debriefs", LOBBY)
    await salome.wait_for_modal("agreement", WAIT_SECONDS)
    await stage.photograph_submission("a team too small for figures", salome, "note")
    await stage.close_forms(salome)
