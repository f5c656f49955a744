"""What is photographed of a team: its published tables, and its set-up with every fault."""

from collections.abc import Mapping
from datetime import timedelta

from bot.sandbox.workspace.admin_actions import Upkeep
from bot.sandbox.workspace.persona_driver import Answer
from tests.journeys.stage import LOBBY, NORTH, RIVER, SOON, Stage

ILSE, HENRIKE, CORMAC, SALOME, QUENTIN = "U0CLIN01", "U0SUPER1", "U0SUPER2", "U0DIREC1", "U0ADMIN1"


async def counts(stage: Stage) -> None:
    """Photograph the refusal, the agreement, the tables, and what there is without figures."""
    henrike = stage.hands(HENRIKE)
    await stage.told("a clinician is refused", stage.hands(ILSE), "/debriefs")
    await stage.opened("the agreement", henrike, "/debriefs", "agreement")
    await stage.sent("the first view", henrike, "note")
    await stage.put_away(henrike)
    await stage.told("the newest table", henrike, "/debriefs")
    await _read_by(stage, CORMAC, "a small team's table", RIVER)
    await _read_by(stage, SALOME, "a director's table", LOBBY)
    await stage.engine.jumps.to(stage.engine.workspace.clock.now() + timedelta(weeks=5))
    await stage.told("a period later, with earlier ones", henrike, "/debriefs")


async def _read_by(stage: Stage, person: str, name: str, room: str) -> None:
    hands = stage.hands(person)
    await hands.command("/debriefs", room)
    await hands.until_open("agreement", SOON)
    await hands.submit()
    await stage.put_away(hands)
    await stage.told(name, hands, "/debriefs", room)


async def set_up(stage: Stage) -> None:
    """Photograph a team's set-up: refused, changed, wrong in each way, new, without figures."""
    await stage.told("a clinician is refused", stage.hands(ILSE), "/supervision")
    henrike = stage.hands(HENRIKE)
    await stage.opened("a team's set-up", henrike, "/supervision", "setup")
    step = "supervision.introduce"
    await stage.asked("post the card again?", henrike, NORTH, step)
    changed: Mapping[str, Answer] = {"question": "status", "tip_days": ["1", "5"]}
    await stage.sent("saved", henrike, "note", **changed)
    await stage.put_away(henrike)
    await _faults(stage)
    await _shut_out(stage)
    await _new_team(stage)


async def _faults(stage: Stage) -> None:
    henrike = stage.hands(HENRIKE)
    wrong: Mapping[str, Mapping[str, Answer]] = {
        "a name with a link in it": {"name": "<https://example.org>"},
        "somebody in both lists": {"supervisors": [HENRIKE, ILSE], "clinicians": [ILSE]},
        "somebody of another team": {"clinicians": ["U0CLIN25"]},
        "another team's channel": {"channel": RIVER},
    }
    for name, answers in wrong.items():
        await henrike.command("/supervision", NORTH)
        await henrike.until_open("setup", SOON)
        await stage.sent(name, henrike, "setup", **answers)
        await stage.put_away(henrike)


async def _shut_out(stage: Stage) -> None:
    """Photograph what a supervisor learns once a card for the channel came back."""
    henrike, upkeep = stage.hands(HENRIKE), Upkeep(stage.engine)
    upkeep.remove(NORTH)
    await henrike.command("/supervision", NORTH)
    await henrike.until_open("setup", SOON)
    await henrike.press("supervision.introduce")
    await henrike.until_open("note", SOON)
    await stage.put_away(henrike)
    await stage.engine.jumps.to(stage.engine.workspace.clock.now() + timedelta(minutes=1))
    await stage.opened("a channel that takes no messages", henrike, "/supervision", "setup")
    await stage.put_away(henrike)
    await henrike.open_home()
    await henrike.until(stage.words.say("home.supervision.closed", teams="")[:20], SOON)
    await stage.home("the same, at home", henrike)
    upkeep.invite(NORTH)


async def _new_team(stage: Stage) -> None:
    quentin = stage.hands(QUENTIN)
    await stage.opened("an admin's way in", quentin, "/supervision", "setup")
    made: Mapping[str, Answer] = {"channel": LOBBY, "name": "Meadow"}
    await stage.sent("naming oneself", quentin, "setup", **made, supervisors=[QUENTIN])
    await stage.sent("a new team", quentin, "note", **made, supervisors=[HENRIKE, SALOME])
    await stage.put_away(quentin)
    henrike = stage.hands(HENRIKE)
    await stage.opened("which team?", henrike, "/supervision", "which")
    await stage.put_away(henrike)
    salome = stage.hands(SALOME)
    await salome.command("/debriefs", LOBBY)
    await salome.until_open("agreement", SOON)
    await stage.sent("a team too small for figures", salome, "note")
    await stage.put_away(salome)
