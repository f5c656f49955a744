from collections.abc import Iterator
from itertools import product

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs import guides, phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Caption, Quote, Text
from tests.domain.debriefs.combinations import (
    OWN_PART_CODES,
    STRAIN_CODES,
    cue_codes_of_form,
    guide_step,
)
from tests.domain.debriefs.guide_walk import build_walked_guide

WORDS = load_catalogue().get_pack("en")
PATTERN_PHRASES = {"P17", "P18"}
"""Phrase ids of hypotheses about a pattern."""

DISCLOSING_PHRASES = {"P6", "P12"}

DEBRIEFS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
ONGOING_DEBRIEFS = [debrief for debrief in DEBRIEFS if debrief.status != "ended"]
PARTS = sorted(WORDS.questions["mine"].option_codes)
OWN_PHRASES = {
    (form, status): phrases.OPENING_PHRASES[form, status][0]
    for form, status in product(FORM_CODES, ("not_named", "touched", "working"))
}
"""The phrase of its own of each open form and status."""

ACKNOWLEDGING_PHRASES = {
    *("P2", "P4", "P7", "P8", "P9", "P11", "P13", "P32", "P33", "P34"),
    *("P35", "P36", "P37", "P38"),
}

in_every_language = pytest.mark.parametrize(
    "words",
    [load_catalogue().get_pack(tag) for tag in load_catalogue().languages],
    ids=lambda words: str(words.language),
)
for_every_debrief = pytest.mark.parametrize(
    "debrief", DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)


def iter_refinements(form: str) -> Iterator[Refinement]:
    """Yield every refinement with at most one cue, one part alone or beside a defensive one."""
    parts = [(), ("defensive",), *((part,) for part in OWN_PART_CODES if part != "defensive")]
    pairs = [(*part, "defensive") for part in parts[2:] if part != ("not_visible",)]
    for strain, own_parts, cue, state in product(
        ["", *STRAIN_CODES], [*parts, *pairs], ["", *cue_codes_of_form(form)], ["", "calm", "hurt"]
    ):
        yield Refinement(strain, own_parts, (cue,) if cue else (), clinician_state=state)


@pytest.mark.parametrize(
    "debrief", ONGOING_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)
def test_two_phrases_are_selected(debrief: Debrief) -> None:
    """Two distinct phrases are selected unless the therapy has ended."""
    phrase_ids = phrases.select_phrases(debrief, Refinement())

    assert len(set(phrase_ids)) == 2
    assert set(phrase_ids) <= set(WORDS.phrases)


@pytest.mark.parametrize("form", FORM_CODES)
def test_an_ending_has_no_phrases(form: str) -> None:
    """No phrase is selected after an ending, whatever the refinement."""
    refinement = Refinement("bond", ("forgot",), ("cancelled",), "self", clinician_state="calm")

    assert phrases.select_phrases(Debrief(form, "ended"), refinement) == ()


