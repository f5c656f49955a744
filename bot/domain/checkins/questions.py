"""The weekly check-in: render the question, parse the answer, and follow up a week later."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from bot.content.catalogue import LanguagePack, Lens, Sign
from bot.conversation import InvalidAnswers
from bot.domain import safety_banners
from bot.domain.answers import Answers, parse_question_code, parse_question_codes
from bot.domain.calendar import monday_of_iso_week
from bot.domain.checkins.acknowledgements import (
    CheckinAnswer,
    FollowUpAnswer,
    build_follow_up_thanks_form,
    build_thanks_form,
)
from bot.domain.checkins.intentions import (
    UNNAMED_INTENTION,
    Intention,
    build_intention,
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

MENU_CODES = ("snooze1", "snooze4", "pause", "leave", "kept")
"""The secondary actions of every check-in; Slack displays five at most."""

FORM_QUESTION_IDS = ("checkin", "intention", "wish")

WEEK_PATTERN = re.compile(r"[1-9]\d{3}-W\d{2}")


def deal_sign(signs: Sequence[Sign], random_below: Callable[[int], int]) -> Sign:
    """Select a random sign; *random_below* returns a random number below its argument.

    A sign is dealt and never selected by the clinician: a sign of their own choice would become a
    mnemonic of a client.
    """
    return signs[random_below(len(signs))]


def lens_of_week(words: LanguagePack, week: str) -> Lens:
    """Return the lens of an ISO week; all lenses rotate, across the turn of a year too."""
    return words.lenses[monday_of_iso_week(week).toordinal() // 7 % len(words.lenses)]


def render_checkin(
    words: LanguagePack,
    week: str,
    sign: Sign,
    undone_since: date | None = None,
    moved_until: date | None = None,
) -> Message:
    """Render the week's question as a private message.

    It is identical for all clinicians, whatever their earlier answers: the history of a private
    chat, which the product stores, must not disclose them. *undone_since* is the day since which
    a restored backup has undone what the team filed, if it did; *moved_until* is the day until
    which a person who was moved or removed counts in the unit on whose list they were.
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
            *_render_undone(words, undone_since),
            *_render_move(words, moved_until),
            *_render_question(words, week, sign),
            ActionRow(
                (answer, OverflowMenu("checkin.menu", words.translate("checkin.nudge.menu"), menu))
            ),
            Caption(words.translate("checkin.nudge.private")),
            Caption(words.translate("safety.not_watched")),
        ),
    )


def render_last_note(
    words: LanguagePack, undone_since: date | None = None, moved_until: date | None = None
) -> Message:
    """Render the one note that check-ins have stopped, with a button to restart them.

    *undone_since* and *moved_until* are those of :func:`render_checkin`.
    """
    restart_button = Button("checkin.again", words.translate("common.step.again"), primary=True)
    leave_button = Button("checkin.leave", words.translate("checkin.menu.leave"))
    return Message(
        words.translate("checkin.last.summary"),
        (
            *_render_undone(words, undone_since),
            *_render_move(words, moved_until),
            Text(words.translate("checkin.last.text")),
            ActionRow((restart_button, leave_button)),
            Caption(words.translate("checkin.last.private")),
        ),
    )


def _render_undone(words: LanguagePack, undone_since: date | None) -> tuple[Element, ...]:
    if undone_since is None:
        return ()
    day = words.format_day(undone_since)
    return (Banner(words.translate("checkin.nudge.undone", day=day), "info"),)


def _render_move(words: LanguagePack, moved_until: date | None) -> tuple[Element, ...]:
    if moved_until is None:
        return ()
    day = words.format_day(moved_until)
    return (Banner(words.translate("checkin.nudge.moved", day=day), "info"),)


def _render_question(words: LanguagePack, week: str, sign: Sign) -> tuple[Element, ...]:
    return (
        Text(lens_of_week(words, week).text),
        Text(words.translate("checkin.nudge.sign", picture=sign.glyph, name=sign.name)),
        Caption(words.translate("checkin.nudge.draw")),
    )


def encode_checkin_data(week: str, sign: Sign) -> str:
    """Encode week and sign as button data, such as '2026-W48:circle'."""
    return f"{week}:{sign.code}"


