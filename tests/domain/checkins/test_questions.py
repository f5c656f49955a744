from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.checkins import questions
from bot.domain.checkins.questions import (
    UNNAMED_INTENTION,
    CheckinAnswer,
    FollowUpAnswer,
    Intention,
)
from bot.elements import (
    ActionRow,
    Banner,
    Button,
    Caption,
    ChoiceField,
    Element,
    Form,
    Link,
    Message,
    OverflowMenu,
    Text,
)
from bot.errors import UnknownAnswerError

WORDS = load_catalogue().get_pack("en")
SIGN = WORDS.get_sign("circle_open")
WEEK = "2026-W48"
TODAY = date(2026, 11, 24)


def steps(body: tuple[Element, ...]) -> list[Button | Link | OverflowMenu]:
    """Return every step that can be taken."""
    return [step for element in body if isinstance(element, ActionRow) for step in element.controls]


def text(shown: Form | Message) -> str:
    """Return all that is read in a form or message."""
    return "\n".join(e.text for e in shown.body if isinstance(e, (Text, Caption, Banner)))


def weeks(first: date, count: int) -> list[str]:
    """Return *count* ISO weeks in a row."""
    days = (first + timedelta(weeks=n) for n in range(count))
    return [f"{day:%G-W%V}" for day in days]


@given(st.integers(0, 59))
def test_signs_are_dealt_and_never_chosen(drawn: int) -> None:
    """The draw alone decides which of all signs it is."""
    asked = []

    def draw(count: int) -> int:
        asked.append(count)
        return drawn

    assert questions.deal_sign(WORDS.signs, draw) == WORDS.signs[drawn]
    assert asked == [len(WORDS.signs)]


@given(st.dates(date(2024, 1, 1), date(2060, 1, 1)))
def test_eight_weeks_bring_eight_lenses(first: date) -> None:
    """Any eight weeks in a row, also across a year of 53 weeks, look in eight ways."""
    found = {questions.lens_of_week(WORDS, week).id for week in weeks(first, 8)}

    assert found == {lens.id for lens in WORDS.lenses}


def test_the_question_carries_its_sign() -> None:
    """The message shows the week's lens and the sign with its name, and says whom it is for."""
    shown = text(questions.render_checkin(WORDS, WEEK, SIGN))

    assert questions.lens_of_week(WORDS, WEEK).text in shown
    assert f"**{SIGN.glyph}**  {SIGN.name}" in shown
    assert WORDS.translate("checkin.nudge.draw") in shown
    assert WORDS.translate("safety.not_watched") in shown


def test_the_question_opens_in_private() -> None:
    """One button opens the form; pausing and leaving are one tap in a menu of five at most."""
    answer, menu = steps(questions.render_checkin(WORDS, WEEK, SIGN).body)

    assert isinstance(answer, Button)
    assert isinstance(menu, OverflowMenu)
    assert (answer.name, answer.data, answer.opens_form) == (
        "checkin.answer",
        "2026-W48:circle_open",
        True,
    )
    assert menu.name == "checkin.menu"
    assert {"pause", "leave", "kept"} < {option.code for option in menu.options}
    assert 2 <= len(menu.options) <= 5


def test_what_a_button_carries_is_read_again() -> None:
    """Week and sign come back as they went out."""
    assert questions.parse_checkin_data(questions.encode_checkin_data(WEEK, SIGN), WORDS) == (
        WEEK,
        SIGN,
    )


