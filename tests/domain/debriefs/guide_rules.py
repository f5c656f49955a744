"""Rules for how the lines of a guide combine; the review document lists each with its count."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.domain.debriefs.guide_checks import (
    DISCLOSING_PHRASES,
    PATTERN_PHRASES,
    STRAIN_PHRASES,
    acknowledged_parts,
    acknowledges_one_part,
    attributes_no_defence,
    begins_with_its_sign,
    changes_with_its_room,
    credits_the_models,
    direct_lines_are_right,
    has_procedure_at_once,
    is_always,
    is_disclosure_an_extra,
    is_retrospective,
    is_strained_without_part,
    is_unsafe,
    is_warned_unless_safe,
    keeps_its_phrase,
    looks_back_only,
    names_the_risk,
    overrides_every_step,
    owns_without_a_lesson,
    uses_words_of_its_phase,
)
from tests.domain.debriefs.guide_walk import CULTURE_CODES, WalkedGuide

Check = Callable[[WalkedGuide], bool]


@dataclass(frozen=True)
class GuideRule:
    """A rule of combination: the guides that it concerns, and what is true of each of them."""

    name: str
    statement: str
    concerns: Check
    holds: Check


RULES = (
    GuideRule(
        "unsafe",
        "“I felt unsafe” overrides every step: no line explains the client, none is for saying, and"
        " the emergency route is shown",
        is_unsafe,
        overrides_every_step,
    ),
    GuideRule(
        "ended",
        "After an ending, my part, what to bring and what to want look back, and there is nothing"
        " to say to the client",
        lambda case: case.phase == "ended",
        looks_back_only,
    ),
    GuideRule(
        "repaired",
        "After a repair, my part, what to bring and what to want have lines of their own",
        lambda case: case.phase == "repaired",
        lambda case: is_retrospective(case, "repaired"),
    ),
    GuideRule(
        "welfare",
        "To wait after an ending never delays the procedure for somebody at risk",
        lambda case: case.phase == "ended",
        has_procedure_at_once,
    ),
    GuideRule(
        "phase",
        "No expression of another phase is used: no next session where there is none, no words to a"
        " client who has left, and none that belong to the session itself",
        is_always,
        uses_words_of_its_phase,
    ),
    GuideRule(
        "own phrase",
        "Each open form and status keeps a phrase of its own",
        lambda case: case.is_open,
        keeps_its_phrase,
    ),
    GuideRule(
        "my part",
        "Exactly one line owns a part aloud, culture before any other, and every part has its line",
        lambda case: case.is_open and bool(acknowledged_parts(case)),
        acknowledges_one_part,
    ),
    GuideRule(
        "strain",
        "Bond, goals and tasks each have a phrase (P30, P10, P29) where no part is owned",
        is_strained_without_part,
        lambda case: case.phrase_ids[:1] == (STRAIN_PHRASES[case.refinement.strain],),
    ),
    GuideRule(
        "direct repair",
        "A direct repair is offered for a known strain while the rupture is open, never with"
        " culture, and nowhere else",
        is_always,
        direct_lines_are_right,
    ),
    GuideRule(
        "sign",
        "One line on how to begin takes up a chosen sign, an urgent one first",
        lambda case: case.is_open,
        begins_with_its_sign,
    ),
    GuideRule(
        "room",
        "Who takes part changes how to begin, what to ask oneself, and what to check or to look"
        " back on; nothing on the safety branch",
        is_always,
        changes_with_its_room,
    ),
    GuideRule(
        "no more of oneself",
        "After a therapist told too much about themselves, no disclosure is offered",
        lambda case: "disclosed" in case.codes,
        lambda case: not DISCLOSING_PHRASES & {*case.phrase_ids},
    ),
    GuideRule(
        "culture",
        "Culture is owned and learned about elsewhere; the client need not look after the"
        " therapist's feelings nor hear an explanation",
        lambda case: bool(case.codes & CULTURE_CODES) and not is_unsafe(case),
        owns_without_a_lesson,
    ),
    GuideRule(
        "threat",
        "After any push the warning is shown unless “safe” was chosen; to name culture is no push",
        is_always,
        is_warned_unless_safe,
    ),
    GuideRule(
        "risk",
        "Self-blame and cancelling, and no other sign, bring the service's safety procedure",
        is_always,
        names_the_risk,
    ),
    GuideRule(
        "credit",
        "The stage model, the 3RS and the consensus are credited, the article is not, and 3RS is"
        " named once, to say that this is no rating",
        is_always,
        credits_the_models,
    ),
    GuideRule(
        "defence",
        "Without the part *defensive* and the sign *defended self* no line speaks of a defence",
        lambda case: not case.codes & {"defensive", "self_defence"},
        attributes_no_defence,
    ),
    GuideRule(
        "disclosure",
        "What the therapist feels is only a third sentence, announced as rare, with its caution,"
        " for a calm therapist; P6 only for one who chose *defensive*",
        is_always,
        lambda case: (
            is_disclosure_an_extra(case)
            and ("P6" not in case.phrase_ids or "defensive" in case.codes)
        ),
    ),
    GuideRule(
        "pattern",
        "A link to a pattern is offered only once the two are working on it",
        lambda case: case.phase != "working",
        lambda case: not PATTERN_PHRASES & {*case.phrase_ids},
    ),
    GuideRule(
        "first contact",
        "That trust may take a while (P11) is said only when not yet named, never after a push",
        lambda case: case.phase != "not_named" or case.debrief.form in {"against", "both"},
        lambda case: "P11" not in case.phrase_ids,
    ),
)
"""Every rule of combination, in the order of the review document."""
