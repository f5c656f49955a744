"""The scenes of the weekly check-in, the settings and the Home pages."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from bot.sandbox.workspace.workspace import Message
from tests.journeys.photo_session import LOBBY, NORTH, WAIT_SECONDS, PhotoSession
from tests.journeys.scenes_debrief import unfold_questions

ILSE, NOOR, TOMASZ, YARA = "U0CLIN01", "U0CLIN05", "U0CLIN06", "U0CLIN07"
HENRIKE, SALOME, QUENTIN = "U0SUPER1", "U0DIREC1", "U0ADMIN1"

_CHECKIN_ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    ILSE: {"checkin": "someone", "intention": "I1", "wish": "yes"},
    NOOR: {"checkin": "unsure", "wish": "yes"},
    TOMASZ: {"checkin": "none"},
    YARA: {"checkin": "checked", "intention": "I4", "wish": "no"},
}


async def photograph_checkin(session: PhotoSession) -> None:
    """Photograph the card, joining, the question, its answers and the follow-up a week later."""
    await _photograph_joining(session)
    await _photograph_answers(session)
    await _photograph_follow_ups(session)
    await _photograph_debrief_follow_up(session)


async def _photograph_joining(session: PhotoSession) -> None:
    ilse = session.drive_persona(ILSE)
    card = await _post_introduction_card(session, ilse)
    await session.photograph_message("the introduction card", ilse, card, NORTH)
    await session.photograph_reply("the invitation", ilse, "/checkin")
    await session.photograph_next_message("joined", ilse, lambda: ilse.press_element("join", card))
    await session.photograph_next_message(
        "joined twice", ilse, lambda: ilse.press_element("join", card)
    )
    await session.photograph_next_message(
        "what is stored", ilse, lambda: ilse.press_element("kept", card)
    )
    await session.photograph_reply(
        "a supervisor joins", session.drive_persona(HENRIKE), "/checkin join"
    )
    for person in (NOOR, TOMASZ, YARA):
        await session.drive_persona(person).type_command("/checkin join", NORTH)
    await session.photograph_opened_form("/checkin now", ilse, "/checkin now", "checkin")
    await session.close_forms(ilse)


async def _post_introduction_card(session: PhotoSession, persona: PersonaDriver) -> Message:
    """Post the team's introduction card as a supervisor, and return it."""
    supervisor = session.drive_persona(HENRIKE)
    before = persona.visible_messages(NORTH)
    await supervisor.type_command("/supervision", NORTH)
    await supervisor.wait_for_modal("setup", WAIT_SECONDS)
    if any("join" in str(post.blocks) for post in before):
        await supervisor.press_element("supervision.introduce")
    else:
        await supervisor.submit_modal()
    await session.close_forms(supervisor)
    await session.engine.time_travel.jump_to(
        session.engine.workspace.clock.now() + timedelta(minutes=3)
    )
    await session.wait_until(lambda: len(persona.visible_messages(NORTH)) > len(before))
    return persona.visible_messages(NORTH)[-1]


async def _photograph_answers(session: PhotoSession) -> None:
    ilse = session.drive_persona(ILSE)
    await session.engine.time_travel.jump_to_checkin(ilse.person)
    await session.wait_until(lambda: bool(ilse.visible_messages()))
    await session.photograph_message(
        "the weekly question", ilse, ilse.visible_messages()[-1], ilse.chat_id
    )
    for person, answers in _CHECKIN_ANSWERS.items():
        persona = session.drive_persona(person)
        await session.wait_until(partial(_has_messages, persona, 1))
        await persona.press_element("checkin.answer", persona.visible_messages()[-1])
        await persona.wait_for_modal("checkin", WAIT_SECONDS)
        if person == ILSE:
            await session.photograph_form("its form", persona)
        await session.photograph_submission(
            f"thanks: {answers['checkin']}", persona, "checkin", **answers
        )
        await session.close_forms(persona)


def _has_messages(persona: PersonaDriver, count: int) -> bool:
    """Return whether *count* messages have reached the person."""
    return len(persona.visible_messages()) >= count


