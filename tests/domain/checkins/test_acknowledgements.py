import re
from dataclasses import replace
from datetime import date

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
WEEK, DAY = "2026-W10", date(2026, 3, 10)
DATA = f"{WEEK}:{SIGN.code}"

ANSWERS = sorted(WORDS.questions["checkin"].option_codes)
INTENTIONS = sorted(WORDS.questions["intention"].option_codes)
FOLLOW_UPS = sorted(WORDS.questions["followup"].option_codes)


def form_text(form: Form) -> str:
    """Return all texts of a form."""
    return "\n".join(e.text for e in form.body if isinstance(e, (Text, Caption, Quote)))


def button_names(form: Form) -> list[str]:
    """Return the names of the buttons of a form."""
    controls = (control for e in form.body if isinstance(e, ActionRow) for control in e.controls)
    return [control.name for control in controls if isinstance(control, Button)]


@pytest.mark.parametrize("code", ANSWERS)
def test_every_answer_has_a_text_and_a_card(code: str) -> None:
    """Each answer has its own text and one tip card."""
    form = build_thanks_form(WORDS, CheckinAnswer(code), SIGN, WEEK)
    cards = [tip for tip in WORDS.tips if tip.title in form_text(form)]

    assert WORDS.translate(f"checkin.thanks.{code}") in form_text(form)
    assert [tip.atom for tip in cards] == [ATOM_BY_ANSWER[code]]
    assert form.submit == ""


@pytest.mark.parametrize("intention", INTENTIONS)
def test_an_intention_selects_the_card(intention: str) -> None:
    """The response repeats the selected intention and shows its card."""
    response = form_text(build_thanks_form(WORDS, CheckinAnswer("someone", intention), SIGN, WEEK))

    assert WORDS.questions["intention"].get_option(intention).label in response
    assert SIGN.glyph not in response
    assert any(
        tip.atom == ATOM_BY_ANSWER[intention] and tip.title in response for tip in WORDS.tips
    )


def test_a_follow_up_request_is_confirmed_with_its_sign() -> None:
    """A requested follow-up is confirmed with its sign, and the day until which it is stored."""
    answer = CheckinAnswer("someone", "I1", wants_follow_up=True)

    response = form_text(build_thanks_form(WORDS, answer, SIGN, WEEK, DAY))

    assert f"**{SIGN.glyph}** ({SIGN.name})" in response
    assert "until Tuesday, March 10" in response


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("join", ["checkin.join", "rupture.open"]),
        ("again", ["checkin.again", "rupture.open"]),
        ("", ["rupture.open"]),
    ],
)
def test_a_person_who_is_not_asked_weekly_can_be_afterwards(step: str, names: list[str]) -> None:
    """The thanks for a question on demand offer to join or to restart; others do not."""
    form = build_thanks_form(WORDS, CheckinAnswer("none"), SIGN, WEEK, next_step=step)

    assert button_names(form) == names


@pytest.mark.parametrize("code", FOLLOW_UPS)
@pytest.mark.parametrize(("again", "is_kept"), [("yes", True), ("no", False), ("", None)])
def test_an_intention_is_kept_on_request_or_for_a_better_moment(
    code: str,
    again: str,
    is_kept: bool | None,  # noqa: FBT001 - a row of the table
) -> None:
    """A choice decides; without one it is kept where the moment was not right."""
    expected = code == "not_right" if is_kept is None else is_kept

    assert FollowUpAnswer(code, again=again).is_asked_again is expected


@pytest.mark.parametrize("code", FOLLOW_UPS)
def test_a_kept_intention_is_confirmed_with_its_last_day(code: str) -> None:
    """The thanks name the day until which it is stored, and never that nothing is."""
    answer = FollowUpAnswer(code, again="yes")

    response = form_text(build_follow_up_thanks_form(WORDS, answer, WEEK, DATA, DAY))

    assert WORDS.translate("checkin.heard.again", day="Tuesday, March 10") in response
    assert "nothing is kept" not in response


def test_the_follow_up_leads_on_to_the_question() -> None:
    """Its first button opens the question that it preceded, in its week and with its sign."""
    form = build_follow_up_thanks_form(WORDS, FollowUpAnswer("did"), WEEK, DATA)

    button = next(control for e in form.body if isinstance(e, ActionRow) for control in e.controls)

    assert isinstance(button, Button)
    assert (button.name, button.data, button.opens_form) == ("checkin.answer", DATA, True)


