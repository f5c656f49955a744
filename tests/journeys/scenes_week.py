"""What is photographed of the weekly check-in, of one's own settings and of one's own page."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.sandbox.workspace.persona_driver import Answer, Hands
from bot.sandbox.workspace.workspace import Post
from tests.journeys.stage import LOBBY, NORTH, SOON, Stage

ILSE, NOOR, TOMASZ, YARA = "U0CLIN01", "U0CLIN05", "U0CLIN06", "U0CLIN07"
HENRIKE, SALOME, QUENTIN = "U0SUPER1", "U0DIREC1", "U0ADMIN1"

_ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    ILSE: {"checkin": "someone", "intention": "I1", "wish": "yes"},
    NOOR: {"checkin": "unsure", "wish": "yes"},
    TOMASZ: {"checkin": "none"},
    YARA: {"checkin": "checked", "intention": "I4", "wish": "no"},
}


async def check_in(stage: Stage) -> None:
    """Photograph the card, joining, the question, its answers and the follow-up a week later."""
    await _joined(stage)
    await _answered(stage)
    await _followed_up(stage)
    await _asked_again_about_a_debrief(stage)


async def _joined(stage: Stage) -> None:
    ilse = stage.hands(ILSE)
    card = await _card(stage, ilse)
    await stage.message("the introduction card", ilse, card, NORTH)
    await stage.answered("joined", ilse, lambda: ilse.press("join", card))
    await stage.answered("joined twice", ilse, lambda: ilse.press("join", card))
    await stage.answered("what is kept", ilse, lambda: ilse.press("kept", card))
    await stage.told("a supervisor joins", stage.hands(HENRIKE), "/checkin join")
    for person in (NOOR, TOMASZ, YARA):
        await stage.hands(person).command("/checkin join", NORTH)


async def _card(stage: Stage, hands: Hands) -> Post:
    """Let a supervisor post the team's introduction card, and return it."""
    supervisor = stage.hands(HENRIKE)
    before = hands.posts(NORTH)
    await supervisor.command("/supervision", NORTH)
    await supervisor.until_open("setup", SOON)
    if any("join" in str(post.blocks) for post in before):
        await supervisor.press("supervision.introduce")
    else:
        await supervisor.submit()
    await stage.put_away(supervisor)
    await stage.engine.jumps.to(stage.engine.workspace.clock.now() + timedelta(minutes=3))
    await stage.until(lambda: len(hands.posts(NORTH)) > len(before))
    return hands.posts(NORTH)[-1]


async def _answered(stage: Stage) -> None:
    ilse = stage.hands(ILSE)
    await stage.engine.jumps.to_checkin(ilse.person)
    await stage.until(lambda: bool(ilse.posts()))
    await stage.message("the weekly question", ilse, ilse.posts()[-1], ilse.chat)
    for person, answers in _ANSWERS.items():
        hands = stage.hands(person)
        await stage.until(partial(_has, hands, 1))
        await hands.press("checkin.answer", hands.posts()[-1])
        await hands.until_open("checkin", SOON)
        if person == ILSE:
            await stage.window("its form", hands)
        await stage.sent(f"thanks: {answers['checkin']}", hands, "checkin", **answers)
        await stage.put_away(hands)


def _has(hands: Hands, messages: int) -> bool:
    """Whether so many messages have reached the person."""
    return len(hands.posts()) >= messages


async def _followed_up(stage: Stage) -> None:
    ilse = stage.hands(ILSE)
    await stage.engine.jumps.to_checkin(ilse.person)
    told: Mapping[str, Mapping[str, Answer]] = {
        ILSE: {"followup": "did", "tried": ["clarify", "invite", "link_here"]},
        NOOR: {"followup": "rather_not"},
    }
    for person, answers in told.items():
        hands = stage.hands(person)
        await stage.until(partial(_has, hands, 2))
        await hands.press("checkin.answer", hands.posts()[-1])
        await hands.until_open("followup", SOON)
        await stage.window(f"the follow-up of {hands.person.name}", hands)
        await stage.sent(f"heard: {answers['followup']}", hands, "checkin", **answers)
        await stage.put_away(hands)


async def _asked_again_about_a_debrief(stage: Stage) -> None:
    ilse = stage.hands(ILSE)
    await ilse.command("/rupture guide", NORTH)
    await ilse.until_open("guide", SOON)
    await ilse.submit({"form": "both", "status": "touched"})
    await ilse.press("rupture.deeper")
    await ilse.until_open("deeper", SOON)
    await stage.window("go deeper, for who joined", ilse)
    wish: Mapping[str, Answer] = {"unsafe": "safe", "mine": ["forgot"], "strain": "tasks",
                                  "help": "self", "wish": "yes"}  # fmt: skip
    await stage.sent("the follow-up is promised", ilse, "guide", **wish)
    await stage.put_away(ilse)


async def settings(stage: Stage) -> None:
    """Photograph one's own settings: day and time, a pause with its errors, leaving."""
    tomasz = stage.hands(TOMASZ)
    await tomasz.command("/checkin join", NORTH)
    await stage.opened("/checkin", tomasz, "/checkin", "settings")
    await stage.sent("saved", tomasz, "note", day="5", time="16:30")
    await stage.put_away(tomasz)
    await stage.opened("/checkin pause", tomasz, "/checkin pause", "pause")
    await stage.sent("a day that is over", tomasz, "pause", until="2020-01-01")
    await stage.sent("a day that is far", tomasz, "pause", until="2099-01-01")
    soon = stage.engine.workspace.clock.now() + timedelta(days=20)
    await stage.sent("paused", tomasz, "note", until=f"{soon:%Y-%m-%d}")
    await stage.put_away(tomasz)
    await tomasz.open_home()
    await stage.home("home, paused", tomasz)
    await stage.asked("leave?", tomasz, tomasz.chat, "checkin.leave")
    await stage.told("/checkin leave", tomasz, "/checkin leave")
    await stage.told("on no list", stage.hands(QUENTIN), "/checkin join", LOBBY)


async def home(stage: Stage) -> None:
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
        hands = stage.hands(person)
        await hands.open_home()
        await stage.home(name, hands)