async def _photograph_follow_ups(session: PhotoSession) -> None:
    ilse = session.drive_persona(ILSE)
    await session.engine.time_travel.jump_to_checkin(ilse.person)
    follow_ups: Mapping[str, Mapping[str, Answer]] = {
        ILSE: {"followup": "not_right"},
        NOOR: {"followup": "did", "tried": ["clarify", "invite", "link_here"]},
    }
    for person, answers in follow_ups.items():
        persona = session.drive_persona(person)
        await session.wait_until(partial(_has_messages, persona, 2))
        await persona.press_element("checkin.answer", persona.visible_messages()[-1])
        await persona.wait_for_modal("followup", WAIT_SECONDS)
        await session.photograph_form(f"the follow-up of {persona.person.name}", persona)
        await session.photograph_submission(
            f"follow-up: {answers['followup']}", persona, "checkin", **answers
        )
        await session.close_forms(persona)


async def _photograph_debrief_follow_up(session: PhotoSession) -> None:
    ilse = session.drive_persona(ILSE)
    await ilse.type_command("/rupture guide", NORTH)
    await ilse.wait_for_modal("guide", WAIT_SECONDS)
    await ilse.submit_modal({"form": "both", "status": "touched"})
    await ilse.press_element("rupture.deeper")
    await ilse.wait_for_modal("deeper", WAIT_SECONDS)
    await unfold_questions(ilse)
    await session.photograph_form("go deeper, for who joined", ilse)
    deeper_answers: Mapping[str, Answer] = {
        "unsafe": "safe",
        "mine": ["forgot"],
        "strain": "tasks",
        "help": "self",
        "wish": "yes",
    }
    await session.photograph_submission(
        "the follow-up is promised", ilse, "guide", **deeper_answers
    )
    await session.close_forms(ilse)


async def photograph_settings(session: PhotoSession) -> None:
    """Photograph a person's settings: day and time, a pause with its errors, leaving."""
    tomasz = session.drive_persona(TOMASZ)
    await tomasz.type_command("/checkin join", NORTH)
    await session.photograph_opened_form("/checkin", tomasz, "/checkin", "settings")
    await session.photograph_submission("saved", tomasz, "note", day="5", time="16:30")
    await session.close_forms(tomasz)
    await session.photograph_opened_form("/checkin pause", tomasz, "/checkin pause", "pause")
    await session.photograph_submission("a day that is over", tomasz, "pause", until="2020-01-01")
    await session.photograph_submission("a day that is far", tomasz, "pause", until="2099-01-01")
    soon = session.engine.workspace.clock.now() + timedelta(days=20)
    await session.photograph_submission("paused", tomasz, "note", until=f"{soon:%Y-%m-%d}")
    await session.close_forms(tomasz)
    await tomasz.open_home()
    await session.photograph_home("home, paused", tomasz)
    await session.photograph_confirmation("leave?", tomasz, tomasz.chat_id, "checkin.leave")
    await session.photograph_reply("/checkin leave", tomasz, "/checkin leave")
    await session.photograph_reply(
        "on no list", session.drive_persona(QUENTIN), "/checkin join", LOBBY
    )


async def photograph_home_pages(session: PhotoSession) -> None:
    """Photograph the Home page of each kind of person."""
    people = {
        "a stranger": QUENTIN,
        "a clinician who has not joined": "U0CLIN09",
        "a clinician who joined": NOOR,
        "a wish is stored": ILSE,
        "a supervisor": HENRIKE,
        "a director": SALOME,
    }
    for name, person in people.items():
        persona = session.drive_persona(person)
        await persona.open_home()
        await session.photograph_home(name, persona)
    await _photograph_own_data(session)


async def _photograph_own_data(session: PhotoSession) -> None:
    """Photograph what is stored about a person, and the erasure of another with its answer."""
    noor, listed = session.drive_persona(NOOR), session.drive_persona("U0CLIN09")
    await noor.press_element("home.copy")
    await noor.wait_for_modal("note", WAIT_SECONDS)
    await session.photograph_form("everything that is stored", noor)
    await session.close_forms(noor)
    await listed.press_element("home.erase")
    await listed.wait_for_modal("erase", WAIT_SECONDS)
    await session.photograph_form("erase?", listed)
    await session.photograph_submission("the data is erased", listed, "note")
    await session.close_forms(listed)
