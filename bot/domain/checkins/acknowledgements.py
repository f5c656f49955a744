"""The warm word after a check-in or its follow-up: neutral, never a score, one thought along."""

from dataclasses import dataclass
from types import MappingProxyType

from bot.content.catalogue import LanguagePack, Sign
from bot.elements import ActionRow, Button, Caption, Element, Form, Quote, Text

ATOM_BY_ANSWER = MappingProxyType(
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

MOVES_BY_FAMILY = MappingProxyType(
    {
        "immediate": frozenset({"clarify", "change_plan", "rationale", "refocus"}),
        "exploratory": frozenset({"invite", "own_part", "immediacy", "validate_protection"}),
        "linking": frozenset({"link_here", "link_outside"}),
    }
)
"""What was tried, by the kind of move it is; a pattern link comes later than the rest."""


@dataclass(frozen=True)
class CheckinAnswer:
    """What a clinician answered this week. Stored nowhere, but for a wish to be asked again."""

    code: str
    intention: str = ""
    wants_follow_up: bool = False


@dataclass(frozen=True)
class FollowUpAnswer:
    """What a clinician answered to a follow-up; stored nowhere."""

    code: str
    tried_moves: tuple[str, ...] = ()


def build_thanks_form(words: LanguagePack, answer: CheckinAnswer, sign: Sign) -> Form:
    """Thank a clinician for this week's answer; all four answers are met alike."""
    lines = [words.translate(f"checkin.thanks.{answer.code}")]
    if answer.intention:
        picked = words.questions["intention"].get_option(answer.intention).label
        lines.append(words.translate("checkin.thanks.intention", choice=picked))
    if answer.wants_follow_up:
        facts = {"picture": sign.glyph, "name": sign.name}
        lines.append(words.translate("checkin.thanks.again", **facts))
    return _build_acknowledgement_form(words, lines, answer.intention or answer.code)


def build_follow_up_thanks_form(words: LanguagePack, answer: FollowUpAnswer) -> Form:
    """Thank a clinician for a follow-up; what they tried shapes the words and is dropped."""
    families = (
        name for name, codes in MOVES_BY_FAMILY.items() if codes.intersection(answer.tried_moves)
    )
    lines = [words.translate(f"checkin.heard.{answer.code}")]
    lines += [words.translate(f"checkin.heard.{family}") for family in families]
    return _build_acknowledgement_form(words, lines, answer.code)


def _build_acknowledgement_form(words: LanguagePack, lines: list[str], answer_code: str) -> Form:
    debrief = Button("rupture.open", words.translate("checkin.thanks.rupture"), opens_form=True)
    return Form(
        "checkin",
        words.translate("checkin.thanks.title"),
        (
            *(Text(line) for line in lines),
            *_render_tip_card(words, ATOM_BY_ANSWER[answer_code]),
            ActionRow((debrief,)),
            Caption(words.translate("safety.not_watched")),
        ),
        close=words.translate("common.close"),
    )


def _render_tip_card(words: LanguagePack, atom: str) -> tuple[Element, ...]:
    tip = next(tip for tip in words.tips if tip.atom == atom)
    said = (Quote(tip.say),) if tip.say else ()
    return (
        Caption(words.translate("checkin.thanks.card")),
        Text(f"**{tip.title}**\n{tip.try_this}"),
        *said,
    )
