import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import ANSWER_CODES
from bot.domain.debriefs.debrief_form import CUE_QUESTIONS_BY_FORM

WORDS = load_catalogue().get_pack("en")


@pytest.mark.parametrize("question", ANSWER_CODES)
def test_answer_codes_are_those_of_the_debrief_content(question: str) -> None:
    """The codes equal those of the content's options, in the same order."""
    options = WORDS.questions[question].options

    assert ANSWER_CODES[question] == tuple(option.code for option in options)


def test_each_form_of_strain_has_cue_questions() -> None:
    """The deeper form has cue questions for exactly the codebook's forms of strain."""
    assert tuple(CUE_QUESTIONS_BY_FORM) == ANSWER_CODES["form"]
