from itertools import combinations, product

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import FORM_CODES
from bot.domain.debriefs import debrief_form, guide_case, guides
from bot.domain.debriefs.debrief_form import Debrief, Refinement
from bot.elements import Banner, Caption, Quote, Text, flatten_folds
from tests.domain.debriefs.combinations import (
    ALL_DEBRIEFS,
    OWN_PART_CODES,
    STATE_CODES,
    STRAIN_CODES,
    WORDS,
    combinations_up_to_three,
    cue_codes_of_form,
    guide_step,
    guide_text,
    middle_steps,
    own_part_combinations,
    split_steps,
)

LANGUAGE_PACKS = [load_catalogue().get_pack(tag) for tag in load_catalogue().languages]
MODEL_REFERENCES = ("safran1996", "eubanks2019", "consensus2018")

AWAY = Debrief("away", "touched")

SHARED_DEBRIEFS: dict[frozenset[str], str] = {}
"""Debriefs with the same steps 4, 5 and 6, with the reason: none."""

NEUTRAL_PARTS = {
    "defensive": "to have been defensive is met in steps 1 and 3; listening owns it",
}
"""Own parts that do not change steps 4, 5 and 6 of some debriefs, with the reason."""

EQUIVALENT_PARTS = {
    frozenset({"technique_first", "rushed"}): "both moved too early, and P7 goes back",
}
"""Own parts with the same steps 4, 5 and 6, with the reason."""


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_guide_has_seven_steps(debrief: Debrief) -> None:
    """Each form and status has at least one line of each of the seven steps."""
    steps = split_steps(guides.build_guide_form(debrief, WORDS))

    assert [name for name, (lines, _) in steps.items() if not lines] == []


def test_no_two_debriefs_share_a_guide() -> None:
    """Any two debriefs differ in step 4, 5 or 6, except for the listed ones."""
    middles = {
        debrief.encoded_codes: middle_steps(guides.build_guide_form(debrief, WORDS))
        for debrief in ALL_DEBRIEFS
    }
    shared_pairs = {
        frozenset((a, b)) for a, b in combinations(middles, 2) if middles[a] == middles[b]
    }

    assert shared_pairs == set(SHARED_DEBRIEFS)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_strain_changes_the_middle_steps(debrief: Debrief) -> None:
    """Each strain code changes step 4, 5 or 6 of every guide."""
    middles = [
        middle_steps(guides.build_guide_form(debrief, WORDS, Refinement(strain)))
        for strain in STRAIN_CODES
    ]

    assert len(set(middles)) == len(STRAIN_CODES)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_an_own_part_changes_the_guide(debrief: Debrief) -> None:
    """Each own part changes the guide, and its middle steps except for the listed ones."""
    plain = guides.build_guide_form(debrief, WORDS, Refinement("unsure"))
    guides_by_part = {
        part: guides.build_guide_form(debrief, WORDS, Refinement("unsure", (part,)))
        for part in OWN_PART_CODES
    }
    unchanged_parts = {
        part for part in OWN_PART_CODES if middle_steps(guides_by_part[part]) == middle_steps(plain)
    }
    twins = {
        frozenset(pair)
        for pair in combinations(set(OWN_PART_CODES) - unchanged_parts, 2)
        if middle_steps(guides_by_part[pair[0]]) == middle_steps(guides_by_part[pair[1]])
    }

    assert (
        len({guide.body for guide in (plain, *guides_by_part.values())}) == len(OWN_PART_CODES) + 1
    )
    assert unchanged_parts <= set(
        NEUTRAL_PARTS
        if debrief.status in guide_case.EARLY_STATUSES | {"working"}
        else OWN_PART_CODES
    )
    assert twins <= set(EQUIVALENT_PARTS)


@pytest.mark.no_cover
@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_guide_is_within_its_limits(debrief: Debrief) -> None:
    """With any answers a step has one line per selected code and the form is within its limit."""
    for own_parts, strain in product(own_part_combinations(), ["", *STRAIN_CODES]):
        guide = guides.build_guide_form(
            debrief, WORDS, Refinement(strain, own_parts), filing_note="Kept."
        )

        body = list(flatten_folds(guide.body))

        assert len(body) <= 25
        assert max(e.text.count("\n") for e in body if isinstance(e, Text)) <= 3


@pytest.mark.no_cover
@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_step_two_has_the_selected_cues(debrief: Debrief) -> None:
    """Step 2 has a line for each selected cue and no other."""
    for cues in combinations_up_to_three(cue_codes_of_form(debrief.form)):
        step = guide_step(guides.build_guide_form(debrief, WORDS, Refinement(cues=cues)), 2)[0]
        lines = [WORDS.guide_line(f"cue.{cue}") for cue in cues]

        assert isinstance(step, Text)
        assert step.text.split("\n")[1:] == (
            lines or [WORDS.guide_line(f"movement.{debrief.form}")]
        )


@pytest.mark.parametrize("state", STATE_CODES)
def test_step_one_has_the_state(state: str) -> None:
    """Each state has its own line in step 1."""
    step = guide_step(guides.build_guide_form(AWAY, WORDS, Refinement(clinician_state=state)), 1)[0]

    assert step == Text(
        f"**1. {WORDS.guide_line('step.settle')}**\n{WORDS.guide_line(f'settle.{state}')}"
    )


