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


def list_controls(body: tuple[Element, ...]) -> list[Button | Link | OverflowMenu]:
    """Return every control of a body."""
    return [
        control
        for element in body
        if isinstance(element, ActionRow)
        for control in element.controls
    ]


def surface_text(surface: Form | Message) -> str:
    """Return all texts of a form or message."""
    return "\n".join(e.text for e in surface.body if isinstance(e, (Text, Caption, Banner)))


def week_keys(first: date, count: int) -> list[str]:
    """Return the keys of *count* successive ISO weeks."""
    days = (first + timedelta(weeks=n) for n in range(count))
    return [f"{day:%G-W%V}" for day in days]


def test_last_note_offers_to_restart_or_leave() -> None:
    """The note that check-ins have stopped has a button to restart them and one to leave."""
    note = questions.render_last_note(WORDS)

    assert WORDS.translate("checkin.last.text") in surface_text(note)
    names = [control.name for control in list_controls(note.body) if isinstance(control, Button)]
    assert names == ["checkin.again", "checkin.leave"]


@given(st.integers(0, 59))
def test_the_sign_is_random(random_index: int) -> None:
    """The sign depends on the random number only."""
    limits = []

    def random_below(limit: int) -> int:
        limits.append(limit)
        return random_index

    assert questions.deal_sign(WORDS.signs, random_below) == WORDS.signs[random_index]
    assert limits == [len(WORDS.signs)]


@given(st.dates(date(2024, 1, 1), date(2060, 1, 1)))
def test_eight_weeks_have_eight_lenses(first: date) -> None:
    """Any eight successive weeks, also across a year of 53 weeks, have eight lenses."""
    lens_ids = {questions.lens_of_week(WORDS, week).id for week in week_keys(first, 8)}

    assert lens_ids == {lens.id for lens in WORDS.lenses}


def test_the_message_shows_lens_and_sign() -> None:
    """The message has the week's lens, the sign with its name and the privacy note."""
    message_text = surface_text(questions.render_checkin(WORDS, WEEK, SIGN))

    assert questions.lens_of_week(WORDS, WEEK).text in message_text
    assert f"**{SIGN.glyph}**  {SIGN.name}" in message_text
    assert WORDS.translate("checkin.nudge.draw") in message_text
    assert WORDS.translate("safety.not_watched") in message_text


@pytest.mark.parametrize("is_last", [False, True], ids=["question", "last note"])
def test_a_moved_person_reads_until_when_they_count_where_they_were(*, is_last: bool) -> None:
    """The one line more names the day; nobody else's message has it."""
    until = date(2026, 7, 6)
    plain, moved = (
        questions.render_last_note(WORDS, moved_until=day)
        if is_last
        else questions.render_checkin(WORDS, "2026-W27", WORDS.signs[0], moved_until=day)
        for day in (None, until)
    )

    (banner,) = [element for element in moved.body if element not in plain.body]
    assert isinstance(banner, Banner)
    assert "Until Monday, July 6" in banner.text


def test_the_message_has_a_button_and_a_menu() -> None:
    """One button opens the form; pause and leave are in a menu of at most five options."""
    answer, menu = list_controls(questions.render_checkin(WORDS, WEEK, SIGN).body)

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


def test_button_data_round_trip() -> None:
    """Week and sign survive encoding and parsing."""
    assert questions.parse_checkin_data(questions.encode_checkin_data(WEEK, SIGN), WORDS) == (
        WEEK,
        SIGN,
    )


