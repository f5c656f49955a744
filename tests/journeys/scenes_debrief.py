"""What is photographed of a debrief: its form, its guides and everything that can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.workspace.persona_driver import Answer
from tests.journeys.stage import NORTH, SOON, Stage

PRIYA = "U0CLIN03"

_PLAIN: Mapping[str, Answer] = {
    "unsafe": "safe",
    "mine": ["not_visible"],
    "strain": "unsure",
    "help": "self",
}
"""Answers to the deeper questions that change as little as can be."""


@dataclass(frozen=True)
class Guided:
    """A guide by its two codes; *deeper* are further answers, none where it is not refined."""

    name: str
    form: str
    status: str
    deeper: Mapping[str, Answer] = field(default_factory=dict)


GUIDES = (
    Guided("away, not named", "away", "not_named"),
    Guided("against, touched on", "against", "touched"),
    Guided("both, working", "both", "working"),
    Guided("not sure, repaired", "unsure", "repaired"),
    Guided("away, ended", "away", "ended"),
    Guided(
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
    Guided("calm, defensive", "against", "working", {"my_state": "calm", "mine": ["defensive"]}),
    Guided("felt unsafe", "against", "touched", {"unsafe": "unsafe"}),
    Guided("to talk sooner", "both", "not_named", {"mine": ["rushed"], "help": "sooner"}),
    Guided("the frame", "against", "touched", {"cue_against": ["frame_complaint"]}),
    Guided("culture", "unsure", "touched", {"mine": ["culture"], "strain": "bond"}),
    Guided("turned on self", "away", "working", {"cue_away": ["self_blame"]}),
    Guided("repaired, goals", "both", "repaired", {"strain": "goals"}),
    Guided("ended, tasks", "unsure", "ended", {"strain": "tasks", "my_state": "guilty"}),
)


async def debrief(stage: Stage) -> None:
    """Photograph two taps, what they turn into, and the deeper questions with their errors."""
    priya = stage.hands(PRIYA)
    await stage.opened("/rupture", priya, "/rupture", "debrief")
    await priya.submit()
    await stage.window("nothing was answered", priya)
    await stage.sent("the guide of a filed debrief", priya, "guide", form="away", status="touched")
    await priya.press("rupture.deeper")
    await priya.until_open("deeper", SOON)
    await stage.window("go deeper", priya)
    too_many = ["missed_cue", "invalidated", "forgot", "misread"]
    await stage.sent("too many", priya, "deeper", **{**_PLAIN, "mine": too_many})
    both = ["missed_cue", "not_visible"]
    await stage.sent("not visible, and more", priya, "deeper", **{**_PLAIN, "mine": both})
    await stage.put_away(priya)
    await stage.opened("words after the command", priya, "/rupture some words", "debrief")
    await stage.put_away(priya)
    await stage.opened("/rupture withdraw", priya, "/rupture withdraw", "withdraw")
    await stage.sent("taken back", priya, "note")
    await stage.put_away(priya)
    await stage.opened("/rupture guide", priya, "/rupture guide", "guide")
    await stage.put_away(priya)


async def guides(stage: Stage) -> None:
    """Photograph a guide for each branch that the answers open."""
    priya = stage.hands(PRIYA)
    for one in GUIDES:
        await priya.command("/rupture guide", NORTH)
        await priya.until_open("guide", SOON)
        await priya.submit({"form": one.form, "status": one.status})
        if one.deeper:
            await priya.press("rupture.deeper")
            await priya.until_open("deeper", SOON)
            await priya.submit({**_PLAIN, **one.deeper})
            await priya.until_open("guide", SOON)
        await stage.window(one.name, priya)
        await stage.put_away(priya)
