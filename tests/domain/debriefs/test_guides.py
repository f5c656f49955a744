from itertools import combinations, product

import pytest

from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import FORM_CODES, Debrief, Refinement
from bot.elements import ActionRow, Banner, Button, Caption, ChoiceField, ContactLink, Quote, Text
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
)

AWAY = Debrief("away", "touched")

SHARED: dict[frozenset[str], str] = {}
"""Forms and statuses that share steps 4, 5 and 6, with the reason: there are none."""

ELSEWHERE = {
    "defensive": "to have been defensive is met in steps 1 and 3; listening owns it",
    "not_visible": "where it is not seen yet, away at first is offered P2 all the same",
}
"""Parts that leave steps 4, 5 and 6 as they are for some debriefs, with the reason."""

TWINS = {
    frozenset({"missed_cue", "misread"}): "both missed what was needed, and P4 owns that",
    frozenset({"technique_first", "rushed"}): "both moved too early, and P7 goes back",
}
"""Parts that share steps 4, 5 and 6 with each other, with the reason."""


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_debrief_has_its_guide_of_seven_steps(debrief: Debrief) -> None:
    """Each form and status leads through all seven steps, in order."""
    guide = guides.build_guide_form(debrief, WORDS)
    titles = [e.text.partition("\n")[0] for e in guide.body if isinstance(e, Text)]
    names = ("settle", "movement", "part", "protection", "opening", "wait", "supervision")

    assert titles == [
        f"**{n}. {WORDS.guide_line(f'step.{name}')}**" for n, name in enumerate(names, 1)
    ]


def test_no_two_debriefs_share_a_guide() -> None:
    """Any two forms and statuses differ in step 4, 5 or 6, but for those the table excuses."""
    found = {
        debrief.encoded_codes: middle_steps(guides.build_guide_form(debrief, WORDS))
        for debrief in ALL_DEBRIEFS
    }
    alike = {frozenset((a, b)) for a, b in combinations(found, 2) if found[a] == found[b]}

    assert alike == set(SHARED)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_what_was_strained_changes_the_middle(debrief: Debrief) -> None:
    """Bond, goals, tasks and hard to tell differ in step 4, 5 or 6 of every guide."""
    found = [
        middle_steps(guides.build_guide_form(debrief, WORDS, Refinement(strain)))
        for strain in STRAIN_CODES
    ]

    assert len(set(found)) == len(STRAIN_CODES)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_a_part_changes_the_guide(debrief: Debrief) -> None:
    """Every part changes the guide, and its middle unless the table says why not."""
    plain = guides.build_guide_form(debrief, WORDS, Refinement("unsure"))
    found = {
        part: guides.build_guide_form(debrief, WORDS, Refinement("unsure", (part,)))
        for part in OWN_PART_CODES
    }
    same = {part for part in OWN_PART_CODES if middle_steps(found[part]) == middle_steps(plain)}
    twins = {
        frozenset(pair)
        for pair in combinations(set(OWN_PART_CODES) - same, 2)
        if middle_steps(found[pair[0]]) == middle_steps(found[pair[1]])
    }

    assert len({guide.body for guide in (plain, *found.values())}) == len(OWN_PART_CODES) + 1
    assert same <= set(
        ELSEWHERE if debrief.status in guides.EARLY_STATUSES | {"working"} else OWN_PART_CODES
    )
    assert twins <= set(TWINS)


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_part_and_strain_fits_a_phone(debrief: Debrief) -> None:
    """Whatever was ticked, each step keeps to one short line a tick and the window holds it."""
    for mine, strain in product(own_part_combinations(), ["", *STRAIN_CODES]):
        guide = guides.build_guide_form(
            debrief, WORDS, Refinement(strain, mine), filing_note="Kept."
        )

        assert len(guide.body) <= 25
        assert max(e.text.count("\n") for e in guide.body if isinstance(e, Text)) <= 3


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_every_sign_is_named_in_step_two(debrief: Debrief) -> None:
    """Each ticked sign gets its line where the movement is named, and no other sign does."""
    for cues in combinations_up_to_three(cue_codes_of_form(debrief.form)):
        named = guide_step(guides.build_guide_form(debrief, WORDS, Refinement(cues=cues)), 2)[0]
        lines = [WORDS.guide_line(f"cue.{cue}") for cue in cues]

        assert isinstance(named, Text)
        assert named.text.split("\n")[1:] == (
            lines or [WORDS.guide_line(f"movement.{debrief.form}")]
        )


@pytest.mark.parametrize("state", STATE_CODES)
def test_what_one_feels_is_met_first(state: str) -> None:
    """Each state has a line of its own in step 1."""
    settled = guide_step(
        guides.build_guide_form(AWAY, WORDS, Refinement(clinician_state=state)), 1
    )[0]

    assert settled == Text(
        f"**1. {WORDS.guide_line('step.settle')}**\n{WORDS.guide_line(f'settle.{state}')}"
    )