@pytest.mark.parametrize(
    "data",
    ["", ":", "2026-W48", "2026-W48:heart", "2026-W60:circle", "26-W48:circle", "x:circle"],
)
def test_invalid_button_data_is_rejected(data: str) -> None:
    """Button data with an invalid week or an unknown sign raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_checkin_data(data, WORDS)


def test_the_form_has_the_question_and_its_fields() -> None:
    """The form has the same question and sign, the safety banner and three choice fields."""
    form = questions.build_checkin_form(WORDS, WEEK, SIGN)
    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert (form.name, form.data) == ("checkin", "2026-W48:circle_open")
    assert form.body[0] == Banner(WORDS.translate("safety.banner"))
    assert [(f.id, f.required) for f in fields] == [
        ("checkin", True),
        ("intention", False),
        ("wish", False),
    ]
    assert questions.lens_of_week(WORDS, WEEK).text in surface_text(form)


@pytest.mark.parametrize("code", sorted(WORDS.questions["checkin"].option_codes))
def test_an_answer_without_an_intention_is_valid(code: str) -> None:
    """An answer without an intention is valid, and nothing is stored."""
    answer = questions.parse_checkin_answer({"checkin": (code,)}, WORDS)

    assert answer == CheckinAnswer(code)
    assert questions.build_intention(answer, WEEK, SIGN, TODAY) is None


def test_an_intention_is_stored_on_request_only() -> None:
    """An intention is stored for eight days if a follow-up is requested, otherwise not at all."""
    answers = {"checkin": ("someone",), "intention": ("I3",)}
    without_request = questions.parse_checkin_answer(answers, WORDS)
    with_request = questions.parse_checkin_answer({**answers, "wish": ("yes",)}, WORDS)

    assert questions.build_intention(without_request, WEEK, SIGN, TODAY) is None
    assert questions.build_intention(with_request, WEEK, SIGN, TODAY) == Intention(
        "I3", "circle_open", WEEK, date(2026, 12, 2)
    )


def test_a_request_without_an_intention_stores_no_intention() -> None:
    """A follow-up request without an intention stores the same code as one after a debrief."""
    answer = questions.parse_checkin_answer({"checkin": ("unsure",), "wish": ("yes",)}, WORDS)
    intention = questions.build_intention(answer, WEEK, SIGN, TODAY)

    assert intention
    assert intention.code == UNNAMED_INTENTION
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
def test_invalid_answers_are_rejected(answers: dict[str, tuple[str, ...]]) -> None:
    """A missing, repeated or unknown code raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_checkin_answer(answers, WORDS)


def test_the_follow_up_shows_last_weeks_sign() -> None:
    """The follow-up has last week's sign and intention, and no question about repair."""
    form = questions.build_follow_up_form(WORDS, Intention("I1", "circle_open", WEEK, TODAY))
    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert form.name == "followup"
    assert form.body[0] == Banner(WORDS.translate("safety.banner"))
    assert SIGN.glyph in surface_text(form)
    assert WORDS.questions["intention"].get_option("I1").label in surface_text(form)
    assert [(f.id, f.required) for f in fields] == [("followup", True), ("again", False)]


def test_a_follow_up_without_an_intention() -> None:
    """A follow-up without an intention has the sign, and the moves of a repair."""
    form = questions.build_follow_up_form(
        WORDS, Intention(UNNAMED_INTENTION, "circle_open", WEEK, TODAY)
    )
    facts = {"picture": SIGN.glyph, "name": SIGN.name}

    fields = [element for element in form.body if isinstance(element, ChoiceField)]

    assert WORDS.translate("checkin.followup.asked", **facts) in surface_text(form)
    assert [f.id for f in fields] == ["followup", "tried", "again"]
    assert [f.required for f in fields] == [True, False, False]


def test_the_message_does_not_depend_on_answers() -> None:
    """The message depends on the week and the sign's text only, not on any answer."""
    other = replace(SIGN, code="ring")

    assert questions.render_checkin(WORDS, WEEK, SIGN) == questions.render_checkin(
        WORDS, WEEK, SIGN
    )
    assert surface_text(questions.render_checkin(WORDS, WEEK, other)) == surface_text(
        questions.render_checkin(WORDS, WEEK, SIGN)
    )


def test_a_follow_up_is_parsed() -> None:
    """A follow-up is parsed with or without tried moves."""
    answers = {"followup": ("did",), "tried": ("invite", "own_part")}

    assert questions.parse_follow_up_answer(answers, WORDS) == FollowUpAnswer(
        "did", ("invite", "own_part")
    )
    assert questions.parse_follow_up_answer({"followup": ("rather_not",)}, WORDS) == FollowUpAnswer(
        "rather_not"
    )


def test_more_than_three_moves_are_an_error() -> None:
    """More than three tried moves are an error of their field."""
    four_moves = ("clarify", "invite", "own_part", "refocus")
    result = questions.parse_follow_up_answer({"followup": ("did",), "tried": four_moves}, WORDS)

    assert result == InvalidAnswers({"tried": WORDS.translate("rupture.deeper.up_to", count=3)})


@pytest.mark.parametrize(
    "answers",
    [{}, {"followup": ("great",)}, {"followup": ("did",), "tried": ("magic",)}],
)
def test_invalid_follow_ups_are_rejected(answers: dict[str, tuple[str, ...]]) -> None:
    """A missing or unknown follow-up code raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        questions.parse_follow_up_answer(answers, WORDS)


def test_titles_are_within_their_limit() -> None:
    """Titles and buttons of both forms have at most 24 characters."""
    intention = Intention("I1", "circle_open", WEEK, TODAY)
    for form in (
        questions.build_checkin_form(WORDS, WEEK, SIGN),
        questions.build_follow_up_form(WORDS, intention),
    ):
        assert max(map(len, (form.title, form.submit, form.close))) <= 24
