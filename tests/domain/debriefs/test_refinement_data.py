"""Answers of a refined guide as button data, over generated refinements."""

import string

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import InvalidAnswers
from bot.domain.debriefs import debrief_form, refinement_data
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    OWN_PART_CODES,
    ROOM_CODES,
    STATE_CODES,
    STRAIN_CODES,
    WORDS,
)

MAX_BUTTON_DATA_LENGTH = 2_000


def select_codes(question_id: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return selections of at most three codes of a question, in codebook order."""
    codes = [option.code for option in WORDS.questions[question_id].options]
    selected = st.sets(st.sampled_from(codes), max_size=3)
    return selected.map(lambda chosen: tuple(code for code in codes if code in chosen))


@st.composite
def build_case(draw: st.DrawFn) -> tuple[Debrief, Refinement]:
    """Draw a debrief, and a refinement that its deeper form can have."""
    debrief = draw(st.sampled_from(ALL_DEBRIEFS))
    cue_questions = debrief_form.CUE_QUESTIONS_BY_FORM[debrief.form]
    safety = draw(st.sampled_from(["", "safe", "unsafe"]))
    parts = [code for code in OWN_PART_CODES if code != "not_visible"]
    first_list = [code for code in parts if code in WORDS.questions["mine"].option_codes]
    chosen = {draw(st.sampled_from(first_list))} | draw(st.sets(st.sampled_from(parts), max_size=2))
    return debrief, Refinement(
        strain=draw(st.sampled_from(STRAIN_CODES)),
        own_parts=tuple(part for part in parts if part in chosen),
        cues=tuple(code for name in cue_questions for code in draw(select_codes(name))),
        help_code=draw(st.sampled_from(["", "self", "supervision", "sooner"])),
        is_unsafe=safety == "unsafe",
        clinician_state=draw(st.sampled_from(["", *STATE_CODES])),
        felt_safe=safety == "safe",
        room=draw(st.sampled_from(["", *ROOM_CODES])),
    )


@given(build_case())
def test_a_refinement_round_trips(case: tuple[Debrief, Refinement]) -> None:
    """The encoded answers are parsed as the same debrief and refinement, and fit into a button."""
    debrief, refinement = case
    data = refinement_data.encode_answers(debrief, refinement, WORDS)
    answers = refinement_data.decode_answers(data)

    assert debrief_form.parse_encoded_codes(data) == debrief
    assert debrief_form.parse_refinement(data, answers, WORDS) == refinement
    assert len(data) <= MAX_BUTTON_DATA_LENGTH


@given(st.text(string.printable))
def test_any_data_is_decoded(data: str) -> None:
    """Data of any other form is decoded without an exception, and left to the validation."""
    answers = refinement_data.decode_answers(data)

    assert all(isinstance(codes, tuple) for codes in answers.values())
    assert not isinstance(answers, InvalidAnswers)
