"""Build the response to a check-in or follow-up: a neutral text without a score, and a tip card."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bot.content.catalogue import LanguagePack, Sign
from bot.domain.calendar import monday_of_iso_week
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
"""The tip cards shown with each answer code in turn, by the atom they were written from."""

CARD_KINDS_TO_READ_ALONE = ("point", "scene", "minutes")
"""The kinds of cards shown to one person; a question for peers is for a room."""

MOVES_BY_FAMILY = MappingProxyType(
    {
        "immediate": frozenset({"clarify", "change_plan", "rationale", "refocus"}),
        "exploratory": frozenset({"invite", "own_part", "immediacy", "validate_protection"}),
        "linking": frozenset({"link_here", "link_outside"}),
    }
)
"""The codes of the moves a clinician tried, by family; a pattern link comes last."""


@dataclass(frozen=True)
class CheckinAnswer:
    """A clinician's answer of this week; not stored, except for a requested follow-up."""

    code: str
    intention: str = ""
    wants_follow_up: bool = False


@dataclass(frozen=True)
class FollowUpAnswer:
    """A clinician's answer to a follow-up; not stored.

    ``again`` is ``yes`` or ``no``, whether to be asked once more; ``""`` when not selected.
    """

    code: str
    tried_moves: tuple[str, ...] = ()
    again: str = ""

    @property
    def is_asked_again(self) -> bool:
        """Whether the intention is kept for another week.

        It is on request, and without a choice where the moment was not right.
        """
        return self.again == "yes" or (self.code == "not_right" and self.again != "no")


def build_thanks_form(
    words: LanguagePack,
    answer: CheckinAnswer,
    sign: Sign,
    week: str,
    expires_on: date | None = None,
    next_step: str = "",
) -> Form:
    """Build the response to this week's answer; its structure is the same for all four answers.

    *week* is the ISO week that selects the card. *expires_on* is the last day on which the
    requested follow-up is stored; ``None`` if none is. *next_step* is ``join`` or ``again``, for a
    person who took the question on demand and is not asked weekly; ``""`` for no button.
    """
    lines = [words.translate(f"checkin.thanks.{answer.code}")]
    if answer.intention:
        label = words.questions["intention"].get_option(answer.intention).label
        lines.append(words.translate("checkin.thanks.intention", choice=label))
    if expires_on:
        facts = {"picture": sign.glyph, "name": sign.name, "day": words.format_day(expires_on)}
        lines.append(words.translate("checkin.thanks.again", **facts))
    buttons = (
        (Button(f"checkin.{next_step}", words.translate(f"common.step.{next_step}")),)
        if next_step
        else ()
    )
    return _build_acknowledgement_form(words, lines, answer.intention or answer.code, week, buttons)


def build_follow_up_thanks_form(
    words: LanguagePack,
    answer: FollowUpAnswer,
    week: str,
    checkin_data: str,
    expires_on: date | None = None,
) -> Form:
    """Build the response to a follow-up; the tried moves select its text and are not stored.

    Its first button leads on to the question that the follow-up preceded, whose button has
    *checkin_data*. *week* is the ISO week that selects the card. *expires_on* is the last day on
    which an intention is stored that is asked about again; ``None`` if none is.
    """
    families = (
        name for name, codes in MOVES_BY_FAMILY.items() if codes.intersection(answer.tried_moves)
    )
    key = f"{answer.code}_again" if expires_on and answer.code == "rather_not" else answer.code
    lines = [words.translate(f"checkin.heard.{key}")]
    lines += [words.translate(f"checkin.heard.{family}") for family in families]
    if expires_on:
        day = words.format_day(expires_on)
        lines.append(words.translate("checkin.heard.again", day=day))
    question_button = Button(
        "checkin.answer",
        words.translate("common.step.question"),
        checkin_data,
        primary=True,
        opens_form=True,
    )
    return _build_acknowledgement_form(words, lines, answer.code, week, (question_button,))


def _build_acknowledgement_form(
    words: LanguagePack,
    lines: list[str],
    answer_code: str,
    week: str,
    next_steps: tuple[Button, ...],
) -> Form:
    debrief = Button("rupture.open", words.translate("checkin.thanks.rupture"), opens_form=True)
    return Form(
        "checkin",
        words.translate("checkin.thanks.title"),
        (
            *(Text(line) for line in lines),
            *_render_tip_card(words, ATOM_BY_ANSWER[answer_code], week),
            ActionRow((*next_steps, debrief)),
            Caption(words.translate("safety.not_watched")),
        ),
        close=words.translate("common.close"),
    )


def _render_tip_card(words: LanguagePack, atom: str, week: str) -> tuple[Element, ...]:
    """Render one card of *atom*; its cards take turns by week. No card if all were retired."""
    cards = [tip for tip in words.tips if tip.atom == atom and tip.kind in CARD_KINDS_TO_READ_ALONE]
    if not cards:
        return ()
    tip = cards[monday_of_iso_week(week).toordinal() // 7 % len(cards)]
    label = () if tip.kind == "point" else (Caption(words.translate(f"tip.kind.{tip.kind}")),)
    quote = (Quote(tip.say),) if tip.say else ()
    point = f"{tip.point}\n" if tip.kind == "scene" else ""
    return (
        Caption(words.translate("checkin.thanks.card")),
        *label,
        Text(f"**{tip.title}**\n{point}{tip.try_this}"),
        *quote,
    )
