"""The warm word after a check-in or its follow-up: neutral, never a score, one thought along."""

from dataclasses import dataclass
from types import MappingProxyType

from bot.content.catalogue import Sign, Words
from bot.elements import Actions, Button, Element, Form, Quote, Small, Text

ATOMS = MappingProxyType(
    {
        "someone": "T1a",
        "checked": "T1e",
        "none": "i3",
        "unsure": "T2e",
        "I1": "T1a",
        "I2": "T1b",
        "I3": "T7b",
        "I4": "T7c",
        "I5": "T2d",
        "I6": "T3a",
        "did": "T1e",
        "not_right": "T1d",
        "otherwise": "i7",
        "rather_not": "T4c",
    }
)
"""The card that goes along with each answer, by the atom it grew from."""

FAMILIES = MappingProxyType(
    {
        "immediate": frozenset({"clarify", "change_plan", "rationale", "refocus"}),
        "exploratory": frozenset({"invite", "own_part", "immediacy", "validate_protection"}),
        "linking": frozenset({"link_here", "link_outside"}),
    }
)
"""What was tried, by the kind of move it is; a pattern link comes later than the rest."""


@dataclass(frozen=True)
class Answered:
    """What a clinician answered this week. Stored nowhere, but for a wish to be asked again."""

    code: str
    intention: str = ""
    again: bool = False


@dataclass(frozen=True)
class Heard:
    """What a clinician answered to a follow-up; stored nowhere."""

    code: str
    tried: tuple[str, ...] = ()


def thanks(words: Words, answered: Answered, sign: Sign) -> Form:
    """Thank a clinician for this week's answer; all four answers are met alike."""
    lines = [words.say(f"checkin.thanks.{answered.code}")]
    if answered.intention:
        picked = words.questions["intention"].option(answered.intention).label
        lines.append(words.say("checkin.thanks.intention", choice=picked))
    if answered.again:
        facts = {"picture": sign.picture, "name": sign.name}
        lines.append(words.say("checkin.thanks.again", **facts))
    return _thanks(words, lines, answered.intention or answered.code)


def heard(words: Words, told: Heard) -> Form:
    """Thank a clinician for a follow-up; what they tried shapes the words and is dropped."""
    families = (name for name, codes in FAMILIES.items() if codes.intersection(told.tried))
    lines = [words.say(f"checkin.heard.{told.code}")]
    lines += [words.say(f"checkin.heard.{family}") for family in families]
    return _thanks(words, lines, told.code)


def _thanks(words: Words, lines: list[str], code: str) -> Form:
    debrief = Button("rupture.open", words.say("checkin.thanks.rupture"), opens_form=True)
    return Form(
        "checkin",
        words.say("checkin.thanks.title"),
        (
            *(Text(line) for line in lines),
            *_card(words, ATOMS[code]),
            Actions((debrief,)),
            Small(words.say("safety.not_watched")),
        ),
        close=words.say("common.close"),
    )


def _card(words: Words, atom: str) -> tuple[Element, ...]:
    tip = next(tip for tip in words.tips if tip.atom == atom)
    said = (Quote(tip.say),) if tip.say else ()
    return Small(words.say("checkin.thanks.card")), Text(f"**{tip.title}**\n{tip.try_this}"), *said