def test_step_one_has_the_defensive_part() -> None:
    """A defensive part has a line in step 1, below the line of the state."""
    without_state = guide_step(
        guides.build_guide_form(AWAY, WORDS, Refinement(own_parts=("defensive",))), 1
    )[0]
    with_state = guide_step(
        guides.build_guide_form(
            AWAY, WORDS, Refinement(own_parts=("defensive",), clinician_state="hurt")
        ),
        1,
    )[0]

    assert isinstance(without_state, Text)
    assert isinstance(with_state, Text)
    assert without_state.text.split("\n")[1:] == [WORDS.guide_line("settle.defensive")]
    assert with_state.text.split("\n")[1:] == [
        WORDS.guide_line("settle.hurt"),
        WORDS.guide_line("settle.defensive"),
    ]


@pytest.mark.parametrize("form", FORM_CODES)
@pytest.mark.parametrize("status", ["not_named", "touched"])
def test_early_guides_have_no_past_patterns(form: str, status: str) -> None:
    """Early guides have no line on past patterns, and defer patterns."""
    guide = guides.build_guide_form(Debrief(form, status), WORDS)
    protection = guide_step(guide, 4)[0]

    assert isinstance(protection, Text)
    assert WORDS.guide_line(f"protection.{form}.early") in protection.text
    assert WORDS.guide_line(f"protection.{form}.working") not in guide_text(guide)
    assert "patterns" in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
def test_an_ending_has_no_phrases(form: str) -> None:
    """After an ending there is no phrase, but lines on the supervisor and the client's wish."""
    for strain in ("", *STRAIN_CODES):
        guide = guides.build_guide_form(
            Debrief(form, "ended"), WORDS, Refinement(strain, clinician_state="calm")
        )

        assert not any(isinstance(e, Quote) for e in flatten_folds(guide.body))
        assert WORDS.guide_line("opening.ended") in guide_text(guide)
        assert WORDS.guide_line("opening.ended_first") in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
def test_a_repair_has_a_check(form: str) -> None:
    """After a repair the opening step is a check of the repair."""
    assert WORDS.guide_line("opening.repaired") in guide_text(
        guides.build_guide_form(Debrief(form, "repaired"), WORDS)
    )


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_safety_branch_has_safety_lines_only(debrief: Debrief) -> None:
    """The safety branch has no phrase and no own part, and three safety banners."""
    refinement = Refinement("bond", ("rushed",), clinician_state="calm", is_unsafe=True)
    guide = guides.build_guide_form(debrief, WORDS, refinement)

    assert guide.body[:3] == (
        Banner(WORDS.translate("safety.banner")),
        Banner(WORDS.translate("safety.unsafe")),
        Banner(WORDS.translate("safety.not_watched")),
    )
    assert not any(isinstance(e, Quote) for e in flatten_folds(guide.body))
    for name in ("settle", "movement", "part", "protection", "opening", "wait"):
        assert WORDS.guide_line(f"{name}.unsafe") in guide_text(guide)
    assert WORDS.guide_line("mine.rushed") not in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
@pytest.mark.parametrize("status", ["not_named", "touched", "working", "repaired"])
def test_a_push_adds_the_threat_warning(form: str, status: str) -> None:
    """After a push the warning is shown unless "safe" was selected."""
    debrief = Debrief(form, status)
    threat = WORDS.guide_line("opening.threat")

    assert (threat in guide_text(guides.build_guide_form(debrief, WORDS))) == (
        form in {"against", "both"}
    )
    assert threat not in guide_text(
        guides.build_guide_form(debrief, WORDS, Refinement("bond", felt_safe=True))
    )


@pytest.mark.parametrize("cue", ["self_blame", "cancelled"])
def test_a_cue_of_risk_leads_with_a_safety_banner(cue: str) -> None:
    """With a cue of risk the safety banner is above the guide, else it is not there."""
    risk_banner = Banner(WORDS.translate("safety.hopeless"))

    assert guides.build_guide_form(AWAY, WORDS, Refinement(cues=(cue,))).body[0] == risk_banner
    assert risk_banner not in guides.build_guide_form(AWAY, WORDS).body


def test_a_frame_complaint_comes_first() -> None:
    """A complaint about time, fees or place has its own line and phrase first."""
    refinement = Refinement(cues=("frame_complaint",), felt_safe=True)
    opening = guide_step(
        guides.build_guide_form(Debrief("against", "touched"), WORDS, refinement), 5
    )

    assert isinstance(opening[0], Text)
    assert opening[0].text.split("\n")[1] == WORDS.guide_line("lead.frame_complaint")
    assert opening[1] == Quote(WORDS.phrases["P22"].text)


def test_culture_has_a_learning_line() -> None:
    """The part 'culture' adds an own-part line, and a learning line for supervision."""
    guide = guide_text(guides.build_guide_form(AWAY, WORDS, Refinement(own_parts=("culture",))))

    assert WORDS.guide_line("mine.culture") in guide
    assert WORDS.guide_line("learn.culture") in guide


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_the_models_are_credited(debrief: Debrief) -> None:
    """Guide and debrief credit the models with their links and claim no rating."""
    for words in LANGUAGE_PACKS:
        credit = debrief_form.format_model_credit(words)
        forms = (
            guides.build_guide_form(debrief, words),
            debrief_form.build_debrief_form(words),
        )

        assert all(words.references[name].url in credit for name in MODEL_REFERENCES)
        assert "3RS" in credit
        assert all(Caption(credit) in form.body for form in forms)
