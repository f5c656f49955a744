from collections.abc import Callable
from datetime import date, time

import pytest

from bot.content.model import Question
from bot.domain import answers
from bot.elements import Option
from bot.errors import UnknownAnswerError

CODES = ("a", "b", "c")
OPTIONS = tuple(Option(code, code.upper()) for code in CODES)
SINGLE = Question("field", "Which?", OPTIONS, required=True, max_selected=1)
OPTIONAL = Question("field", "Which?", OPTIONS, required=False, max_selected=1)
MULTIPLE = Question("field", "Which?", OPTIONS, required=False, max_selected=2)

Parser = Callable[[answers.Answers], object]


@pytest.mark.parametrize(
    ("parser", "expected"),
    [
        (lambda form: answers.parse_value(form, "field"), ""),
        (lambda form: answers.parse_name(form, "field"), ""),
        (lambda form: answers.parse_unique_values(form, "field"), ()),
        (lambda form: answers.parse_codes(form, "field", CODES), ()),
        (lambda form: answers.parse_question_codes(form, OPTIONAL), ()),
        (lambda form: answers.parse_question_code(form, OPTIONAL), ""),
    ],
)
@pytest.mark.parametrize("blank", [{}, {"field": ()}])
def test_blank_optional_fields_have_a_blank_value(
    parser: Parser, expected: object, blank: answers.Answers
) -> None:
    """An absent field and a field without values are equally blank."""
    assert parser(blank) == expected


@pytest.mark.parametrize(
    "parser",
    [
        lambda form: answers.parse_required_value(form, "field"),
        lambda form: answers.parse_code(form, "field", CODES),
        lambda form: answers.parse_question_codes(form, SINGLE),
        lambda form: answers.parse_question_code(form, SINGLE),
        lambda form: answers.parse_time(form, "field"),
        lambda form: answers.parse_date(form, "field"),
    ],
)
@pytest.mark.parametrize("blank", [{}, {"field": ()}, {"field": ("",)}])
def test_blank_required_fields_are_rejected(parser: Parser, blank: answers.Answers) -> None:
    """A required field without a value raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        parser(blank)


@pytest.mark.parametrize(
    "parser",
    [
        lambda form: answers.parse_value(form, "field"),
        lambda form: answers.parse_required_value(form, "field"),
        lambda form: answers.parse_name(form, "field"),
        lambda form: answers.parse_code(form, "field", CODES),
        lambda form: answers.parse_question_codes(form, SINGLE),
        lambda form: answers.parse_question_code(form, OPTIONAL),
        lambda form: answers.parse_time(form, "field"),
        lambda form: answers.parse_date(form, "field"),
    ],
)
def test_several_values_of_a_single_value_field_are_rejected(parser: Parser) -> None:
    """Two values of a single-value field raise UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        parser({"field": ("a", "b")})


@pytest.mark.parametrize(
    "parser",
    [
        lambda form: answers.parse_code(form, "field", CODES),
        lambda form: answers.parse_codes(form, "field", CODES),
        lambda form: answers.parse_question_codes(form, MULTIPLE),
        lambda form: answers.parse_question_code(form, SINGLE),
    ],
)
def test_codes_that_are_not_offered_are_rejected(parser: Parser) -> None:
    """A code outside the offered ones raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        parser({"field": ("d",)})


def test_values_are_returned_unchanged() -> None:
    """A value has no further normalization, whereas a name has its whitespace collapsed."""
    form = {"field": (" Friday  team ",)}

    assert answers.parse_value(form, "field") == " Friday  team "
    assert answers.parse_required_value(form, "field") == " Friday  team "
    assert answers.parse_name(form, "field") == "Friday team"


def test_unique_values_retain_their_order() -> None:
    """Duplicates are removed and the order of submission is retained."""
    assert answers.parse_unique_values({"field": ("b", "a", "b")}, "field") == ("b", "a")


def test_codes_are_in_the_order_of_the_form() -> None:
    """Selected codes are returned in the offered order, without duplicates."""
    form = {"field": ("c", "a", "c")}

    assert answers.parse_code({"field": ("b",)}, "field", CODES) == "b"
    assert answers.parse_codes(form, "field", CODES) == ("a", "c")
    assert answers.parse_question_codes(form, MULTIPLE) == ("a", "c")
    assert answers.parse_question_code({"field": ("b",)}, SINGLE) == "b"


def test_too_many_codes_of_a_multiple_choice_are_left_to_the_caller() -> None:
    """More codes than allowed are returned, for an error of the field."""
    assert answers.parse_question_codes({"field": CODES}, MULTIPLE) == CODES


def test_times_and_dates_are_parsed() -> None:
    """A local time is ``HH:MM`` and a date is in ISO format."""
    assert answers.parse_time({"field": ("08:30",)}, "field") == time(8, 30)
    assert answers.parse_date({"field": ("2026-07-06",)}, "field") == date(2026, 7, 6)


@pytest.mark.parametrize("value", ["late", "25:00", "8h", "2026-07-32"])
def test_malformed_times_and_dates_are_rejected(value: str) -> None:
    """A malformed time or date raises UnknownAnswerError."""
    with pytest.raises(UnknownAnswerError):
        answers.parse_time({"field": (value,)}, "field")
    with pytest.raises(UnknownAnswerError):
        answers.parse_date({"field": (value,)}, "field")
