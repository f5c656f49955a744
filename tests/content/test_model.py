"""Lookup of a question's options."""

import pytest

from bot.content.model import Question
from bot.elements import Option

QUESTION = Question(
    "form", "What did it look like?", (Option("away", "Moved away"),), required=True, max_selected=1
)


def test_option_is_looked_up_by_code() -> None:
    """A code returns its option."""
    assert QUESTION.get_option("away").label == "Moved away"


def test_unknown_code_raises_key_error() -> None:
    """A code that the question does not contain raises KeyError."""
    with pytest.raises(KeyError, match="near"):
        QUESTION.get_option("near")


def test_option_codes_are_those_of_the_options() -> None:
    """The set contains the code of every option."""
    assert QUESTION.option_codes == {"away"}
