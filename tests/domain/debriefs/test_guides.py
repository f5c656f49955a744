from itertools import combinations, product

import pytest

from bot.domain.debriefs import guides
from bot.domain.debriefs.debrief_form import FORMS, Debrief, Refinement
from bot.elements import Actions, Banner, Button, Choice, Contact, Quote, Small, Text
from tests.domain.debriefs.combinations import (
    PAIRS,
    PARTS,
    STATES,
    STRAINS,
    WORDS,
    middle,
    of_form,
    parts,
    step,
    text,
    up_to_three,
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


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_every_debrief_has_its_guide_of_seven_steps(debrief: Debrief) -> None:
    """Each form and status leads through all seven steps, in order."""
    guide = guides.guide(debrief, WORDS)
    titles = [e.text.partition("\n")[0] for e in guide.body if isinstance(e, Text)]
    names = ("settle", "movement", "part", "protection", "opening", "wait", "supervision")

    assert titles == [f"**{n}. {WORDS.line(f'step.{name}')}**" for n, name in enumerate(names, 1)]


def test_no_two_debriefs_share_a_guide() -> None:
    """Any two forms and statuses differ in step 4, 5 or 6, but for those the table excuses."""
    found = {debrief.data: middle(guides.guide(debrief, WORDS)) for debrief in PAIRS}
    alike = {frozenset((a, b)) for a, b in combinations(found, 2) if found[a] == found[b]}

    assert alike == set(SHARED)


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_what_was_strained_changes_the_middle(debrief: Debrief) -> None:
    """Bond, goals, tasks and hard to tell differ in step 4, 5 or 6 of every guide."""
    found = [middle(guides.guide(debrief, WORDS, Refinement(strain))) for strain in STRAINS]

    assert len(set(found)) == len(STRAINS)


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_a_part_changes_the_guide(debrief: Debrief) -> None:
    """Every part changes the guide, and its middle unless the table says why not."""
    plain = guides.guide(debrief, WORDS, Refinement("unsure"))
    found = {part: guides.guide(debrief, WORDS, Refinement("unsure", (part,))) for part in PARTS}
    same = {part for part in PARTS if middle(found[part]) == middle(plain)}
    twins = {
        frozenset(pair)
        for pair in combinations(set(PARTS) - same, 2)
        if middle(found[pair[0]]) == middle(found[pair[1]])
    }

    assert len({guide.body for guide in (plain, *found.values())}) == len(PARTS) + 1
    assert same <= set(ELSEWHERE if debrief.status in guides.EARLY | {"working"} else PARTS)
    assert twins <= set(TWINS)


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_every_part_and_strain_fits_a_phone(debrief: Debrief) -> None:
    """Whatever was ticked, each step keeps to one short line a tick and the window holds it."""
    for mine, strain in product(parts(), ["", *STRAINS]):
        guide = guides.guide(debrief, WORDS, Refinement(strain, mine), filed="Kept.")

        assert len(guide.body) <= 25
        assert max(e.text.count("\n") for e in guide.body if isinstance(e, Text)) <= 3


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_every_sign_is_named_in_step_two(debrief: Debrief) -> None:
    """Each ticked sign gets its line where the movement is named, and no other sign does."""
    for cues in up_to_three(of_form(debrief.form)):
        named = step(guides.guide(debrief, WORDS, Refinement(cues=cues)), 2)[0]
        lines = [WORDS.line(f"cue.{cue}") for cue in cues]

        assert isinstance(named, Text)
        assert named.text.split("\n")[1:] == (lines or [WORDS.line(f"movement.{debrief.form}")])


@pytest.mark.parametrize("state", STATES)
def test_what_one_feels_is_met_first(state: str) -> None:
    """Each state has a line of its own in step 1."""
    settled = step(guides.guide(AWAY, WORDS, Refinement(state=state)), 1)[0]

    assert settled == Text(f"**1. {WORDS.line('step.settle')}**\n{WORDS.line(f'settle.{state}')}")


def test_the_urge_to_explain_is_met_before_planning() -> None:
    """Whoever became defensive reads about it in step 1, below what they feel."""
    alone = step(guides.guide(AWAY, WORDS, Refinement(mine=("defensive",))), 1)[0]
    felt = step(guides.guide(AWAY, WORDS, Refinement(mine=("defensive",), state="hurt")), 1)[0]

    assert isinstance(alone, Text)
    assert isinstance(felt, Text)
    assert alone.text.split("\n")[1:] == [WORDS.line("settle.defensive")]
    assert felt.text.split("\n")[1:] == [WORDS.line("settle.hurt"), WORDS.line("settle.defensive")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", ["not_named", "touched"])
def test_early_guides_validate_and_explore_only(form: str, status: str) -> None:
    """Before the work has begun no guide looks to the past, and patterns are to wait."""
    guide = guides.guide(Debrief(form, status), WORDS)
    protection = step(guide, 4)[0]

    assert isinstance(protection, Text)
    assert WORDS.line(f"protection.{form}.early") in protection.text
    assert WORDS.line(f"protection.{form}.working") not in text(guide)
    assert "patterns" in text(guide)


@pytest.mark.parametrize("form", FORMS)
def test_an_ending_never_brings_words_to_reach_out_with(form: str) -> None:
    """After an ending there is no quote; the supervisor, the rules and the client's wish lead."""
    for strain in ("", *STRAINS):
        guide = guides.guide(Debrief(form, "ended"), WORDS, Refinement(strain, state="calm"))

        assert not any(isinstance(e, Quote) for e in guide.body)
        assert WORDS.line("opening.ended") in text(guide)
        assert WORDS.line("opening.ended_first") in text(guide)


@pytest.mark.parametrize("form", FORMS)
def test_a_repair_is_asked_how_it_holds(form: str) -> None:
    """After a repair the guide asks what made it possible and how to check that it holds."""
    assert WORDS.line("opening.repaired") in text(guides.guide(Debrief(form, "repaired"), WORDS))


@pytest.mark.parametrize("debrief", PAIRS, ids=lambda debrief: str(debrief.data))
def test_who_felt_unsafe_is_led_to_safety_alone(debrief: Debrief) -> None:
    """Fear opens a guide of its own: no words for the client, no part to own, safety first."""
    refined = Refinement("bond", ("rushed",), state="calm", unsafe=True)
    guide = guides.guide(debrief, WORDS, refined)

    assert guide.body[:3] == (
        Banner(WORDS.say("safety.banner")),
        Banner(WORDS.say("safety.unsafe")),
        Banner(WORDS.say("safety.not_watched")),
    )
    assert not any(isinstance(e, Quote) for e in guide.body)
    for name in ("settle", "movement", "part", "protection", "opening", "wait", "prompts"):
        assert WORDS.line(f"{name}.unsafe") in text(guide)
    assert WORDS.line("mine.rushed") not in text(guide)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", ["not_named", "touched", "working", "repaired"])
def test_threat_is_named_before_any_words_to_who_pushed(form: str, status: str) -> None:
    """Where the client pushed, safety is named above the phrases until "safe" was chosen."""
    debrief = Debrief(form, status)
    threat = WORDS.line("opening.threat")

    assert (threat in text(guides.guide(debrief, WORDS))) == (form in {"against", "both"})
    assert threat not in text(guides.guide(debrief, WORDS, Refinement("bond", safe=True)))


@pytest.mark.parametrize("cue", ["self_blame", "cancelled"])
def test_a_sign_of_risk_brings_safety_back(cue: str) -> None:
    """Where the client sounded hopeless or stayed away safety is named again, after step 2."""
    guide = guides.guide(AWAY, WORDS, Refinement(cues=(cue,)))

    assert step(guide, 2)[-1] == Banner(WORDS.say("safety.hopeless"))
    assert Banner(WORDS.say("safety.hopeless")) not in guides.guide(AWAY, WORDS).body


def test_the_practical_side_is_mended_first() -> None:
    """A complaint about time, fees or place is answered in practice before the phrases."""
    refined = Refinement(cues=("frame_complaint",), safe=True)
    opening = step(guides.guide(Debrief("against", "touched"), WORDS, refined), 5)

    assert isinstance(opening[0], Text)
    assert opening[0].text.split("\n")[1] == WORDS.line("opening.frame")
    assert opening[1] == Quote(WORDS.phrases["P22"].text)


def test_culture_is_owned_and_learned_about_elsewhere() -> None:
    """Whoever passed over culture owns it, and takes their own learning to supervision."""
    guide = text(guides.guide(AWAY, WORDS, Refinement(mine=("culture",))))

    assert WORDS.line("mine.culture") in guide
    assert WORDS.line("learn.culture") in guide


@pytest.mark.parametrize(
    ("help_code", "line"),
    [("", "plain"), ("self", "self"), ("supervision", "supervision"), ("sooner", "sooner")],
)
def test_supervision_is_offered_as_it_was_wished_for(help_code: str, line: str) -> None:
    """What would help now decides how step 7 begins."""
    guide = guides.guide(AWAY, WORDS, Refinement(help=help_code), supervisors=("U1",))

    assert WORDS.line(f"bring.{line}") in text(guide)


def test_no_button_is_promised_where_no_supervisor_is_known() -> None:
    """Whoever wants to talk sooner, and has no supervisor here, writes in their usual way."""
    guide = guides.guide(AWAY, WORDS, Refinement(help="sooner"))

    assert WORDS.line("bring.sooner_alone") in text(guide)
    assert WORDS.line("bring.sooner") not in text(guide)


@pytest.mark.parametrize("wish", ["self", "sooner"])
def test_feeling_unsafe_comes_to_supervision_as_such(wish: str) -> None:
    """Whatever would help now, step 7 still settles safety before any further contact."""
    guide = text(guides.guide(AWAY, WORDS, Refinement(help=wish, unsafe=True)))

    assert WORDS.line("bring.unsafe") in guide
    assert (WORDS.line("bring.sooner_alone") in guide) == (wish == "sooner")


def test_the_clinician_writes_to_a_supervisor_themselves() -> None:
    """One supervisor can be written to at once; several are told apart by their mentions."""
    one = guides.guide(AWAY, WORDS, supervisors=("U1",)).body
    two = guides.guide(AWAY, WORDS, supervisors=("U1", "U2")).body

    assert Contact("U1", WORDS.say("rupture.guide.write")) in one
    assert [e.person for e in two if isinstance(e, Contact)] == ["U1", "U2"]
    for person in ("U1", "U2"):
        contact = Contact(person, WORDS.say("rupture.guide.write_this_one"))
        assert two[two.index(contact) - 1] == Text(f"@{{{person}}}")


def test_a_long_list_of_supervisors_stays_within_the_window() -> None:
    """A hundred supervisors do not push the guide beyond what a window holds."""
    many = guides.guide(AWAY, WORDS, supervisors=tuple(f"U{n}" for n in range(100))).body

    assert sum(isinstance(e, Contact) for e in many) == guides.MOST_CONTACTS


def test_what_was_kept_is_said_on_top() -> None:
    """After filing, the guide says what was kept; read without filing, it says nothing of it."""
    assert guides.guide(AWAY, WORDS, filed="Kept.").body[1] == Small("Kept.")
    assert Small("Kept.") not in guides.guide(AWAY, WORDS).body


def test_the_guide_can_be_refined_again() -> None:
    """The two codes travel with the button, whose label tells a first time from a second."""
    first, second = (guides.guide(AWAY, WORDS, r) for r in (None, Refinement("bond")))
    buttons = [e.steps[0] for g in (first, second) for e in g.body if isinstance(e, Actions)]

    assert buttons == [
        Button("rupture.deeper", WORDS.say(key), "away.touched", opens_form=True)
        for key in ("rupture.guide.deeper", "rupture.guide.again")
    ]


def test_a_guide_is_read_and_not_sent() -> None:
    """A guide has nothing to submit, and names its purpose and its source."""
    guide = guides.guide(AWAY, WORDS)

    assert (guide.name, guide.submit, guide.data) == ("guide", "", "away.touched")
    assert Small(WORDS.say("safety.purpose")) in guide.body
    assert WORDS.references["source"].url in text(guide)


def test_a_guide_can_be_chosen_without_filing() -> None:
    """The chooser asks the same two questions, says that nothing is filed, and keeps no data."""
    chooser = guides.chooser(WORDS)

    assert (chooser.name, chooser.data) == ("guide", "")
    assert [e.id for e in chooser.body if isinstance(e, Choice)] == ["form", "status"]
    assert "files nothing" in text(chooser)
    assert chooser.submit
