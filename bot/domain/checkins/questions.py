"""The weekly check-in: what is asked, reading the answer, and the follow-up a week later."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack, Lens, Sign
from bot.conversation import InvalidAnswers
from bot.domain.calendar import monday_of_iso_week
from bot.domain.checkins.acknowledgements import (
    CheckinAnswer,
    FollowUpAnswer,
    build_follow_up_thanks_form,
    build_thanks_form,
)
from bot.domain.debriefs.debrief_form import build_choice
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    Element,
    Form,
    Message,
    Option,
    OverflowMenu,
    Text,
)
from bot.errors import UnknownAnswerError

__all__ = [
    "UNNAMED_INTENTION",
    "CheckinAnswer",
    "FollowUpAnswer",
    "Intention",
    "build_checkin_form",
    "build_follow_up_form",
    "build_follow_up_thanks_form",
    "build_intention",
    "build_thanks_form",
    "deal_sign",
    "encode_checkin_data",
    "lens_of_week",
    "parse_checkin_answer",
    "parse_checkin_data",
    "parse_follow_up_answer",
    "render_checkin",
    "render_last_note",
]

INTENTION_LIFETIME = timedelta(days=8)
"""How long an intention is kept: the next weekly check-in falls within it."""

MENU_CODES = ("snooze1", "snooze4", "pause", "leave", "kept")
"""The lesser steps on every check-in; Slack shows five at most."""

FORM_QUESTION_IDS = ("checkin", "intention", "wish")

UNNAMED_INTENTION = "again"
"""What is kept of a wish to be asked that names nothing to try.

