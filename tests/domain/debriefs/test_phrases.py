from itertools import product

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.debriefs import guides, phrases
from bot.domain.debriefs.debrief_form import FORM_CODES, STATUS_CODES, Debrief, Refinement
from bot.elements import Caption, Quote
from tests.domain.debriefs.combinations import guide_step

WORDS = load_catalogue().get_pack("en")
PATTERN = {"P17", "P18"}
"""The guesses about a pattern between the two."""

DISCLOSING = {"P6", "P12"}

PAIRS = [Debrief(form, status) for form, status in product(FORM_CODES, STATUS_CODES)]
TALKING = [debrief for debrief in PAIRS if debrief.status != "ended"]
PARTS = sorted(WORDS.questions["mine"].option_codes)
STATES = ["", *sorted(WORDS.questions["my_state"].option_codes)]


@pytest.mark.parametrize("debrief", TALKING, ids=lambda debrief: str(debrief.encoded_codes))
def test_two_phrases_are_offered(debrief: Debrief) -> None:
    """Whoever has a conversation ahead is offered two different phrases of the bank."""
    chosen = phrases.select_phrases(debrief, Refinement())

    assert len(set(chosen)) == 2
    assert set(chosen) <= set(WORDS.phrases)


@pytest.mark.parametrize("form", FORM_CODES)
def test_nothing_is_said_to_a_client_who_left(form: str) -> None:
    """After an ending there are no words to reach out with, whatever else was chosen."""
    refined = Refinement("bond", ("forgot",), ("cancelled",), "self", clinician_state="calm")

    assert phrases.select_phrases(Debrief(form, "ended"), refined) == ()


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.encoded_codes))
def test_nobody_who_felt_unsafe_is_handed_words(debrief: Debrief) -> None:
    """Safety comes before repair."""
    assert phrases.select_phrases(debrief, Refinement(is_unsafe=True)) == ()


@pytest.mark.parametrize("debrief", TALKING, ids=lambda debrief: str(debrief.encoded_codes))
@pytest.mark.parametrize("state", STATES)
def test_only_the_calm_are_offered_to_tell_how_they_feel(debrief: Debrief, state: str) -> None:
    """The two disclosing phrases appear for a calm therapist only."""
    offered = {
        phrase
        for part in PARTS
        for phrase in phrases.select_phrases(
            debrief, Refinement("bond", (part,), clinician_state=state)
        )
    }

    assert state == "calm" or not offered & DISCLOSING


@pytest.mark.parametrize(
    ("form", "mine", "phrase"),
    [
        ("away", ("rushed",), "P12"),
        ("away", ("defensive",), "P12"),
        ("against", ("defensive",), "P6"),
        ("against", ("rushed",), "P6"),
        ("both", ("defensive",), "P6"),
        ("both", ("rushed",), "P12"),
    ],
)
def test_calm_offers_the_phrase_that_fits(form: str, mine: tuple[str, ...], phrase: str) -> None:
    """Distance is named to who moved away; the wish to defend oneself to who pushed."""
    refined = Refinement("bond", mine, clinician_state="calm")

    assert phrases.select_phrases(Debrief(form, "working"), refined)[1] == phrase


def test_calm_tells_nothing_before_the_movement_is_seen() -> None:
    """Who is not sure what happened is not offered to tell how they feel about it."""
    refined = Refinement("bond", ("rushed",), clinician_state="calm")

    assert not DISCLOSING & set(phrases.select_phrases(Debrief("unsure", "working"), refined))


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.encoded_codes))
@pytest.mark.parametrize("part", ["", *PARTS])
def test_patterns_wait_until_the_work_has_begun(debrief: Debrief, part: str) -> None:
    """A guess about a pattern is offered only while the two are working on it."""
    refined = Refinement("tasks", (part,) if part else (), ("frame_complaint",))
    offered = set(phrases.select_phrases(debrief, refined)) | set(
        phrases.select_phrases(debrief, Refinement())
    )

    assert debrief.status == "working" or not offered & PATTERN


def test_the_practical_point_comes_first() -> None:
    """A complaint about time, fees or place is answered before anything else."""
    refined = Refinement("bond", ("forgot",), ("frame_complaint",))

    assert phrases.select_phrases(Debrief("against", "touched"), refined) == ("P22", "P8")


def test_own_parts_come_before_what_was_strained() -> None:
    """The phrases own the therapist's part first, then turn to what was strained."""
    away = Debrief("away", "not_named")

    assert phrases.select_phrases(away, Refinement("goals", ("culture",))) == ("P9", "P10")
    assert phrases.select_phrases(away, Refinement("unsure", ("defensive",))) == ("P1", "P3")


def test_a_repair_is_checked_and_not_reopened() -> None:
    """After a repair the phrases ask how it is now, whatever the part was."""
    repaired = Debrief("away", "repaired")

    assert phrases.select_phrases(repaired, Refinement("bond", ("forgot",))) == ("P19", "P20")


def test_every_phrase_can_be_met() -> None:
    """No phrase of the bank is one that nobody is ever offered."""
    refinements = [
        Refinement(strain, (part,), cues, clinician_state=state)
        for strain in ("", "bond", "goals")
        for part in PARTS
        for cues in ((), ("frame_complaint",))
        for state in ("", "calm")
    ]
    met = {
        p for d in PAIRS for r in (Refinement(), *refinements) for p in phrases.select_phrases(d, r)
    }

    assert met == set(WORDS.phrases)


def test_a_caution_stands_under_the_phrases_it_is_for() -> None:
    """A phrase that tells how the therapist feels says that it is to serve the client."""
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


def test_two_cautions_are_not_mixed_up() -> None:
    """Where each phrase has a caution of its own, it stands under that one; a shared one once."""
    calm = Refinement("unsure", ("defensive",), clinician_state="calm")
    working = Debrief("against", "working")
    guess, defence = WORDS.phrases["P18"], WORDS.phrases["P6"]
    two = guide_step(guides.build_guide_form(working, WORDS, calm), 5)[1:]
    shared = guide_step(guides.build_guide_form(Debrief("both", "working"), WORDS), 5)[1:]

    assert two == (
        Quote(guess.text),
        Caption(guess.caution),
        Quote(defence.text),
        Caption(defence.caution),
    )
    assert [e for e in shared if isinstance(e, Caption)] == [Caption(guess.caution)]
