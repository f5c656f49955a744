"""Enumerate the answers of the debrief and its deeper questions, and split a guide into steps."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs import debrief_form
from bot.domain.debriefs.debrief_form import Debrief
from bot.elements import Banner, Caption, Element, Form, Quote, Text, flatten_folds

WORDS = load_catalogue().get_pack("en")
ALL_DEBRIEFS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
STRAIN_CODES = [option.code for option in WORDS.questions["strain"].options]
FIRST_PART_CODES = [option.code for option in WORDS.questions["mine"].options]
OWN_PART_CODES = [
    option.code
    for name in debrief_form.OWN_PART_QUESTIONS
    for option in WORDS.questions[name].options
]
STATE_CODES = [option.code for option in WORDS.questions["my_state"].options]
ROOM_CODES = [
    option.code
    for option in WORDS.questions["room"].options
    if option.code != debrief_form.SINGLE_CLIENT_ROOM
]

STEP_NAMES = ("settle", "movement", "part", "protection", "opening", "wait", "supervision")
"""The steps of a guide, by the order of the paper version."""


def cue_codes_of_form(form: str) -> list[str]:
    """Return every cue code of a form of strain."""
    names = debrief_form.CUE_QUESTIONS_BY_FORM[form]
    return [option.code for name in names for option in WORDS.questions[name].options]


def combinations_up_to_three(codes: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every combination of at most three *codes*."""
    return (selection for count in range(4) for selection in combinations(codes, count))


def own_part_combinations() -> Iterator[tuple[str, ...]]:
    """Yield every selection of the first list of own parts, and each of the second with another.

    'not_visible' is exclusive in the first list.
    """
    first_list = [code for code in FIRST_PART_CODES if code != "not_visible"]
    yield from combinations_up_to_three(first_list)
    yield ("not_visible",)
    for code in OWN_PART_CODES[len(FIRST_PART_CODES) :]:
        yield (code,)
        yield "not_visible", code
        yield from ((part, code) for part in first_list)


def guide_step(guide: Form, number: int, words: LanguagePack = WORDS) -> tuple[Element, ...]:
    """Return one of the seven steps: its lines below its title, then its other elements.

    The lines and elements that the guide has in a fold are included, under the same title.
    """
    name = STEP_NAMES[number - 1]
    lines, elements = split_steps(guide, words)[name]
    return Text("\n".join((f"**{number}. {words.guide_line(f'step.{name}')}**", *lines))), *elements


def split_steps(
    guide: Form, words: LanguagePack = WORDS
) -> dict[str, tuple[list[str], list[Element]]]:
    """Return the lines of each step, and its elements that are no lines."""
    steps: dict[str, tuple[list[str], list[Element]]] = {name: ([], []) for name in STEP_NAMES}
    name = ""
    for element in flatten_folds(guide.body):
        if not isinstance(element, Text):
            if isinstance(element, Quote) or (isinstance(element, Caption) and name == "opening"):
                steps[name][1].append(element)
            elif not isinstance(element, Caption):
                name = ""
            continue
        for line in element.text.split("\n"):
            titled_name, untitled_line = split_title(line, words)
            name = titled_name or name
            if name:
                steps[name][0].append(untitled_line)
    return steps


@cache
def split_title(line: str, words: LanguagePack) -> tuple[str, str]:
    """Return the step whose title is at the start of *line*, ``""`` for none, and the rest of it.

    Guides share a few hundred lines.
    """
    for name in STEP_NAMES:
        title = words.guide_line(f"step.{name}")
        prefix = words.translate("rupture.guide.step", title=title, line="")
        if line.startswith(prefix):
            return name, line.removeprefix(prefix)
    return "", line


def split_openers(line: str) -> list[str]:
    """Return the ways to start in supervision of a line of the guide."""
    return line.split(" · ")


def middle_steps(guide: Form) -> tuple[Element, ...]:
    """Return steps 4, 5 and 6: the lines of each, sorted, and its other elements.

    Which line has room above the fold "more" depends on the lines of the other steps.
    """
    steps = split_steps(guide)
    return tuple(
        element
        for name in ("protection", "opening", "wait")
        for element in (Text("\n".join(sorted(steps[name][0]))), *steps[name][1])
    )


def guide_text(guide: Form) -> str:
    """Return all texts of a guide."""
    body = flatten_folds(guide.body)
    texts = (e.text for e in body if isinstance(e, (Text, Caption, Quote, Banner)))
    return "\n".join(texts)
