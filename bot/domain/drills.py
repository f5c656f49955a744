"""Select and render lines to practise with: one client's line, criteria, and another try.

Nothing of a round is stored: its line, level and number are the data of its buttons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from bot.content.catalogue import Drill, Exercise, LanguagePack
from bot.content.model import DRILL_GROUPS
from bot.domain.tip_rotation import quarter_of
from bot.elements import (
    ActionRow,
    Button,
    Caption,
    Element,
    Heading,
    Message,
    Quote,
    Text,
    split_into_rows,
)
from bot.errors import UnknownAnswerError

LEVELS = (1, 2, 3)
"""The levels of difficulty, from easy to hard."""

ADJUSTMENTS = (1, 2, 3)
"""The changes that repeated rounds ask for, in turn; the first round, 0, asks for none."""

FORM_MINUTES: Mapping[int, Mapping[str, int]] = MappingProxyType(
    {
        10: {"parts": 1, "line1": 3, "check": 2, "line2": 3, "keep": 1},
        20: {"parts": 2, "line1": 4, "check": 3, "line2": 4, "change": 5, "keep": 2},
    }
)
"""The minutes of each step of the forms for a team, in order; they add up to the form's length."""

THEME_DRILLS: Mapping[int, tuple[str, str, str]] = MappingProxyType(
    {
        1: ("few_words", "questions_approach", "withdrawn"),
        2: ("minimised", "angry_at_me", "hostile"),
        3: ("pleasing", "controlling", "dependent"),
        4: ("detour", "no_progress", "frame_complaint"),
    }
)
"""The drills of each quarter's theme, one a month, so that a year contains each of them once."""


@dataclass(frozen=True)
class DrillRound:
    """One try at a line: the drill's id, the level, and the number of the repetition, 0 to 3."""

    drill_id: str
    level: int = LEVELS[0]
    repetition: int = 0


def parse_round(data: str, words: LanguagePack) -> DrillRound:
    """Parse a round from button data; UnknownAnswerError for one that no button offers."""
    drill_id, _, rest = data.partition(":")
    level, _, repetition = rest.partition(":")
    if (
        drill_id not in {drill.id for drill in words.drills}
        or level not in set(map(str, LEVELS))
        or repetition not in {"0", *map(str, ADJUSTMENTS)}
    ):
        raise UnknownAnswerError
    return DrillRound(drill_id, int(level), int(repetition))


def encode_round(drill_round: DrillRound) -> str:
    """Encode a round for the data of a button."""
    return f"{drill_round.drill_id}:{drill_round.level}:{drill_round.repetition}"


def select_first_round(words: LanguagePack, person_id: str, day: date) -> DrillRound:
    """Return the first round of a person's *day*: each day the next drill, at the easy level."""
    offset = int.from_bytes(sha256(person_id.encode()).digest()[:4])
    drill = words.drills[(offset + day.toordinal()) % len(words.drills)]
    return DrillRound(drill.id)


def render_round(drill_round: DrillRound, words: LanguagePack) -> Message:
    """Render one try: the client's line, the criteria, what to change, and the next steps."""
    drill = get_drill(drill_round.drill_id, words)
    reference = words.references["nurse2024"]
    evidence = words.translate("drill.evidence", citation=reference.citation, url=reference.url)
    return Message(
        words.translate("drill.summary", title=drill.title),
        (
            Heading(words.translate("drill.label", title=drill.title, level=drill_round.level)),
            Caption(words.translate("drill.alone")),
            Text(drill.setting),
            Caption(words.translate("drill.client")),
            Quote(drill.lines[drill_round.level - 1]),
            *_render_adjustment(drill_round, words),
            Text("\n".join((words.translate("drill.answer"), *_list_criteria(drill, words)))),
            Caption(words.translate("drill.aloud")),
            ActionRow(_build_steps(drill_round, words)),
            Caption(evidence),
        ),
    )


