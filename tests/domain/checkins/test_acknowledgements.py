import re

import pytest

from bot.content.catalogue import load
from bot.domain.checkins.acknowledgements import ATOMS, FAMILIES, Answered, Heard, heard, thanks
from bot.elements import Actions, Button, Form, Quote, Small, Text

WORDS = load().words("en")
SIGN = WORDS.sign("ring")

ANSWERS = sorted(WORDS.questions["checkin"].codes)
INTENTIONS = sorted(WORDS.questions["intention"].codes)
FOLLOW_UPS = sorted(WORDS.questions["followup"].codes)


def text(form: Form) -> str:
    """Return all that a form says."""
    return "\n".join(e.text for e in form.body if isinstance(e, (Text, Small, Quote)))


@pytest.mark.parametrize("code", ANSWERS)
def test_every_answer_is_thanked_and_gets_one_thought(code: str) -> None:
    """Each answer meets words of its own and one card to take along."""
    form = thanks(WORDS, Answered(code), SIGN)
    cards = [tip for tip in WORDS.tips if tip.title in text(form)]

    assert WORDS.say(f"checkin.thanks.{code}") in text(form)
    assert [tip.atom for tip in cards] == [ATOMS[code]]
    assert form.submit == ""


@pytest.mark.parametrize("intention", INTENTIONS)
def test_an_intention_brings_a_card_that_fits(intention: str) -> None:
    """What was picked is said back, with the card for it."""
    shown = text(thanks(WORDS, Answered("someone", intention), SIGN))

    assert WORDS.questions["intention"].option(intention).label in shown
    assert SIGN.picture not in shown
    assert any(tip.atom == ATOMS[intention] and tip.title in shown for tip in WORDS.tips)


def test_a_wish_to_be_asked_is_confirmed_with_its_sign() -> None:
    """Whoever wishes to be asked again sees the sign under which it will come."""
    shown = text(thanks(WORDS, Answered("someone", "I1", again=True), SIGN))

    assert f"**{SIGN.picture}** ({SIGN.name})" in shown


@pytest.mark.parametrize("code", FOLLOW_UPS)
def test_every_follow_up_is_met_alike(code: str) -> None:
    """All four answers get as many lines and one card; none is praised above another."""
    form = heard(WORDS, Heard(code))

    assert WORDS.say(f"checkin.heard.{code}") in text(form)
    assert len([e for e in form.body if isinstance(e, Text)]) == 2
    assert not re.search(
        r"\b(great|well done|excellent|proud|perfect)\b", text(form), re.IGNORECASE
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_what_was_tried_shapes_the_words(family: str) -> None:
    """Each kind of move gets its own line, once however many were ticked."""
    shown = text(heard(WORDS, Heard("did", tuple(sorted(FAMILIES[family])))))

    assert [f for f in FAMILIES if WORDS.say(f"checkin.heard.{f}") in shown] == [family]


def test_several_kinds_are_each_heard() -> None:
    """Who mended the task and spoke of the two hears of both."""
    shown = text(heard(WORDS, Heard("otherwise", ("clarify", "immediacy"))))

    assert WORDS.say("checkin.heard.immediate") in shown
    assert WORDS.say("checkin.heard.exploratory") in shown


def test_every_move_is_of_one_kind() -> None:
    """The kinds share out all moves of the codebook and overlap nowhere."""
    codes = [code for family in FAMILIES.values() for code in family]

    assert sorted(codes) == sorted(WORDS.questions["tried"].codes)


def test_every_answer_has_its_card() -> None:
    """No answer is left without a card, and every card named exists."""
    assert set(ATOMS) == {*ANSWERS, *INTENTIONS, *FOLLOW_UPS}
    assert set(ATOMS.values()) <= {tip.atom for tip in WORDS.tips}


@pytest.mark.parametrize(
    "form", [thanks(WORDS, Answered("none"), SIGN), heard(WORDS, Heard("did"))]
)
def test_a_rupture_can_be_debriefed_from_here(form: Form) -> None:
    """Both thanks offer the debrief, and say that nobody watches."""
    steps = [step for e in form.body if isinstance(e, Actions) for step in e.steps]

    assert [s.name for s in steps if isinstance(s, Button)] == ["rupture.open"]
    assert Small(WORDS.say("safety.not_watched")) in form.body
