"""Every way to answer the debrief and its deeper questions, and every part of a guide."""

from collections.abc import Iterator
from itertools import combinations, product

from bot.content.catalogue import load_catalogue
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import FORM_CODES, STATUS_CODES, Debrief
from bot.elements import ActionRow, Banner, Caption, Element, Form, Quote, Text

WORDS = load_catalogue().get_pack("en")
ALL_DEBRIEFS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
STRAIN_CODES = [option.code for option in WORDS.questions["strain"].options]
OWN_PART_CODES = [option.code for option in WORDS.questions["mine"].options]
STATE_CODES = [option.code for option in WORDS.questions["my_state"].options]


def cue_codes_of_form(form: str) -> list[str]:
    """Return every sign that is asked of a form."""
    names = debrief_form.CUE_QUESTIONS_BY_FORM[form]
    return [option.code for name in names for option in WORDS.questions[name].options]


def combinations_up_to_three(codes: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every way to tick at most three of *codes*."""
    return (some for count in range(4) for some in combinations(codes, count))


def own_part_combinations() -> Iterator[tuple[str, ...]]:
    """Yield every way to name one's part; not seeing it stands alone."""
    yield from combinations_up_to_three([part for part in OWN_PART_CODES if part != "not_visible"])
    yield ("not_visible",)


def guide_step(guide: Form, number: int) -> tuple[Element, ...]:
    """Return the elements of one step, from its title up to the next step or the buttons."""
    body = list(guide.body)
    starts = [n for n, e in enumerate(body) if isinstance(e, Text) and e.text.startswith("**")]
    ends = [*starts[1:], next(n for n, e in enumerate(body) if isinstance(e, ActionRow))]
    return tuple(body[starts[number - 1] : ends[number - 1]])


def middle_steps(guide: Form) -> tuple[Element, ...]:
    """Return steps 4, 5 and 6: protection, an opening line, what can wait."""
    return (*guide_step(guide, 4), *guide_step(guide, 5), *guide_step(guide, 6))


def guide_text(guide: Form) -> str:
    """Return all that a guide says."""
    shown = (e.text for e in guide.body if isinstance(e, (Text, Caption, Quote, Banner)))
    return "\n".join(shown)
