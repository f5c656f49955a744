"""Encode the answers of a refined guide as button data, to open its questions with them again.

Nothing is stored: the data is part of the guide on the clinician's own screen.
"""

from collections.abc import Iterable

from bot.content.catalogue import LanguagePack, Question
from bot.domain.answers import Answers
from bot.domain.debriefs.debrief_form import (
    CUE_QUESTIONS_BY_FORM,
    OWN_PART_QUESTIONS,
    Debrief,
    Refinement,
)

_ANSWER_SEPARATOR, _CODE_SEPARATOR = ";", ","


def encode_answers(debrief: Debrief, refinement: Refinement, words: LanguagePack) -> str:
    """Return the filed codes, followed by ``;question=code,code`` for each answered question."""
    safety = "unsafe" if refinement.is_unsafe else "safe" if refinement.felt_safe else ""
    answers: dict[str, Iterable[str]] = {
        "unsafe": (safety,),
        "strain": (refinement.strain,),
        "my_state": (refinement.clinician_state,),
        "room": (refinement.room,),
        "help": (refinement.help_code,),
    }
    for name in OWN_PART_QUESTIONS:
        answers[name] = _select_codes(refinement.own_parts, words.questions[name])
    for name in CUE_QUESTIONS_BY_FORM[debrief.form]:
        answers[name] = _select_codes(refinement.cues, words.questions[name])
    encoded = [(name, _CODE_SEPARATOR.join(codes)) for name, codes in answers.items()]
    return _ANSWER_SEPARATOR.join(
        [debrief.encoded_codes, *[f"{name}={codes}" for name, codes in encoded if codes]]
    )


def _select_codes(codes: Iterable[str], question: Question) -> tuple[str, ...]:
    """Return those of *codes* that are options of *question*, in their order."""
    option_codes = question.option_codes
    return tuple([code for code in codes if code in option_codes])


def decode_answers(data: str) -> Answers:
    """Return the answers by question id that :func:`encode_answers` encoded, not validated."""
    pairs = (part.partition("=") for part in data.split(_ANSWER_SEPARATOR)[1:])
    return {name: tuple(codes.split(_CODE_SEPARATOR)) for name, _, codes in pairs}
