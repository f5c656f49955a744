"""What is photographed of the weekly check-in, of one's own settings and of one's own page."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from bot.sandbox.workspace.workspace import Message
from tests.journeys.stage import LOBBY, NORTH, WAIT_SECONDS, PhotoSession

ILSE, NOOR, TOMASZ, YARA = "U0CLIN01", "U0CLIN05", "U0CLIN06", "U0CLIN07"
HENRIKE, SALOME, QUENTIN = "U0SUPER1", "U0DIREC1", "U0ADMIN1"

_CHECKIN_ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    ILSE: {"checkin": "someone", "intention": "I1", "wish": "yes"},
    NOOR: {"checkin": "unsure", "wish": "yes"},
    TOMASZ: {"checkin": "none"},
    YARA: {"checkin": "checked", "intention": "I4", "wish": "no"},
}


async def photograph_checkin(stage: PhotoSession) -> None:
    """Photograph the card, joining, the question, its answers and the follow-up a week later."""
    await _photograph_joining(stage)
    await _photograph_answers(stage)
    await _photograph_follow_ups(stage)
    await _photograph_debrief_follow_up(stage)


async def _photograph_joining(stage: PhotoSession) -> None:
    ilse = stage.drive_persona(ILSE)
    card = await _post_introduction_card(stage, ilse)
    await stage.photograph_message("the introduction card", ilse, card, NORTH)
    await stage.photograph_next_message("joined", ilse, lambda: ilse.press_element("join", card))
    await stage.photograph_next_message(
        "joined twice", ilse, lambda: ilse.press_element("join", card)
    )
    await stage.photograph_next_message(
        "what is kept", ilse, lambda: ilse.press_element("kept", card)
    )
    await stage.photograph_reply(
        "a supervisor joins", stage.drive_persona(HENRIKE), "/checkin join"
    )
    for person in (NOOR, TOMASZ, YARA):
        await stage.drive_persona(person).type_command("/checkin join", NORTH)


async def _post_introduction_card(stage: PhotoSession, persona: PersonaDriver) -> Message:
    """Let a supervisor post the team's introduction card, and return it."""
    supervisor = stage.drive_persona(HENRIKE)
    before = persona.visible_messages(NORTH)
    await supervisor.type_command("/supervision", NORTH)
    await supervisor.wait_for_modal("setup", WAIT_SECONDS)
    if any("join" in str(post.blocks) for post in before):
        await supervisor.press_element("supervision.introduce")
    else:
        await supervisor.submit_modal()
    await stage.close_forms(supervisor)
    await stage.engine.time_travel.jump_to(
        stage.engine.workspace.clock.now() + timedelta(minutes=3)
    )
    await stage.wait_until(lambda: len(persona.visible_messages(NORTH)) > len(before))
    return persona.visible_messages(NORTH)[-1]


async def _photograph_answers(stage: PhotoSession) -> None:
    ilse = stage.drive_persona(ILSE)
    await stage.engine.time_travel.jump_to_checkin(ilse.person)
    await stage.wait_until(lambda: bool(ilse.visible_messages()))
    await stage.photograph_message(
        "the weekly question", ilse, ilse.visible_messages()[-1], ilse.chat_id
    )
    for person, answers in _CHECKIN_ANSWERS.items():
        hands = stage.drive_persona(person)
        await stage.wait_until(partial(_has_messages, hands, 1))
        await hands.press_element("checkin.answer", hands.visible_messages()[-1])
        await hands.wait_for_modal("checkin", WAIT_SECONDS)
        if person == ILSE:
            await stage.photograph_form("its form", hands)
        await stage.photograph_submission(
            f"thanks: {answers['checkin']}", hands, "checkin", **answers
        )
        await stage.close_forms(hands)


def _has_messages(persona: PersonaDriver, count: int) -> bool:
    """Whether so many messages have reached the person."""
    return len(persona.visible_messages()) >= count


async def _photograph_follow_ups(stage: PhotoSession) -> None:
    ilse = stage.drive_persona(ILSE)
    await stage.engine.time_travel.jump_to_checkin(ilse.person)
    told: Mapping[str, Mapping[str, Answer]] = {
        ILSE: {"followup": "did", "tried": ["clarify", "invite", "link_here"]},
        NOOR: {"followup": "rather_not"},
    }
    for person, answers in told.items():
        hands = stage.drive_persona(person)
        await stage.wait_until(partial(_has_messages, hands, 2))
        await hands.press_element("checkin.answer", hands.visible_messages()[-1])
        await hands.wait_for_modal("followup", WAIT_SECONDS)
        await stage.photograph_form(f"the follow-up of {hands.person.name}", hands)
        await stage.photograph_submission(
            f"heard: {answers['followup']}", hands, "checkin", **answers
        )
        await stage.close_forms(hands)


async def _photograph_debrief_follow_up(stage: PhotoSession) -> None:
    ilse = stage.drive_persona(ILSE)
    await ilse.type_command("/rupture guide", NORTH)
    await ilse.wait_for_modal("guide", WAIT_SECONDS)
    await ilse.submit_modal({"form": "both", "status": "touched"})
    await ilse.press_element("rupture.deeper")
    await ilse.wait_for_modal("deeper", WAIT_SECONDS)
    await stage.photograph_form("go deeper, for who joined", ilse)
    wish: Mapping[str, Answer] = {"unsafe": "safe", "mine": ["forgot"], "strain": "tasks",
                                  "help": "self", "wish": "yes"}  # fmt: skip
    await stage.photograph_submission("the follow-up is promised", ilse, "guide", **wish)
    await stage.close_forms(ilse)


async def photograph_settings(stage: PhotoSession) -> None:
    """Photograph one's own settings: day and time, a pause with its errors, leaving."""
    tomasz = stage.drive_persona(TOMASZ)
    await tomasz.type_command("/checkin join", NORTH)
    await stage.photograph_opened_form("/checkin", tomasz, "/checkin", "settings")
    await stage.photograph_submission("saved", tomasz, "note", day="5", time="16:30")
    await stage.close_forms(tomasz)
    await stage.photograph_opened_form("/checkin pause", tomasz, "/checkin pause", "pause")
    await stage.photograph_submission("a day that is over", tomasz, "pause", until="2020-01-01")
    await stage.photograph_submission("a day that is far", tomasz, "pause", until="2099-01-01")
    soon = stage.engine.workspace.clock.now() + timedelta(days=20)
    await stage.photograph_submission("paused", tomasz, "note", until=f"{soon:%Y-%m-%d}")
    await stage.close_forms(tomasz)
    await tomasz.open_home()
    await stage.photograph_home("home, paused", tomasz)
    await stage.photograph_confirmation("leave?", tomasz, tomasz.chat_id, "checkin.leave")
    await stage.photograph_reply("/checkin leave", tomasz, "/checkin leave")
    await stage.photograph_reply("on no list", stage.drive_persona(QUENTIN), "/checkin join", LOBBY)


async def photograph_home_pages(stage: PhotoSession) -> None:
    """Photograph the own page of everybody for whom it differs."""
    people = {
        "a stranger": QUENTIN,
        "a clinician who has not joined": "U0CLIN09",
        "a clinician who joined": NOOR,
        "a wish is kept": ILSE,
        "a supervisor": HENRIKE,
        "a director": SALOME,
    }
    for name, person in people.items():
        hands = stage.drive_persona(person)
        await hands.open_home()
        await stage.photograph_home(name, hands)
