"""Enumerate the answers of the debrief and its deeper questions, and split a guide into steps."""

from collections.abc import Iterator
from itertools import combinations, product

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief
from bot.elements import ActionRow, Banner, Caption, Element, Form, Quote, Text

WORDS = load_catalogue().get_pack("en")
ALL_DEBRIEFS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
STRAIN_CODES = [option.code for option in WORDS.questions["strain"].options]
OWN_PART_CODES = [option.code for option in WORDS.questions["mine"].options]
STATE_CODES = [option.code for option in WORDS.questions["my_state"].options]


def cue_codes_of_form(form: str) -> list[str]:
    """Return every cue code of a form of strain."""
    names = debrief_form.CUE_QUESTIONS_BY_FORM[form]
    return [option.code for name in names for option in WORDS.questions[name].options]


def combinations_up_to_three(codes: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every combination of at most three *codes*."""
    return (selection for count in range(4) for selection in combinations(codes, count))


def own_part_combinations() -> Iterator[tuple[str, ...]]:
    """Yield every valid selection of own parts; 'not_visible' is exclusive."""
    yield from combinations_up_to_three([part for part in OWN_PART_CODES if part != "not_visible"])
    yield ("not_visible",)


def guide_step(guide: Form, number: int) -> tuple[Element, ...]:
    """Return the elements of one step, up to the next step or the buttons."""
    body = list(guide.body)
    start_indexes = [
        n for n, e in enumerate(body) if isinstance(e, Text) and e.text.startswith("**")
    ]
    end_indexes = [
        *start_indexes[1:],
        next(n for n, e in enumerate(body) if isinstance(e, ActionRow)),
    ]
    return tuple(body[start_indexes[number - 1] : end_indexes[number - 1]])


def middle_steps(guide: Form) -> tuple[Element, ...]:
    """Return the elements of steps 4, 5 and 6."""
    return (*guide_step(guide, 4), *guide_step(guide, 5), *guide_step(guide, 6))


def guide_text(guide: Form) -> str:
    """Return all texts of a guide."""
    texts = (e.text for e in guide.body if isinstance(e, (Text, Caption, Quote, Banner)))
    return "\n".join(texts)
