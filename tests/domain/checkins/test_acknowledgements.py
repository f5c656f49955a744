import re

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.checkins.acknowledgements import (
    ATOM_BY_ANSWER,
    MOVES_BY_FAMILY,
    CheckinAnswer,
    FollowUpAnswer,
    build_follow_up_thanks_form,
    build_thanks_form,
)
from bot.elements import ActionRow, Button, Caption, Form, Quote, Text

WORDS = load_catalogue().get_pack("en")
SIGN = WORDS.get_sign("ring")

ANSWERS = sorted(WORDS.questions["checkin"].option_codes)
INTENTIONS = sorted(WORDS.questions["intention"].option_codes)
FOLLOW_UPS = sorted(WORDS.questions["followup"].option_codes)


def text(form: Form) -> str:
    """Return all that a form says."""
    return "\n".join(e.text for e in form.body if isinstance(e, (Text, Caption, Quote)))


@pytest.mark.parametrize("code", ANSWERS)
def test_every_answer_is_thanked_and_gets_one_thought(code: str) -> None:
    """Each answer meets words of its own and one card to take along."""
    form = build_thanks_form(WORDS, CheckinAnswer(code), SIGN)
    cards = [tip for tip in WORDS.tips if tip.title in text(form)]

    assert WORDS.translate(f"checkin.thanks.{code}") in text(form)
    assert [tip.atom for tip in cards] == [ATOM_BY_ANSWER[code]]
    assert form.submit == ""


@pytest.mark.parametrize("intention", INTENTIONS)
def test_an_intention_brings_a_card_that_fits(intention: str) -> None:
    """What was picked is said back, with the card for it."""
    shown = text(build_thanks_form(WORDS, CheckinAnswer("someone", intention), SIGN))

    assert WORDS.questions["intention"].get_option(intention).label in shown
    assert SIGN.glyph not in shown
    assert any(tip.atom == ATOM_BY_ANSWER[intention] and tip.title in shown for tip in WORDS.tips)


def test_a_wish_to_be_asked_is_confirmed_with_its_sign() -> None:
    """Whoever wishes to be asked again sees the sign under which it will come."""
    shown = text(
        build_thanks_form(WORDS, CheckinAnswer("someone", "I1", wants_follow_up=True), SIGN)
    )

    assert f"**{SIGN.glyph}** ({SIGN.name})" in shown


@pytest.mark.parametrize("code", FOLLOW_UPS)
def test_every_follow_up_is_met_alike(code: str) -> None:
    """All four answers get as many lines and one card; none is praised above another."""
    form = build_follow_up_thanks_form(WORDS, FollowUpAnswer(code))

    assert WORDS.translate(f"checkin.heard.{code}") in text(form)
    assert len([e for e in form.body if isinstance(e, Text)]) == 2
    assert not re.search(
        r"\b(great|well done|excellent|proud|perfect)\b", text(form), re.IGNORECASE
    )


@pytest.mark.parametrize("family", MOVES_BY_FAMILY)
def test_what_was_tried_shapes_the_words(family: str) -> None:
    """Each kind of move gets its own line, once however many were ticked."""
    shown = text(
        build_follow_up_thanks_form(
            WORDS, FollowUpAnswer("did", tuple(sorted(MOVES_BY_FAMILY[family])))
        )
    )

    assert [f for f in MOVES_BY_FAMILY if WORDS.translate(f"checkin.heard.{f}") in shown] == [
        family
    ]


def test_several_kinds_are_each_heard() -> None:
    """Who mended the task and spoke of the two hears of both."""
    shown = text(
        build_follow_up_thanks_form(WORDS, FollowUpAnswer("otherwise", ("clarify", "immediacy")))
    )

    assert WORDS.translate("checkin.heard.immediate") in shown
    assert WORDS.translate("checkin.heard.exploratory") in shown


def test_every_move_is_of_one_kind() -> None:
    """The kinds share out all moves of the codebook and overlap nowhere."""
    codes = [code for family in MOVES_BY_FAMILY.values() for code in family]

    assert sorted(codes) == sorted(WORDS.questions["tried"].option_codes)


def test_every_answer_has_its_card() -> None:
    """No answer is left without a card, and every card named exists."""
    assert set(ATOM_BY_ANSWER) == {*ANSWERS, *INTENTIONS, *FOLLOW_UPS}
    assert set(ATOM_BY_ANSWER.values()) <= {tip.atom for tip in WORDS.tips}


@pytest.mark.parametrize(
    "form",
    [
        build_thanks_form(WORDS, CheckinAnswer("none"), SIGN),
        build_follow_up_thanks_form(WORDS, FollowUpAnswer("did")),
    ],
)
def test_a_rupture_can_be_debriefed_from_here(form: Form) -> None:
    """Both thanks offer the debrief, and say that nobody watches."""
    steps = [step for e in form.body if isinstance(e, ActionRow) for step in e.controls]

    assert [s.name for s in steps if isinstance(s, Button)] == ["rupture.open"]
    assert Caption(WORDS.translate("safety.not_watched")) in form.body