def render_list(words: LanguagePack) -> Message:
    """Render a button for each drill, by group."""
    body: list[Element] = [
        Heading(words.translate("drill.list.heading")),
        Text(words.translate("drill.list.intro")),
    ]
    for group in DRILL_GROUPS:
        buttons = [
            Button("tip.drill", drill.title, encode_round(DrillRound(drill.id)))
            for drill in words.drills
            if drill.group == group
        ]
        body += (Text(f"**{words.translate(f'drill.list.{group}')}**"), *split_into_rows(buttons))
    return Message(words.translate("drill.list.heading"), tuple(body))


def build_open_button(words: LanguagePack) -> Button:
    """Build the button that opens the list of drills."""
    return Button("tip.drills", words.translate("drill.step.open"))


def get_drill(drill_id: str, words: LanguagePack) -> Drill:
    """Return the drill with *drill_id*; KeyError if there is none."""
    return {drill.id: drill for drill in words.drills}[drill_id]


def list_theme_drills(quarter: int, words: LanguagePack) -> tuple[Drill, ...]:
    """Return the drills of the theme of *quarter* (1 to 4), by month."""
    return tuple(get_drill(name, words) for name in THEME_DRILLS[quarter])


def select_theme_drill(day: date, words: LanguagePack) -> Drill:
    """Return the drill of the month of *day*; the same for all teams."""
    return list_theme_drills(quarter_of(day), words)[(day.month - 1) % 3]


def build_exercise(drill: Drill, minutes: int, words: LanguagePack) -> Exercise:
    """Build the form of *drill* for a team: an exercise of 10 or 20 minutes.

    It suits every strain, since it is selected by the quarter's theme alone.
    """
    criteria = words.translate("drill.separator").join(drill.criteria)
    easy, middle, hard = drill.lines
    steps = {
        "parts": words.translate("drill.hour.parts", setting=drill.setting),
        "line1": words.translate("drill.hour.line", line=easy),
        "check": words.translate("drill.hour.check", criteria=criteria),
        "line2": words.translate("drill.hour.line", line=middle),
        "change": words.translate("drill.hour.change", line=hard),
        "keep": words.translate("drill.hour.keep"),
    }
    return Exercise(
        id=f"drill-{drill.id}",
        title=words.translate("drill.hour.title", title=drill.title),
        aim=words.translate("drill.hour.aim"),
        steps=tuple((count, steps[name]) for name, count in FORM_MINUTES[minutes].items()),
        forms=frozenset(),
        statuses=frozenset(),
    )


def _list_criteria(drill: Drill, words: LanguagePack) -> tuple[str, ...]:
    return tuple(words.translate("drill.criterion", text=text) for text in drill.criteria)


def _render_adjustment(drill_round: DrillRound, words: LanguagePack) -> tuple[Text, ...]:
    if not drill_round.repetition:
        return ()
    change = words.translate(f"drill.adjust.round{drill_round.repetition}")
    return (Text(words.translate("drill.again", text=change)),)


def _build_steps(drill_round: DrillRound, words: LanguagePack) -> tuple[Button, ...]:
    """Build the buttons: the same line again, a level up or down, the next drill, and the list."""
    ids = [drill.id for drill in words.drills]
    next_id = ids[(ids.index(drill_round.drill_id) + 1) % len(ids)]
    level = drill_round.level
    rounds = {
        "repeat": replace(drill_round, repetition=drill_round.repetition % len(ADJUSTMENTS) + 1),
        "easier": DrillRound(drill_round.drill_id, level - 1),
        "harder": DrillRound(drill_round.drill_id, level + 1),
        "another": DrillRound(next_id, level),
    }
    return (
        *(
            Button("tip.drill", words.translate(f"drill.step.{step}"), encode_round(next_round))
            for step, next_round in rounds.items()
            if next_round.level in LEVELS
        ),
        Button("tip.drills", words.translate("drill.step.list")),
    )