A wish after a debrief leaves the same code, so that what is kept tells nobody's debrief.
"""

WEEK_PATTERN = re.compile(r"[1-9]\d{3}-W\d{2}")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Intention:
    """What a clinician asked to be asked about next week; forgotten after *until*.

    ``code`` is an answer of the question 'intention' or :data:`AGAIN`; ``sign`` is the code
    of the sign dealt with it, ``week`` the ISO week it was chosen in.
    """

    code: str
    sign_code: str
    week: str
    expires_on: date


def deal_sign(signs: Sequence[Sign], random_below: Callable[[int], int]) -> Sign:
    """Deal one sign. *draw* gives a random number from 0 up to, not including, its argument.

    Dealt and never chosen: a sign of one's own choice would become a mnemonic of a client.
    """
    return signs[random_below(len(signs))]


def lens_of_week(words: LanguagePack, week: str) -> Lens:
    """Return this ISO week's way of looking; all take turns, across the turn of a year too."""
    return words.lenses[monday_of_iso_week(week).toordinal() // 7 % len(words.lenses)]


def render_checkin(words: LanguagePack, week: str, sign: Sign) -> Message:
    """Ask the week's one question in private.

    The same for everyone, whatever they answered before: what a product keeps of a
    private chat must not tell it.
    """
    menu = tuple(Option(code, words.translate(f"checkin.menu.{code}")) for code in MENU_CODES)
    answer = Button(
        "checkin.answer",
        words.translate("checkin.nudge.answer"),
        encode_checkin_data(week, sign),
        primary=True,
        opens_form=True,
    )
    return Message(
        words.translate("checkin.nudge.summary"),
        (
            *_render_question(words, week, sign),
            ActionRow(
                (answer, OverflowMenu("checkin.menu", words.translate("checkin.nudge.menu"), menu))
            ),
            Caption(words.translate("checkin.nudge.private")),
            Caption(words.translate("safety.not_watched")),
        ),
    )


def render_last_note(words: LanguagePack) -> Message:
    """Say kindly, once, that the questions stop, and how one tap brings them back."""
    more = Button("checkin.again", words.translate("common.step.again"), primary=True)
    leave = Button("checkin.leave", words.translate("checkin.menu.leave"))
    return Message(
        words.translate("checkin.last.summary"),
        (
            Text(words.translate("checkin.last.text")),
            ActionRow((more, leave)),
            Caption(words.translate("checkin.last.private")),
        ),
    )


def _render_question(words: LanguagePack, week: str, sign: Sign) -> tuple[Element, ...]:
    return (
        Text(lens_of_week(words, week).text),
        Text(words.translate("checkin.nudge.sign", picture=sign.glyph, name=sign.name)),
        Caption(words.translate("checkin.nudge.draw")),
    )


def encode_checkin_data(week: str, sign: Sign) -> str:
    """Return week and sign in one word, such as '2026-W48:circle', for a button to carry."""
    return f"{week}:{sign.code}"


def parse_checkin_data(encoded_data: str, words: LanguagePack) -> tuple[str, Sign]:
    """Read the week and the sign that a button carried; UnknownAnswerError when forged."""
    week, _, code = encoded_data.partition(":")
    if not WEEK_PATTERN.fullmatch(week):
        raise UnknownAnswerError
    try:
        lens_of_week(words, week)
        return week, words.get_sign(code)
    except (KeyError, ValueError):
        raise UnknownAnswerError from None


def build_checkin_form(words: LanguagePack, week: str, sign: Sign) -> Form:
    """Ask, in a private window, who comes to mind and what the clinician may try."""
    return Form(
        "checkin",
        words.translate("checkin.form.title"),
        (
            Banner(words.translate("safety.banner")),
            *_render_question(words, week, sign),
            *(build_choice(words.questions[name]) for name in FORM_QUESTION_IDS),
            Caption(words.translate("checkin.form.private")),
        ),
        submit=words.translate("checkin.form.submit"),
        close=words.translate("common.cancel"),
        data=encode_checkin_data(week, sign),
    )


def parse_checkin_answer(answers: Answers, words: LanguagePack) -> CheckinAnswer:
    """Read this week's answer; UnknownAnswerError for codes that are not on offer."""
    code, intention, wish = (_parse_single_code(answers, words, name) for name in FORM_QUESTION_IDS)
    return CheckinAnswer(code, intention, wants_follow_up=wish == "yes")


def _parse_single_code(answers: Answers, words: LanguagePack, question_id: str) -> str:
    question, given = words.questions[question_id], answers.get(question_id, ())
    if (
        len(given) > 1
        or (question.required and not given)
        or not question.option_codes.issuperset(given)
    ):
        raise UnknownAnswerError
    return "".join(given)


def build_intention(answer: CheckinAnswer, week: str, sign: Sign, today: date) -> Intention | None:
    """Return what is kept of an answer: nothing, unless the clinician asked to be asked."""
    if not answer.wants_follow_up:
        return None
    return Intention(
        answer.intention or UNNAMED_INTENTION, sign.code, week, today + INTENTION_LIFETIME
    )


def build_follow_up_form(words: LanguagePack, intention: Intention) -> Form:
    """Ask, with last week's sign, how it was; it stands in for this week's question."""
    offered = words.questions["intention"]
    sign = words.get_sign(intention.sign_code)
    facts = {"picture": sign.glyph, "name": sign.name}
    picked = words.translate("checkin.followup.asked", **facts)
    if intention.code in offered.option_codes:
        label = offered.get_option(intention.code).label
        picked = words.translate("checkin.followup.picked", choice=label, **facts)
    return Form(
        "followup",
        words.translate("checkin.followup.title"),
        (
            Banner(words.translate("safety.banner")),
            Text(picked),
            build_choice(words.questions["followup"]),
            build_choice(words.questions["tried"]),
            Caption(words.translate("checkin.followup.private")),
        ),
        submit=words.translate("checkin.followup.submit"),
        close=words.translate("common.cancel"),
    )


def parse_follow_up_answer(
    answers: Answers, words: LanguagePack
) -> FollowUpAnswer | InvalidAnswers:
    """Read how it was, and what was tried; UnknownAnswerError for codes not on offer."""
    code, tried = _parse_single_code(answers, words, "followup"), answers.get("tried", ())
    question = words.questions["tried"]
    if not question.option_codes.issuperset(tried):
        raise UnknownAnswerError
    if len(tried) > question.max_selected:
        return InvalidAnswers(
            {"tried": words.translate("rupture.deeper.up_to", count=question.max_selected)}
        )
    return FollowUpAnswer(code, tried)