def test_the_urge_to_explain_is_met_before_planning() -> None:
    """Whoever became defensive reads about it in step 1, below what they feel."""
    alone = guide_step(
        guides.build_guide_form(AWAY, WORDS, Refinement(own_parts=("defensive",))), 1
    )[0]
    felt = guide_step(
        guides.build_guide_form(
            AWAY, WORDS, Refinement(own_parts=("defensive",), clinician_state="hurt")
        ),
        1,
    )[0]

    assert isinstance(alone, Text)
    assert isinstance(felt, Text)
    assert alone.text.split("\n")[1:] == [WORDS.guide_line("settle.defensive")]
    assert felt.text.split("\n")[1:] == [
        WORDS.guide_line("settle.hurt"),
        WORDS.guide_line("settle.defensive"),
    ]


@pytest.mark.parametrize("form", FORM_CODES)
@pytest.mark.parametrize("status", ["not_named", "touched"])
def test_early_guides_validate_and_explore_only(form: str, status: str) -> None:
    """Before the work has begun no guide looks to the past, and patterns are to wait."""
    guide = guides.build_guide_form(Debrief(form, status), WORDS)
    protection = guide_step(guide, 4)[0]

    assert isinstance(protection, Text)
    assert WORDS.guide_line(f"protection.{form}.early") in protection.text
    assert WORDS.guide_line(f"protection.{form}.working") not in guide_text(guide)
    assert "patterns" in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
def test_an_ending_never_brings_words_to_reach_out_with(form: str) -> None:
    """After an ending there is no quote; the supervisor, the rules and the client's wish lead."""
    for strain in ("", *STRAIN_CODES):
        guide = guides.build_guide_form(
            Debrief(form, "ended"), WORDS, Refinement(strain, clinician_state="calm")
        )

        assert not any(isinstance(e, Quote) for e in guide.body)
        assert WORDS.guide_line("opening.ended") in guide_text(guide)
        assert WORDS.guide_line("opening.ended_first") in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
def test_a_repair_is_asked_how_it_holds(form: str) -> None:
    """After a repair the guide asks what made it possible and how to check that it holds."""
    assert WORDS.guide_line("opening.repaired") in guide_text(
        guides.build_guide_form(Debrief(form, "repaired"), WORDS)
    )


@pytest.mark.parametrize("debrief", ALL_DEBRIEFS, ids=lambda debrief: str(debrief.encoded_codes))
def test_who_felt_unsafe_is_led_to_safety_alone(debrief: Debrief) -> None:
    """Fear opens a guide of its own: no words for the client, no part to own, safety first."""
    refined = Refinement("bond", ("rushed",), clinician_state="calm", is_unsafe=True)
    guide = guides.build_guide_form(debrief, WORDS, refined)

    assert guide.body[:3] == (
        Banner(WORDS.translate("safety.banner")),
        Banner(WORDS.translate("safety.unsafe")),
        Banner(WORDS.translate("safety.not_watched")),
    )
    assert not any(isinstance(e, Quote) for e in guide.body)
    for name in ("settle", "movement", "part", "protection", "opening", "wait", "prompts"):
        assert WORDS.guide_line(f"{name}.unsafe") in guide_text(guide)
    assert WORDS.guide_line("mine.rushed") not in guide_text(guide)


@pytest.mark.parametrize("form", FORM_CODES)
@pytest.mark.parametrize("status", ["not_named", "touched", "working", "repaired"])
def test_threat_is_named_before_any_words_to_who_pushed(form: str, status: str) -> None:
    """Where the client pushed, safety is named above the phrases until "safe" was chosen."""
    debrief = Debrief(form, status)
    threat = WORDS.guide_line("opening.threat")

    assert (threat in guide_text(guides.build_guide_form(debrief, WORDS))) == (
        form in {"against", "both"}
    )
    assert threat not in guide_text(
        guides.build_guide_form(debrief, WORDS, Refinement("bond", safe=True))
    )


@pytest.mark.parametrize("cue", ["self_blame", "cancelled"])
def test_a_sign_of_risk_brings_safety_back(cue: str) -> None:
    """Where the client sounded hopeless or stayed away safety is named again, after step 2."""
    guide = guides.build_guide_form(AWAY, WORDS, Refinement(cues=(cue,)))

    assert guide_step(guide, 2)[-1] == Banner(WORDS.translate("safety.hopeless"))
    assert (
        Banner(WORDS.translate("safety.hopeless")) not in guides.build_guide_form(AWAY, WORDS).body
    )


def test_the_practical_side_is_mended_first() -> None:
    """A complaint about time, fees or place is answered in practice before the phrases."""
    refined = Refinement(cues=("frame_complaint",), safe=True)
    opening = guide_step(guides.build_guide_form(Debrief("against", "touched"), WORDS, refined), 5)

    assert isinstance(opening[0], Text)
    assert opening[0].text.split("\n")[1] == WORDS.guide_line("opening.frame")
    assert opening[1] == Quote(WORDS.phrases["P22"].text)