@pytest.mark.parametrize("debrief", DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_safety_branch_has_no_phrases(debrief: Debrief) -> None:
    """No phrase is selected on the safety branch."""
    assert phrases.select_phrases(debrief, Refinement(is_unsafe=True)) == ()


@for_every_debrief
def test_open_debriefs_keep_a_phrase_of_their_own(debrief: Debrief) -> None:
    """Each open form and status keeps a phrase of its own in every refinement."""
    own_phrase = OWN_PHRASES.get((debrief.form, debrief.status))
    for refinement in iter_refinements(debrief.form):
        phrase_ids = phrases.select_phrases(debrief, refinement)

        assert own_phrase is None or own_phrase in phrase_ids
        assert len(set(phrase_ids)) == (0 if debrief.status == "ended" else 2)


def test_own_phrases_are_distinct() -> None:
    """No two open forms and statuses have the same phrase of their own."""
    assert len(set(OWN_PHRASES.values())) == len(OWN_PHRASES) == 12


@pytest.mark.no_cover
@for_every_debrief
def test_an_acknowledged_part_comes_first(debrief: Debrief) -> None:
    """While the rupture is open, the first phrase acknowledges a selected own part."""
    if (debrief.form, debrief.status) in OWN_PHRASES:
        for refinement in iter_refinements(debrief.form):
            first = phrases.select_phrases(debrief, refinement)[0]
            acknowledged = set(refinement.own_parts) - {"defensive"}

            assert not acknowledged or first in ACKNOWLEDGING_PHRASES
            assert "culture" not in acknowledged or first == "P9"


@pytest.mark.no_cover
@for_every_debrief
def test_slow_trust_is_explained_only_at_first_contact(debrief: Debrief) -> None:
    """P11 requires a form 'away' or 'unsure', and the status 'not_named'."""
    may_explain = debrief.form in {"away", "unsure"} and debrief.status == "not_named"

    assert may_explain or not any(
        "P11" in phrases.select_phrases(debrief, refinement)
        for refinement in iter_refinements(debrief.form)
    )


@for_every_debrief
def test_disclosure_requires_calm(debrief: Debrief) -> None:
    """A disclosure requires the state 'calm' and no code of culture; P6 also a defensive part."""
    for refinement in iter_refinements(debrief.form):
        disclosure = phrases.select_disclosure(debrief, refinement)
        codes = {*refinement.own_parts, *refinement.cues}

        assert not disclosure or refinement.clinician_state == "calm"
        assert not disclosure or not codes & {"culture", "culture_hinted", "culture_named"}
        assert disclosure != "P6" or "defensive" in refinement.own_parts
        assert not DISCLOSING_PHRASES & {*phrases.select_phrases(debrief, refinement)}


@for_every_debrief
@pytest.mark.parametrize("strain", ["bond", "goals", "tasks"])
def test_a_strain_alone_has_its_phrase(debrief: Debrief, strain: str) -> None:
    """A strain without an own part or a frame complaint has its own first phrase."""
    expected = {"bond": "P30", "goals": "P10", "tasks": "P29"}[strain]

    if (debrief.form, debrief.status) in OWN_PHRASES:
        assert phrases.select_phrases(debrief, Refinement(strain))[0] == expected


@pytest.mark.no_cover
@for_every_debrief
@in_every_language
def test_a_direct_repair_is_offered_while_the_rupture_is_open(
    debrief: Debrief, words: LanguagePack
) -> None:
    """A line of direct repair requires an open rupture, a strain and no code of culture."""
    is_open = (debrief.form, debrief.status) in OWN_PHRASES
    for refinement in iter_refinements(debrief.form):
        codes = {*refinement.own_parts, *refinement.cues}
        is_offered = (
            is_open
            and refinement.strain in {"bond", "goals", "tasks"}
            and not codes & {"culture", "culture_hinted", "culture_named"}
        )

        assert build_walked_guide(debrief, refinement, words).lines_of("direct") == (
            {words.guide_line(f"direct.{refinement.strain}")} if is_offered else set()
        )


@pytest.mark.parametrize(
    ("form", "own_parts", "phrase"),
    [
        ("away", ("rushed",), "P12"),
        ("away", ("disclosed",), ""),
        ("away", ("defensive",), "P12"),
        ("against", ("defensive",), "P6"),
        ("against", ("rushed",), ""),
        ("both", ("defensive",), "P6"),
        ("both", ("rushed",), "P12"),
        ("unsure", ("defensive",), ""),
    ],
)
def test_disclosure_depends_on_the_movement(
    form: str, own_parts: tuple[str, ...], phrase: str
) -> None:
    """The disclosing phrase depends on the movement and on a defensive part."""
    refinement = Refinement("bond", own_parts, clinician_state="calm")

    assert phrases.select_disclosure(Debrief(form, "working"), refinement) == phrase


@for_every_debrief
def test_the_safety_branch_has_no_disclosure(debrief: Debrief) -> None:
    """No feeling is disclosed on the safety branch."""
    refinement = Refinement(own_parts=("defensive",), clinician_state="calm", is_unsafe=True)

    assert phrases.select_disclosure(debrief, refinement) == ""


@pytest.mark.parametrize("debrief", DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
@pytest.mark.parametrize("part", ["", *PARTS])
def test_pattern_phrases_require_the_working_status(debrief: Debrief, part: str) -> None:
    """A pattern phrase requires the status 'working'."""
    refinement = Refinement("tasks", (part,) if part else (), ("frame_complaint",))
    phrase_ids = set(phrases.select_phrases(debrief, refinement)) | set(
        phrases.select_phrases(debrief, Refinement())
    )

    assert debrief.status == "working" or not phrase_ids & PATTERN_PHRASES


def test_a_frame_complaint_comes_before_the_strain() -> None:
    """A frame complaint precedes the strain, and an own part precedes both."""
    against = Debrief("against", "touched")
    complaint = Refinement("bond", (), ("frame_complaint",))
    forgot = Refinement("bond", ("forgot",), ("frame_complaint",))

    assert phrases.select_phrases(against, complaint) == ("P22", "P15")
    assert phrases.select_phrases(against, forgot) == ("P8", "P15")


def test_phrases_after_a_repair_are_fixed() -> None:
    """After a repair the phrases do not depend on the own part."""
    repaired = Debrief("away", "repaired")

    assert phrases.select_phrases(repaired, Refinement("bond", ("forgot",))) == ("P19", "P20")


@pytest.mark.no_cover
def test_every_phrase_is_reachable() -> None:
    """Every phrase of the bank is selected by some answers."""
    phrase_ids = {
        phrase
        for debrief in DEBRIEFS
        for refinement in iter_refinements(debrief.form)
        for phrase in (
            *phrases.select_phrases(debrief, refinement),
            phrases.select_disclosure(debrief, refinement),
        )
    }

    assert phrase_ids - {""} == set(WORDS.phrases)


def test_a_disclosure_is_an_extra_with_its_caution() -> None:
    """A disclosing phrase is a third one, announced as rare, with its caution below it."""
    refinement = Refinement("unsure", ("rushed",), clinician_state="calm")
    away = Debrief("away", "touched")
    calm = guide_step(guides.build_guide_form(away, WORDS, refinement), 5)
    plain = guide_step(guides.build_guide_form(away, WORDS), 5)

    assert isinstance(calm[0], Text)
    assert calm[0].text.split("\n")[-1] == WORDS.guide_line("opening.extra")
    assert calm[-2:] == (
        Quote(WORDS.phrases["P12"].text),
        Caption(WORDS.phrases["P12"].caution),
    )
    assert sum(isinstance(e, Quote) for e in calm) == 3
    assert not any(isinstance(e, Caption) for e in plain)


def test_cautions_follow_their_own_phrases() -> None:
    """Each caution is below its own phrase."""
    refinement = Refinement("unsure", ("defensive",), clinician_state="calm")
    step = guide_step(guides.build_guide_form(Debrief("against", "working"), WORDS, refinement), 5)[
        1:
    ]

    assert step == (
        Quote(WORDS.phrases["P18"].text),
        Caption(WORDS.phrases["P18"].caution),
        Quote(WORDS.phrases["P27"].text),
        Quote(WORDS.phrases["P6"].text),
        Caption(WORDS.phrases["P6"].caution),
    )