@pytest.mark.parametrize(
    "data",
    ["", ":", "2026-W48", "2026-W48:heart", "2026-W60:circle", "26-W48:circle", "x:circle"],
)
def test_forged_data_is_refused(data: str) -> None:
    """A week that is none, or a sign that was never dealt, goes no further."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_checkin_data(data, WORDS)


def test_the_form_asks_in_the_window_alone() -> None:
    """The same question and sign stand in the form, with safety on top and three coded fields."""
    form = questions.build_checkin_form(WORDS, WEEK, SIGN)
    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert (form.name, form.data) == ("checkin", "2026-W48:circle_open")
    assert form.body[0] == Banner(WORDS.translate("safety.banner"))
    assert [(f.id, f.required) for f in fields] == [
        ("checkin", True),
        ("intention", False),
        ("wish", False),
    ]
    assert questions.lens_of_week(WORDS, WEEK).text in text(form)


@pytest.mark.parametrize("code", sorted(WORDS.questions["checkin"].option_codes))
def test_an_answer_alone_is_enough(code: str) -> None:
    """Each of the four answers can stand by itself, and then nothing is kept."""
    answered = questions.parse_checkin_answer({"checkin": (code,)}, WORDS)

    assert answered == CheckinAnswer(code)
    assert questions.build_intention(answered, WEEK, SIGN, TODAY) is None


def test_an_intention_is_kept_only_on_request() -> None:
    """What a clinician picked is kept for eight days if they wish to be asked, else not at all."""
    answers = {"checkin": ("someone",), "intention": ("I3",)}
    quiet = questions.parse_checkin_answer(answers, WORDS)
    asked = questions.parse_checkin_answer({**answers, "wish": ("yes",)}, WORDS)

    assert questions.build_intention(quiet, WEEK, SIGN, TODAY) is None
    assert questions.build_intention(asked, WEEK, SIGN, TODAY) == Intention(
        "I3", "circle_open", WEEK, date(2026, 12, 2)
    )


def test_a_wish_without_an_intention_keeps_its_sign_alone() -> None:
    """Whoever only wishes to be asked leaves the same code as after a debrief."""
    answered = questions.parse_checkin_answer({"checkin": ("unsure",), "wish": ("yes",)}, WORDS)
    kept = questions.build_intention(answered, WEEK, SIGN, TODAY)

    assert kept
    assert kept.code == UNNAMED_INTENTION
    assert UNNAMED_INTENTION not in WORDS.questions["intention"].option_codes


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"checkin": ("never",)},
        {"checkin": ("none", "someone")},
        {"checkin": ("none",), "intention": ("I9",)},
        {"checkin": ("none",), "wish": ("maybe",)},
    ],
)
def test_forged_answers_are_refused(answers: dict[str, tuple[str, ...]]) -> None:
    """A missing, doubled or unknown answer goes no further."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_checkin_answer(answers, WORDS)


def test_the_follow_up_shows_last_weeks_sign() -> None:
    """The follow-up names the sign and what was picked, and asks how it was and what was tried."""
    form = questions.build_follow_up_form(WORDS, Intention("I1", "circle_open", WEEK, TODAY))
    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert form.name == "followup"
    assert form.body[0] == Banner(WORDS.translate("safety.banner"))
    assert SIGN.glyph in text(form)
    assert WORDS.questions["intention"].get_option("I1").label in text(form)
    assert [(f.id, f.required) for f in fields] == [("followup", True), ("tried", False)]


def test_a_follow_up_with_nothing_picked_still_asks() -> None:
    """Whoever only wished to be asked is asked, with the sign and no intention."""
    form = questions.build_follow_up_form(
        WORDS, Intention(UNNAMED_INTENTION, "circle_open", WEEK, TODAY)
    )
    facts = {"picture": SIGN.glyph, "name": SIGN.name}

    assert WORDS.translate("checkin.followup.asked", **facts) in text(form)


def test_the_message_is_the_same_for_everybody() -> None:
    """Nothing in a week's message depends on what anybody answered: it is not even told."""
    other = replace(SIGN, code="ring")

    assert questions.render_checkin(WORDS, WEEK, SIGN) == questions.render_checkin(
        WORDS, WEEK, SIGN
    )
    assert text(questions.render_checkin(WORDS, WEEK, other)) == text(
        questions.render_checkin(WORDS, WEEK, SIGN)
    )


def test_a_follow_up_is_read() -> None:
    """How it was and what was tried are read; nothing tried is fine."""
    tried = {"followup": ("did",), "tried": ("invite", "own_part")}

    assert questions.parse_follow_up_answer(tried, WORDS) == FollowUpAnswer(
        "did", ("invite", "own_part")
    )
    assert questions.parse_follow_up_answer({"followup": ("rather_not",)}, WORDS) == FollowUpAnswer(
        "rather_not"
    )


def test_more_than_three_tried_are_met_kindly() -> None:
    """A fourth tick gets one kind sentence under its field."""
    four = ("clarify", "invite", "own_part", "refocus")
    heard = questions.parse_follow_up_answer({"followup": ("did",), "tried": four}, WORDS)

    assert heard == InvalidAnswers({"tried": WORDS.translate("rupture.deeper.up_to", count=3)})


@pytest.mark.parametrize(
    "answers",
    [{}, {"followup": ("great",)}, {"followup": ("did",), "tried": ("magic",)}],
)
def test_forged_follow_ups_are_refused(answers: dict[str, tuple[str, ...]]) -> None:
    """A follow-up without an answer, or with an unknown one, goes no further."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_follow_up_answer(answers, WORDS)


def test_titles_fit_a_window() -> None:
    """Titles and buttons of both forms hold 24 characters at most."""
    intention = Intention("I1", "circle_open", WEEK, TODAY)
    for form in (
        questions.build_checkin_form(WORDS, WEEK, SIGN),
        questions.build_follow_up_form(WORDS, intention),
    ):
        assert max(map(len, (form.title, form.submit, form.close))) <= 24
