"""Parse the values of a submitted form, and reject any value that its field cannot have.

All functions but :func:`parse_unique_values`, whose field has no fixed options, raise
:class:`bot.errors.UnknownAnswerError` for a value that the form does not offer: such a request
was forged, or comes from a form of another release.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from bot.content.catalogue import Question
from bot.errors import UnknownAnswerError

Answers = Mapping[str, tuple[str, ...]]
"""The submitted values of a form by field id; a blank field is absent or has no value."""


def parse_value(answers: Answers, field_id: str) -> str:
    """Return the value of a single-value field, ``""`` when it is blank.

    Raises UnknownAnswerError for several values.
    """
    values = answers.get(field_id, ())
    if len(values) > 1:
        raise UnknownAnswerError
    return "".join(values)


def parse_required_value(answers: Answers, field_id: str) -> str:
    """Return the value of a required single-value field; UnknownAnswerError when it is blank."""
    value = parse_value(answers, field_id)
    if not value:
        raise UnknownAnswerError
    return value


def parse_name(answers: Answers, field_id: str) -> str:
    """Return the text of a name field with whitespace stripped and collapsed."""
    return " ".join(parse_value(answers, field_id).split())


def parse_unique_values(answers: Answers, field_id: str) -> tuple[str, ...]:
    """Return the values of a multi-value field in their order, without duplicates, unvalidated."""
    return tuple(dict.fromkeys(answers.get(field_id, ())))


def parse_code(answers: Answers, field_id: str, codes: Iterable[str]) -> str:
    """Return the one selected code of a required single choice of *codes*."""
    value = parse_required_value(answers, field_id)
    if value not in frozenset(codes):
        raise UnknownAnswerError
    return value


def parse_codes(answers: Answers, field_id: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the selected codes of a multiple choice, in the order of *codes*."""
    values, offered = frozenset(answers.get(field_id, ())), tuple(codes)
    if not values.issubset(offered):
        raise UnknownAnswerError
    return tuple(code for code in offered if code in values)


def parse_question_codes(answers: Answers, question: Question) -> tuple[str, ...]:
    """Return the selected codes of a codebook question, in codebook order.

    Raises UnknownAnswerError for a required question without a code, and for several codes of
    a single choice. More codes than a multiple choice allows are left to the caller, which
    returns an error for the field.
    """
    values = answers.get(question.id, ())
    is_missing = question.required and not values
    is_repeated = question.max_selected == 1 and len(values) > 1
    if is_missing or is_repeated:
        raise UnknownAnswerError
    return parse_codes(answers, question.id, (option.code for option in question.options))


def parse_question_code(answers: Answers, question: Question) -> str:
    """Return the selected code of a single-choice codebook question, ``""`` for none."""
    return "".join(parse_question_codes(answers, question))


def parse_time(answers: Answers, field_id: str) -> time:
    """Return the local time of a required time field, submitted as ``HH:MM``."""
    try:
        return datetime.strptime(parse_value(answers, field_id), "%H:%M").time()  # noqa: DTZ007 - a local time of day
    except ValueError:
        raise UnknownAnswerError from None


def parse_date(answers: Answers, field_id: str) -> date:
    """Return the date of a required date field, submitted as ``YYYY-MM-DD``."""
    try:
        return date.fromisoformat(parse_value(answers, field_id))
    except ValueError:
        raise UnknownAnswerError from None
