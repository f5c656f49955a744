import pytest

from bot.content.model import Question
from bot.elements import Option

QUESTION = Question(
    "form", "What did it look like?", (Option("away", "Moved away"),), required=True, max_selected=1
)


def test_an_option_is_found_by_its_code() -> None:
    """A question gives the option that a code stands for."""
    assert QUESTION.get_option("away").label == "Moved away"


def test_a_code_that_is_not_on_offer_has_no_option() -> None:
    """A question knows no code but its own."""
    with pytest.raises(KeyError, match="near"):
        QUESTION.get_option("near")


def test_a_question_tells_its_codes() -> None:
    """The codes are the options' own."""
    assert QUESTION.option_codes == {"away"}
