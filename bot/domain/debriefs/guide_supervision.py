"""The supervision step of a guide: what to bring, ways to start without client facts, contacts."""

from functools import lru_cache

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs import guide_layout, phrases
from bot.domain.debriefs.guide_case import CONCLUDED_STATUSES, GuideCase
from bot.domain.debriefs.guide_layout import Step, WordBudget
from bot.elements import Element


def render_supervision(case: GuideCase, budget: WordBudget) -> tuple[Element, ...]:
    """Return what to bring to supervision, with ways to start that are to be copied, and contacts.

    They are in a fold. The contacts are not on the safety branch and for a clinician who wants to
    talk soon, nor are the lines there if the *budget* has room for them.
    """
    words, refinement = case.words, case.refinement
    is_urgent = refinement.is_unsafe or refinement.help_code == "sooner"
    contacts = tuple(guide_layout.build_contacts(words, case.supervisors))
    lines, openers = _render_urgent_line(case), _render_openers(case)
    open_elements: tuple[Element, ...] = ()
    folded = (*lines, *openers)
    if budget.take(lines):
        open_elements, folded = lines, openers
    if refinement.is_unsafe and budget.take(folded):
        open_elements, folded = (*open_elements, *folded), ()
    if is_urgent:
        open_elements = (*open_elements, *contacts)
    else:
        folded = (*folded, *contacts)
    fold_name = "bring_unsafe" if refinement.is_unsafe else "bring"
    return (*open_elements, *guide_layout.build_fold(words, fold_name, *folded))


def _render_urgent_line(case: GuideCase) -> tuple[Element, ...]:
    """Return the line of a clinician who wants to talk soon."""
    if case.refinement.help_code != "sooner":
        return ()
    step = case.select_step("supervision", f"bring.{_urgent_line_name(case)}")
    return guide_layout.render_steps(case.words, step)


def _render_openers(case: GuideCase) -> tuple[Element, ...]:
    """Return the ways to start in supervision, with the hint to copy them, and what to learn."""
    status, strain = case.debrief.status, case.refinement.strain
    progress = status if status in CONCLUDED_STATUSES else "open"
    learns = phrases.has_culture_code(case.refinement) and not case.refinement.is_unsafe
    openers = _render_opener_step(
        case.words,
        _bring_line_name(case),
        f"prompts.{case.name_unless_unsafe(progress)}",
        f"{_name_section('want', case)}.{strain or 'plain'}",
    )
    return (
        *openers,
        *guide_layout.build_copy_hint(case.words, case.supervisors),
        *(_render_learning_step(case.words) if learns else ()),
    )


@lru_cache(maxsize=1024)
def _render_opener_step(
    words: LanguagePack, bring_name: str, prompts_name: str, want_name: str
) -> tuple[Element, ...]:
    """Return what to bring and the ways to start, one of which says what the clinician wants."""
    want = words.guide_line(want_name)
    openers = guide_layout.split_openers(words.guide_line(prompts_name, want=want))
    step = Step("supervision", (words.guide_line(bring_name), *openers))
    return guide_layout.render_steps(words, step)


def _render_learning_step(words: LanguagePack) -> tuple[Element, ...]:
    lines = (words.guide_line("learn.culture"),)
    return guide_layout.render_steps(words, Step("supervision", lines))


def _bring_line_name(case: GuideCase) -> str:
    """Return the line above the ways to start; the urgent line precedes it where there is one."""
    if case.refinement.is_unsafe:
        return "bring.unsafe"
    help_code = case.refinement.help_code
    section = _name_section("bring", case)
    return f"{section}.{'plain' if help_code == 'sooner' else help_code or 'plain'}"


def _name_section(name: str, case: GuideCase) -> str:
    """Return the section of *name* whose lines look back once the rupture is concluded."""
    status = case.debrief.status
    return f"{name}_{status}" if status in CONCLUDED_STATUSES else name


def _urgent_line_name(case: GuideCase) -> str:
    """Return the line on talking soon, which names a next session only if one is certain."""
    has_next_session = case.debrief.status not in CONCLUDED_STATUSES
    name = "sooner" if has_next_session and not case.refinement.is_unsafe else "soon"
    return name if case.supervisors else f"{name}_alone"
