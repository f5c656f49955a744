from itertools import product

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.debriefs import guides, phrases
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Caption, Quote
from tests.domain.debriefs.combinations import guide_step

WORDS = load_catalogue().get_pack("en")
PATTERN_PHRASES = {"P17", "P18"}
"""Phrase ids of hypotheses about a pattern."""

DISCLOSING_PHRASES = {"P6", "P12"}

DEBRIEFS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
ONGOING_DEBRIEFS = [debrief for debrief in DEBRIEFS if debrief.status != "ended"]
PARTS = sorted(WORDS.questions["mine"].option_codes)
STATES = ["", *sorted(WORDS.questions["my_state"].option_codes)]


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


@pytest.mark.parametrize(
    "debrief", ONGOING_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes)
)
@pytest.mark.parametrize("state", STATES)
def test_disclosure_requires_calm(debrief: Debrief, state: str) -> None:
    """The disclosing phrases require the state 'calm'."""
    phrase_ids = {
        phrase
        for part in PARTS
        for phrase in phrases.select_phrases(
            debrief, Refinement("bond", (part,), clinician_state=state)
        )
    }

    assert state == "calm" or not phrase_ids & DISCLOSING_PHRASES


@pytest.mark.parametrize(
    ("form", "own_parts", "phrase"),
    [
        ("away", ("rushed",), "P12"),
        ("away", ("defensive",), "P12"),
        ("against", ("defensive",), "P6"),
        ("against", ("rushed",), "P6"),
        ("both", ("defensive",), "P6"),
        ("both", ("rushed",), "P12"),
    ],
)
def test_disclosure_depends_on_the_movement(
    form: str, own_parts: tuple[str, ...], phrase: str
) -> None:
    """The disclosing phrase depends on the movement and on a defensive part."""
    refinement = Refinement("bond", own_parts, clinician_state="calm")

    assert phrases.select_phrases(Debrief(form, "working"), refinement)[1] == phrase


def test_an_unsure_form_has_no_disclosure() -> None:
    """An unsure form has no disclosing phrase."""
    refinement = Refinement("bond", ("rushed",), clinician_state="calm")

    assert not DISCLOSING_PHRASES & set(
        phrases.select_phrases(Debrief("unsure", "working"), refinement)
    )


@pytest.mark.parametrize("debrief", DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
@pytest.mark.parametrize("part", ["", *PARTS])
def test_pattern_phrases_require_the_working_status(debrief: Debrief, part: str) -> None:
    """A pattern phrase requires the status 'working'."""
    refinement = Refinement("tasks", (part,) if part else (), ("frame_complaint",))
    phrase_ids = set(phrases.select_phrases(debrief, refinement)) | set(
        phrases.select_phrases(debrief, Refinement())
    )

    assert debrief.status == "working" or not phrase_ids & PATTERN_PHRASES


def test_a_frame_complaint_comes_first() -> None:
    """A frame complaint selects its phrase first."""
    refinement = Refinement("bond", ("forgot",), ("frame_complaint",))

    assert phrases.select_phrases(Debrief("against", "touched"), refinement) == ("P22", "P8")


def test_own_parts_precede_the_strain() -> None:
    """Phrases of own parts precede those of the strain."""
    away = Debrief("away", "not_named")

    assert phrases.select_phrases(away, Refinement("goals", ("culture",))) == ("P9", "P10")
    assert phrases.select_phrases(away, Refinement("unsure", ("defensive",))) == ("P1", "P3")


def test_phrases_after_a_repair_are_fixed() -> None:
    """After a repair the phrases do not depend on the own part."""
    repaired = Debrief("away", "repaired")

    assert phrases.select_phrases(repaired, Refinement("bond", ("forgot",))) == ("P19", "P20")


def test_every_phrase_is_reachable() -> None:
    """Every phrase of the bank is selected by some answers."""
    refinements = [
        Refinement(strain, (part,), cues, clinician_state=state)
        for strain in ("", "bond", "goals")
        for part in PARTS
        for cues in ((), ("frame_complaint",))
        for state in ("", "calm")
    ]
    phrase_ids = {
        p
        for d in DEBRIEFS
        for r in (Refinement(), *refinements)
        for p in phrases.select_phrases(d, r)
    }

    assert phrase_ids == set(WORDS.phrases)


def test_a_caution_follows_its_phrase() -> None:
    """A disclosing phrase has its caution below it."""
    calm = guide_step(
        guides.build_guide_form(
            Debrief("away", "touched"),
            WORDS,
            Refinement("bond", ("rushed",), clinician_state="calm"),
        ),
        5,
    )
    plain = guide_step(guides.build_guide_form(Debrief("away", "touched"), WORDS), 5)

    assert calm[-1] == Caption(WORDS.phrases["P12"].caution)
    assert calm[-2] == Quote(WORDS.phrases["P12"].text)
    assert not any(isinstance(e, Caption) for e in plain)


def test_cautions_follow_their_own_phrases() -> None:
    """Each caution is below its own phrase; a shared caution is shown once."""
    refinement = Refinement("unsure", ("defensive",), clinician_state="calm")
    working = Debrief("against", "working")
    pattern_phrase, disclosure_phrase = WORDS.phrases["P18"], WORDS.phrases["P6"]
    separate = guide_step(guides.build_guide_form(working, WORDS, refinement), 5)[1:]
    shared_elements = guide_step(guides.build_guide_form(Debrief("both", "working"), WORDS), 5)[1:]

    assert separate == (
        Quote(pattern_phrase.text),
        Caption(pattern_phrase.caution),
        Quote(disclosure_phrase.text),
        Caption(disclosure_phrase.caution),
    )
    assert [e for e in shared_elements if isinstance(e, Caption)] == [
        Caption(pattern_phrase.caution)
    ]
