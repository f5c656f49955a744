"""Every rule of combination, over every combination of answers and every language."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import LanguagePack
from bot.domain.debriefs.debrief_form import Debrief
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    ROOM_CODES,
    STATE_CODES,
    STRAIN_CODES,
    combinations_up_to_three,
    cue_codes_of_form,
    own_part_combinations,
)
from tests.domain.debriefs.guide_checks import SESSION_WORDS
from tests.domain.debriefs.guide_rules import RULES, GuideRule
from tests.domain.debriefs.guide_walk import (
    HELP_CODES,
    LANGUAGE_PACKS,
    SAFETY_CODES,
    build_walked_guide,
    get_pack,
    refine,
    walk_guides,
)

SAMPLE_REFINEMENTS = (
    refine(""),
    refine("", own_parts=("assumed",)),
    refine("unsafe", help_code="sooner"),
    refine("safe", strain="tasks", own_parts=("defensive",), clinician_state="calm"),
    refine("", own_parts=("culture", "assumed"), cues=("self_blame",)),
    refine("", own_parts=("disclosed",), clinician_state="calm"),
    replace(refine(""), room="couple"),
)

LANGUAGE_TAGS = st.sampled_from([words.language for words in LANGUAGE_PACKS])
PART_SELECTIONS = list(own_part_combinations())
CUE_SELECTIONS = {
    debrief.form: list(combinations_up_to_three(cue_codes_of_form(debrief.form)))
    for debrief in ALL_DEBRIEFS
}

in_every_language = pytest.mark.parametrize(
    "words", LANGUAGE_PACKS, ids=lambda words: str(words.language)
)


@pytest.mark.no_cover
@in_every_language
@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_guide_obeys_every_rule(debrief: Debrief, words: LanguagePack) -> None:
    """Every guide of the walk obeys every rule that concerns it."""
    breaches = {
        rule.name: case.refinement
        for case in walk_guides(debrief, words)
        for rule in RULES
        if rule.concerns(case) and not rule.holds(case)
    }

    assert breaches == {}


@pytest.mark.no_cover
@given(st.data())
@settings(deadline=None, max_examples=300)
def test_all_questions_together_obey_every_rule(data: st.DataObject) -> None:
    """Any answers to all questions together, with several parts and cues, obey every rule."""
    debrief = data.draw(st.sampled_from(ALL_DEBRIEFS))
    refinement = refine(
        data.draw(st.sampled_from(SAFETY_CODES)),
        strain=data.draw(st.sampled_from(["", *STRAIN_CODES])),
        own_parts=data.draw(st.sampled_from(PART_SELECTIONS)),
        cues=data.draw(st.sampled_from(CUE_SELECTIONS[debrief.form])),
        help_code=data.draw(st.sampled_from(["", *HELP_CODES])),
        clinician_state=data.draw(st.sampled_from(["", *STATE_CODES])),
    )
    refinement = replace(refinement, room=data.draw(st.sampled_from(["", *ROOM_CODES])))
    case = build_walked_guide(debrief, refinement, get_pack(data.draw(LANGUAGE_TAGS)))

    assert [rule.name for rule in RULES if rule.concerns(case) and not rule.holds(case)] == []


@in_every_language
@pytest.mark.parametrize("name", SESSION_WORDS)
def test_every_expression_of_a_phase_occurs_elsewhere(name: str, words: LanguagePack) -> None:
    """Each expression that a phase excludes occurs in a line of the content.

    An expression that occurs nowhere would exclude nothing.
    """
    texts = [*words.guide.values(), *(part for tip in words.tips for part in (tip.point, tip.say))]

    for pattern in SESSION_WORDS[name][words.language].split("|"):
        assert any(re.search(pattern, text, re.IGNORECASE) for text in texts), pattern


@pytest.mark.no_cover
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_every_rule_can_be_broken(rule: GuideRule) -> None:
    """Each rule is broken by some answers with the guide of other answers, or with an empty one."""
    cases = [
        case
        for debrief in ALL_DEBRIEFS
        for case in (
            build_walked_guide(debrief, refinement, LANGUAGE_PACKS[0])
            for refinement in SAMPLE_REFINEMENTS
        )
    ]
    bodies = [(), *(case.guide.body for case in cases)]
    mixed = (
        replace(case, guide=replace(case.guide, body=body)) for case in cases for body in bodies
    )

    assert any(rule.concerns(case) and not rule.holds(case) for case in mixed)