def test_culture_is_owned_and_learned_about_elsewhere() -> None:
    """Whoever passed over culture owns it, and takes their own learning to supervision."""
    guide = guide_text(guides.build_guide_form(AWAY, WORDS, Refinement(own_parts=("culture",))))

    assert WORDS.guide_line("mine.culture") in guide
    assert WORDS.guide_line("learn.culture") in guide


@pytest.mark.parametrize(
    ("help_code", "line"),
    [("", "plain"), ("self", "self"), ("supervision", "supervision"), ("sooner", "sooner")],
)
def test_supervision_is_offered_as_it_was_wished_for(help_code: str, line: str) -> None:
    """What would help now decides how step 7 begins."""
    guide = guides.build_guide_form(
        AWAY, WORDS, Refinement(help_code=help_code), supervisors=("U1",)
    )

    assert WORDS.guide_line(f"bring.{line}") in guide_text(guide)


def test_no_button_is_promised_where_no_supervisor_is_known() -> None:
    """Whoever wants to talk sooner, and has no supervisor here, writes in their usual way."""
    guide = guides.build_guide_form(AWAY, WORDS, Refinement(help_code="sooner"))

    assert WORDS.guide_line("bring.sooner_alone") in guide_text(guide)
    assert WORDS.guide_line("bring.sooner") not in guide_text(guide)


@pytest.mark.parametrize("wish", ["self", "sooner"])
def test_feeling_unsafe_comes_to_supervision_as_such(wish: str) -> None:
    """Whatever would help now, step 7 still settles safety before any further contact."""
    guide = guide_text(
        guides.build_guide_form(AWAY, WORDS, Refinement(help_code=wish, is_unsafe=True))
    )

    assert WORDS.guide_line("bring.unsafe") in guide
    assert (WORDS.guide_line("bring.sooner_alone") in guide) == (wish == "sooner")


def test_the_clinician_writes_to_a_supervisor_themselves() -> None:
    """One supervisor can be written to at once; several are told apart by their mentions."""
    one = guides.build_guide_form(AWAY, WORDS, supervisors=("U1",)).body
    two = guides.build_guide_form(AWAY, WORDS, supervisors=("U1", "U2")).body

    assert ContactLink("U1", WORDS.translate("rupture.guide.write")) in one
    assert [e.person_id for e in two if isinstance(e, ContactLink)] == ["U1", "U2"]
    for person in ("U1", "U2"):
        contact = ContactLink(person, WORDS.translate("rupture.guide.write_this_one"))
        assert two[two.index(contact) - 1] == Text(f"@{{{person}}}")


def test_a_long_list_of_supervisors_stays_within_the_window() -> None:
    """A hundred supervisors do not push the guide beyond what a window holds."""
    many = guides.build_guide_form(AWAY, WORDS, supervisors=tuple(f"U{n}" for n in range(100))).body

    assert sum(isinstance(e, ContactLink) for e in many) == guides.MAX_CONTACTS


def test_what_was_kept_is_said_on_top() -> None:
    """After filing, the guide says what was kept; read without filing, it says nothing of it."""
    assert guides.build_guide_form(AWAY, WORDS, filing_note="Kept.").body[1] == Caption("Kept.")
    assert Caption("Kept.") not in guides.build_guide_form(AWAY, WORDS).body


def test_the_guide_can_be_refined_again() -> None:
    """The two codes travel with the button, whose label tells a first time from a second."""
    first, second = (guides.build_guide_form(AWAY, WORDS, r) for r in (None, Refinement("bond")))
    buttons = [e.controls[0] for g in (first, second) for e in g.body if isinstance(e, ActionRow)]

    assert buttons == [
        Button("rupture.deeper", WORDS.translate(key), "away.touched", opens_form=True)
        for key in ("rupture.guide.deeper", "rupture.guide.again")
    ]


def test_a_guide_is_read_and_not_sent() -> None:
    """A guide has nothing to submit, and names its purpose and its source."""
    guide = guides.build_guide_form(AWAY, WORDS)

    assert (guide.name, guide.submit, guide.data) == ("guide", "", "away.touched")
    assert Caption(WORDS.translate("safety.purpose")) in guide.body
    assert WORDS.references["source"].url in guide_text(guide)


def test_a_guide_can_be_chosen_without_filing() -> None:
    """The chooser asks the same two questions, says that nothing is filed, and keeps no data."""
    chooser = guides.build_chooser_form(WORDS)

    assert (chooser.name, chooser.data) == ("guide", "")
    assert [e.id for e in chooser.body if isinstance(e, ChoiceField)] == ["form", "status"]
    assert "files nothing" in guide_text(chooser)
    assert chooser.submit
