"""The weekly check-in: what is asked, reading the answer, and the follow-up a week later."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import Lens, Sign, Words
from bot.conversation import Invalid
from bot.domain.calendar import week_starts
from bot.domain.checkins.acknowledgements import Answered, Heard, heard, thanks
from bot.domain.debriefs.debrief_form import choice
from bot.elements import (
    Actions,
    Banner,
    Button,
    Element,
    Form,
    Menu,
    Message,
    Option,
    Small,
    Text,
)
from bot.errors import UnknownAnswerError

__all__ = [
    "AGAIN",
    "Answered",
    "Heard",
    "Intention",
    "data",
    "deal",
    "followup",
    "form",
    "heard",
    "last_note",
    "lens",
    "nudge",
    "read",
    "read_data",
    "read_followup",
    "thanks",
    "wished",
]

KEPT = timedelta(days=8)
"""How long an intention is kept: the next weekly check-in falls within it."""

MENU = ("snooze1", "snooze4", "pause", "leave", "kept")
"""The lesser steps on every check-in; Slack shows five at most."""

ASKED = ("checkin", "intention", "wish")

AGAIN = "again"
"""What is kept of a wish to be asked that names nothing to try.

A wish after a debrief leaves the same code, so that what is kept tells nobody's debrief.
"""

WEEK = re.compile(r"[1-9]\d{3}-W\d{2}")

Answers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Intention:
    """What a clinician asked to be asked about next week; forgotten after *until*.

    ``code`` is an answer of the question 'intention' or :data:`AGAIN`; ``sign`` is the code
    of the sign dealt with it, ``week`` the ISO week it was chosen in.
    """

    code: str
    sign: str
    week: str
    until: date


def deal(signs: Sequence[Sign], draw: Callable[[int], int]) -> Sign:
    """Deal one sign. *draw* gives a random number from 0 up to, not including, its argument.

    Dealt and never chosen: a sign of one's own choice would become a mnemonic of a client.
    """
    return signs[draw(len(signs))]


def lens(words: Words, week: str) -> Lens:
    """Return this ISO week's way of looking; all take turns, across the turn of a year too."""
    return words.lenses[week_starts(week).toordinal() // 7 % len(words.lenses)]


def nudge(words: Words, week: str, sign: Sign) -> Message:
    """Ask the week's one question in private.

    The same for everyone, whatever they answered before: what a product keeps of a
    private chat must not tell it.
    """
    menu = tuple(Option(code, words.say(f"checkin.menu.{code}")) for code in MENU)
    answer = Button(
        "checkin.answer",
        words.say("checkin.nudge.answer"),
        data(week, sign),
        primary=True,
        opens_form=True,
    )
    return Message(
        words.say("checkin.nudge.summary"),
        (
            *_question(words, week, sign),
            Actions((answer, Menu("checkin.menu", words.say("checkin.nudge.menu"), menu))),
            Small(words.say("checkin.nudge.private")),
            Small(words.say("safety.not_watched")),
        ),
    )


def last_note(words: Words) -> Message:
    """Say kindly, once, that the questions stop, and how one tap brings them back."""
    more = Button("checkin.again", words.say("common.step.again"), primary=True)
    leave = Button("checkin.leave", words.say("checkin.menu.leave"))
    return Message(
        words.say("checkin.last.summary"),
        (
            Text(words.say("checkin.last.text")),
            Actions((more, leave)),
            Small(words.say("checkin.last.private")),
        ),
    )


def _question(words: Words, week: str, sign: Sign) -> tuple[Element, ...]:
    return (
        Text(lens(words, week).text),
        Text(words.say("checkin.nudge.sign", picture=sign.picture, name=sign.name)),
        Small(words.say("checkin.nudge.draw")),
    )


def data(week: str, sign: Sign) -> str:
    """Return week and sign in one word, such as '2026-W48:circle', for a button to carry."""
    return f"{week}:{sign.code}"


def read_data(carried: str, words: Words) -> tuple[str, Sign]:
    """Read the week and the sign that a button carried; UnknownAnswerError when forged."""
    week, _, code = carried.partition(":")
    if not WEEK.fullmatch(week):
        raise UnknownAnswerError
    try:
        lens(words, week)
        return week, words.sign(code)
    except (KeyError, ValueError):
        raise UnknownAnswerError from None


def form(words: Words, week: str, sign: Sign) -> Form:
    """Ask, in a private window, who comes to mind and what the clinician may try."""
    return Form(
        "checkin",
        words.say("checkin.form.title"),
        (
            Banner(words.say("safety.banner")),
            *_question(words, week, sign),
            *(choice(words.questions[name]) for name in ASKED),
            Small(words.say("checkin.form.private")),
        ),
        submit=words.say("checkin.form.submit"),
        close=words.say("common.cancel"),
        data=data(week, sign),
    )


def read(answers: Answers, words: Words) -> Answered:
    """Read this week's answer; UnknownAnswerError for codes that are not on offer."""
    code, intention, wish = (_one(answers, words, name) for name in ASKED)
    return Answered(code, intention, again=wish == "yes")


def _one(answers: Answers, words: Words, name: str) -> str:
    question, given = words.questions[name], answers.get(name, ())
    if len(given) > 1 or (question.required and not given) or not question.codes.issuperset(given):
        raise UnknownAnswerError
    return "".join(given)


def wished(answered: Answered, week: str, sign: Sign, today: date) -> Intention | None:
    """Return what is kept of an answer: nothing, unless the clinician asked to be asked."""
    if not answered.again:
        return None
    return Intention(answered.intention or AGAIN, sign.code, week, today + KEPT)


def followup(words: Words, intention: Intention) -> Form:
    """Ask, with last week's sign, how it was; it stands in for this week's question."""
    offered = words.questions["intention"]
    sign = words.sign(intention.sign)
    facts = {"picture": sign.picture, "name": sign.name}
    picked = words.say("checkin.followup.asked", **facts)
    if intention.code in offered.codes:
        label = offered.option(intention.code).label
        picked = words.say("checkin.followup.picked", choice=label, **facts)
    return Form(
        "followup",
        words.say("checkin.followup.title"),
        (
            Banner(words.say("safety.banner")),
            Text(picked),
            choice(words.questions["followup"]),
            choice(words.questions["tried"]),
            Small(words.say("checkin.followup.private")),
        ),
        submit=words.say("checkin.followup.submit"),
        close=words.say("common.cancel"),
    )


def read_followup(answers: Answers, words: Words) -> Heard | Invalid:
    """Read how it was, and what was tried; UnknownAnswerError for codes not on offer."""
    code, tried = _one(answers, words, "followup"), answers.get("tried", ())
    question = words.questions["tried"]
    if not question.codes.issuperset(tried):
        raise UnknownAnswerError
    if len(tried) > question.at_most:
        return Invalid({"tried": words.say("rupture.deeper.up_to", count=question.at_most)})
    return Heard(code, tried)
