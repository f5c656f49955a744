"""Every way to answer the debrief and its deeper questions, and every part of a guide."""

from collections.abc import Iterator
from itertools import combinations, product

from bot.content.catalogue import load
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import FORMS, STATUSES, Debrief
from bot.elements import Actions, Banner, Element, Form, Quote, Small, Text

WORDS = load().words("en")
PAIRS = [Debrief(form, status) for form, status in product(FORMS, STATUSES)]
STRAINS = [option.code for option in WORDS.questions["strain"].options]
PARTS = [option.code for option in WORDS.questions["mine"].options]
STATES = [option.code for option in WORDS.questions["my_state"].options]


def of_form(form: str) -> list[str]:
    """Return every sign that is asked of a form."""
    names = debrief_form.CUES[form]
    return [option.code for name in names for option in WORDS.questions[name].options]


def up_to_three(codes: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every way to tick at most three of *codes*."""
    return (some for count in range(4) for some in combinations(codes, count))


def parts() -> Iterator[tuple[str, ...]]:
    """Yield every way to name one's part; not seeing it stands alone."""
    yield from up_to_three([part for part in PARTS if part != "not_visible"])
    yield ("not_visible",)


def step(guide: Form, number: int) -> tuple[Element, ...]:
    """Return the elements of one step, from its title up to the next step or the buttons."""
    body = list(guide.body)
    starts = [n for n, e in enumerate(body) if isinstance(e, Text) and e.text.startswith("**")]
    ends = [*starts[1:], next(n for n, e in enumerate(body) if isinstance(e, Actions))]
    return tuple(body[starts[number - 1] : ends[number - 1]])


def middle(guide: Form) -> tuple[Element, ...]:
    """Return steps 4, 5 and 6: protection, an opening line, what can wait."""
    return (*step(guide, 4), *step(guide, 5), *step(guide, 6))


def text(guide: Form) -> str:
    """Return all that a guide says."""
    shown = (e.text for e in guide.body if isinstance(e, (Text, Small, Quote, Banner)))
    return "\n".join(shown)
