"""The scenes of a debrief: its form, its guides and every error."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.workspace.persona_driver import Answer, PersonaDriver
from tests.journeys.photo_session import NORTH, WAIT_SECONDS, PhotoSession

PRIYA = "U0CLIN03"

_NEUTRAL_ANSWERS: Mapping[str, Answer] = {
    "unsafe": "safe",
    "mine": ["not_visible"],
    "strain": "unsure",
    "help": "self",
}
"""Answers to the deeper questions that change the guide as little as possible."""


@dataclass(frozen=True)
class GuideScene:
    """A guide by its two codes; an empty ``deeper_answers`` leaves it unrefined."""

    name: str
    form: str
    status: str
    deeper_answers: Mapping[str, Answer] = field(default_factory=dict)


GUIDE_SCENES = (
    GuideScene("away, not named", "away", "not_named"),
    GuideScene("against, touched on", "against", "touched"),
    GuideScene("both, working", "both", "working"),
    GuideScene("not sure, repaired", "unsure", "repaired"),
    GuideScene("away, ended", "away", "ended"),
    GuideScene(
        "calm, a missed cue, the bond",
        "away",
        "touched",
        {
            "my_state": "calm",
            "mine": ["missed_cue", "rushed"],
            "strain": "bond",
            "cue_away": ["few_words", "pleasing"],
            "help": "supervision",
        },
    ),
    GuideScene(
        "calm, defensive", "against", "working", {"my_state": "calm", "mine": ["defensive"]}
    ),
    GuideScene("felt unsafe", "against", "touched", {"unsafe": "unsafe"}),
    GuideScene("to talk sooner", "both", "not_named", {"mine": ["rushed"], "help": "sooner"}),
    GuideScene("the frame", "against", "touched", {"cue_against": ["frame_complaint"]}),
    GuideScene("culture", "unsure", "touched", {"mine": ["culture"], "strain": "bond"}),
    GuideScene("turned on self", "away", "working", {"cue_away": ["self_blame"]}),
    GuideScene("repaired, goals", "both", "repaired", {"strain": "goals"}),
    GuideScene("ended, tasks", "unsure", "ended", {"strain": "tasks", "my_state": "guilty"}),
)


async def refine_guide(persona: PersonaDriver, answers: Mapping[str, Answer]) -> None:
    """Answer every deeper question on top of the open guide, and wait for the refined one."""
    await persona.press_element("rupture.deeper")
    await persona.wait_for_modal("deeper", WAIT_SECONDS)
    await unfold_questions(persona)
    await persona.submit_modal(answers)
    await persona.wait_for_modal("guide", WAIT_SECONDS)


async def unfold_questions(persona: PersonaDriver) -> None:
    """Press "More questions", and wait until they are shown."""
    workspace = persona.engine.workspace
    await persona.press_element("rupture.questions")
    async with asyncio.timeout(WAIT_SECONDS):
        while not any(block["block_id"] == "help" for block in persona.rendered_modal["blocks"]):
            await workspace.wait_for_change(workspace.version, 1.0)


async def photograph_debrief(session: PhotoSession) -> None:
    """Photograph the two questions, the guide, and the deeper questions with their errors."""
    priya = session.drive_persona(PRIYA)
    await session.photograph_opened_form("/rupture", priya, "/rupture", "debrief")
    await priya.submit_modal()
    await session.photograph_form("nothing was answered", priya)
    await session.photograph_submission(
        "the guide of a filed debrief", priya, "guide", form="away", status="touched"
    )
    await priya.press_element("rupture.deeper")
    await priya.wait_for_modal("deeper", WAIT_SECONDS)
    await session.photograph_form("go deeper", priya)
    await unfold_questions(priya)
    await session.photograph_form("more questions", priya)
    too_many = ["missed_cue", "invalidated", "forgot", "misread"]
    await session.photograph_submission(
        "too many", priya, "deeper", **{**_NEUTRAL_ANSWERS, "mine": too_many}
    )
    both = ["missed_cue", "not_visible"]
    await session.photograph_submission(
        "not visible, and more", priya, "deeper", **{**_NEUTRAL_ANSWERS, "mine": both}
    )
    await session.close_forms(priya)
    await session.photograph_opened_form(
        "words after the command", priya, "/rupture some words", "debrief"
    )
    await session.close_forms(priya)
    await session.photograph_opened_form(
        "/rupture withdraw", priya, "/rupture withdraw", "withdraw"
    )
    await session.photograph_submission("taken back", priya, "note")
    await session.close_forms(priya)
    await session.photograph_opened_form("/rupture guide", priya, "/rupture guide", "guide")
    await session.close_forms(priya)


async def photograph_guides(session: PhotoSession) -> None:
    """Photograph a guide for each branch of the answers."""
    priya = session.drive_persona(PRIYA)
    for scene in GUIDE_SCENES:
        await priya.type_command("/rupture guide", NORTH)
        await priya.wait_for_modal("guide", WAIT_SECONDS)
        await priya.submit_modal({"form": scene.form, "status": scene.status})
        if scene.deeper_answers:
            await refine_guide(priya, {**_NEUTRAL_ANSWERS, **scene.deeper_answers})
        await session.photograph_form(scene.name, priya)
        await session.close_forms(priya)