def parse_checkin_data(encoded_data: str, words: LanguagePack) -> tuple[str, Sign]:
    """Parse the week and the sign from button data; UnknownAnswerError when invalid."""
    week, _, code = encoded_data.partition(":")
    if not WEEK_PATTERN.fullmatch(week):
        raise UnknownAnswerError
    try:
        lens_of_week(words, week)
        return week, words.get_sign(code)
    except (KeyError, ValueError):
        raise UnknownAnswerError from None


def build_checkin_form(
    words: LanguagePack,
    week: str,
    sign: Sign,
    *,
    offers_follow_up: bool = True,
    announces_message: bool = False,
) -> Form:
    """Build the private form of the check-in: who came to mind, and an optional intention.

    Unless *offers_follow_up*, no follow-up can be requested: no check-in is due a week later.
    With *announces_message* the form, opened on demand, says that the week's message still comes.
    """
    notice = (Caption(words.translate("checkin.form.still_comes")),) if announces_message else ()
    question_ids = [name for name in FORM_QUESTION_IDS if offers_follow_up or name != "wish"]
    return Form(
        "checkin",
        words.translate("checkin.form.title"),
        (
            *safety_banners.build_banners(words, "banner"),
            *_render_question(words, week, sign),
            *(build_choice(words.questions[name]) for name in question_ids),
            Caption(words.translate("checkin.form.private")),
            *notice,
        ),
        submit=words.translate("checkin.form.submit"),
        close=words.translate("common.cancel"),
        data=encode_checkin_data(week, sign),
    )


def parse_checkin_answer(answers: Answers, words: LanguagePack) -> CheckinAnswer:
    """Parse this week's answer; UnknownAnswerError for codes that are not offered."""
    code, intention, follow_up_code = (
        parse_question_code(answers, words.questions[name]) for name in FORM_QUESTION_IDS
    )
    return CheckinAnswer(code, intention, wants_follow_up=follow_up_code == "yes")


def build_follow_up_form(
    words: LanguagePack,
    intention: Intention,
    checkin_data: str = "",
    *,
    offers_follow_up: bool = True,
) -> Form:
    """Build the follow-up form with the sign of the intention; it precedes this week's question.

    *checkin_data* is that of the question's button. Unless *offers_follow_up*, another follow-up
    cannot be requested: no check-in is due a week later.
    """
    question = words.questions["intention"]
    sign = words.get_sign(intention.sign_code)
    facts = {"picture": sign.glyph, "name": sign.name}
    text = words.translate("checkin.followup.asked", **facts)
    if intention.code in question.option_codes:
        label = question.get_option(intention.code).label
        text = words.translate("checkin.followup.picked", choice=label, **facts)
    question_ids = [
        name for name in _follow_up_question_ids(intention) if offers_follow_up or name != "again"
    ]
    return Form(
        "followup",
        words.translate("checkin.followup.title"),
        (
            *safety_banners.build_banners(words, "banner"),
            Text(text),
            *(build_choice(words.questions[name]) for name in question_ids),
            Caption(words.translate("checkin.followup.private")),
        ),
        submit=words.translate("checkin.followup.submit"),
        close=words.translate("common.cancel"),
        data=checkin_data,
    )


def _follow_up_question_ids(intention: Intention) -> tuple[str, ...]:
    """Return the questions of a follow-up: moves of repair only where no intention was named.

    Who meant to ask about the goals, or to say that trust takes time, may have repaired nothing.
    """
    is_unnamed = intention.code == UNNAMED_INTENTION
    return ("followup", "tried", "again") if is_unnamed else ("followup", "again")


def parse_follow_up_answer(
    answers: Answers, words: LanguagePack
) -> FollowUpAnswer | InvalidAnswers:
    """Parse a follow-up, its tried moves and the wish to be asked again.

    Raises UnknownAnswerError for codes that are not offered.
    """
    code, again = (
        parse_question_code(answers, words.questions[name]) for name in ("followup", "again")
    )
    question = words.questions["tried"]
    tried_moves = parse_question_codes(answers, question)
    if len(tried_moves) > question.max_selected:
        return InvalidAnswers(
            {"tried": words.translate("rupture.deeper.up_to", count=question.max_selected)}
        )
    return FollowUpAnswer(code, tried_moves, again)