@pytest.mark.parametrize("code", FOLLOW_UPS)
def test_follow_up_responses_are_neutral(code: str) -> None:
    """All follow-up answers get equally many lines, one card and no praise."""
    form = build_follow_up_thanks_form(WORDS, FollowUpAnswer(code), WEEK, DATA)

    assert WORDS.translate(f"checkin.heard.{code}") in form_text(form)
    assert len([e for e in form.body if isinstance(e, Text)]) == 2
    assert not re.search(
        r"\b(great|well done|excellent|proud|perfect)\b", form_text(form), re.IGNORECASE
    )


@pytest.mark.parametrize("family", MOVES_BY_FAMILY)
def test_tried_moves_add_a_line_by_family(family: str) -> None:
    """Each family of tried moves adds one line, however many of its moves were selected."""
    response = form_text(
        build_follow_up_thanks_form(
            WORDS, FollowUpAnswer("did", tuple(sorted(MOVES_BY_FAMILY[family]))), WEEK, DATA
        )
    )

    assert [f for f in MOVES_BY_FAMILY if WORDS.translate(f"checkin.heard.{f}") in response] == [
        family
    ]


def test_each_tried_family_adds_a_line() -> None:
    """Moves of two families add a line each."""
    response = form_text(
        build_follow_up_thanks_form(
            WORDS, FollowUpAnswer("otherwise", ("clarify", "immediacy")), WEEK, DATA
        )
    )

    assert WORDS.translate("checkin.heard.immediate") in response
    assert WORDS.translate("checkin.heard.exploratory") in response


def test_every_move_is_in_one_family() -> None:
    """The families partition all moves of the codebook."""
    codes = [code for family in MOVES_BY_FAMILY.values() for code in family]

    assert sorted(codes) == sorted(WORDS.questions["tried"].option_codes)


def test_every_answer_has_its_card() -> None:
    """Every answer has a card, and every card exists."""
    assert set(ATOM_BY_ANSWER) == {*ANSWERS, *INTENTIONS, *FOLLOW_UPS}
    assert set(ATOM_BY_ANSWER.values()) <= {tip.atom for tip in WORDS.tips}


@pytest.mark.parametrize(
    "form",
    [
        build_thanks_form(WORDS, CheckinAnswer("none"), SIGN, WEEK),
        build_follow_up_thanks_form(WORDS, FollowUpAnswer("did"), WEEK, DATA),
    ],
)
def test_both_responses_have_a_debrief_button(form: Form) -> None:
    """Both responses have a debrief button, and state that responses are not monitored."""
    assert button_names(form)[-1] == "rupture.open"
    assert Caption(WORDS.translate("safety.not_watched")) in form.body


@pytest.mark.parametrize("code", [*ANSWERS, *INTENTIONS])
def test_the_cards_of_an_answer_take_turns(code: str) -> None:
    """Successive weeks show each card of the answer's atom in turn, but no question for peers."""
    answer = CheckinAnswer("someone", code) if code in INTENTIONS else CheckinAnswer(code)
    titles = [
        f"**{tip.title}**"
        for tip in WORDS.tips
        if tip.atom == ATOM_BY_ANSWER[code] and tip.kind != "peers"
    ]
    weeks = [
        form_text(build_thanks_form(WORDS, answer, SIGN, f"2026-W{number:02}"))
        for number in range(10, 10 + len(titles))
    ]

    assert len(titles) >= 2
    assert sorted(title for text in weeks for title in titles if title in text) == sorted(titles)


def test_a_scene_is_shown_as_made_up() -> None:
    """A scene among the cards of thanks is labelled, and shows what happens in it."""
    scene = next(tip for tip in WORDS.tips if (tip.atom, tip.kind) == ("T1a", "scene"))
    forms = [
        build_thanks_form(WORDS, CheckinAnswer("someone"), SIGN, f"2026-W{number}")
        for number in (10, 11, 12)
    ]
    (form,) = (form for form in forms if scene.title in form_text(form))

    assert Caption(WORDS.translate("tip.kind.scene")) in form.body
    assert scene.point in form_text(form)


def test_retired_cards_leave_the_thanks() -> None:
    """A practice that retired all cards of an answer gets thanks without a card."""
    words = replace(WORDS, tips=tuple(tip for tip in WORDS.tips if tip.atom != "T1a"))
    form = build_thanks_form(words, CheckinAnswer("someone"), SIGN, WEEK)

    assert words.translate("checkin.thanks.card") not in form_text(form)
    assert words.translate("checkin.thanks.someone") in form_text(form)
