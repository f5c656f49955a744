"""Encode the answers of a refined guide as button data, to open its questions with them again.

Nothing is stored: the data is part of the guide on the clinician's own screen.
"""

from functools import lru_cache

from bot.content.catalogue import LanguagePack
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
    answers = (
        ("unsafe", safety),
        ("strain", refinement.strain),
        ("my_state", refinement.clinician_state),
        ("room", refinement.room),
        ("help", refinement.help_code),
        *_encode_lists(words, OWN_PART_QUESTIONS, refinement.own_parts),
        *_encode_lists(words, CUE_QUESTIONS_BY_FORM[debrief.form], refinement.cues),
    )
    return _ANSWER_SEPARATOR.join(
        [debrief.encoded_codes, *[f"{name}={codes}" for name, codes in answers if codes]]
    )


@lru_cache(maxsize=1024)
def _encode_lists(
    words: LanguagePack, names: tuple[str, ...], codes: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the name of each question with those of *codes* that are options of it, in order."""
    questions = [(name, words.questions[name].option_codes) for name in names]
    return tuple(
        (name, _CODE_SEPARATOR.join(code for code in codes if code in option_codes))
        for name, option_codes in questions
    )


def decode_answers(data: str) -> Answers:
    """Return the answers by question id that :func:`encode_answers` encoded, not validated."""
    pairs = (part.partition("=") for part in data.split(_ANSWER_SEPARATOR)[1:])
    return {name: tuple(codes.split(_CODE_SEPARATOR)) for name, _, codes in pairs}
