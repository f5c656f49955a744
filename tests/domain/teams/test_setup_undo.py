"""Who may undo the last change of a set-up, and what is stored of the set-up before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule
from bot.domain.teams import setup_undo
from bot.domain.teams.setup_submission import SetupSubmission
from bot.domain.teams.setup_undo import PreviousSetup
from bot.elements import ActionRow, Button
from tests.sample_team import OTHER_TEAM, TEAM, reply_body, reply_text

WORDS = load_catalogue().get_pack("en")
NOW = datetime(2026, 9, 7, 13, 0, tzinfo=UTC)
PREVIOUS = PreviousSetup("U9", NOW, None)
PERSON_IDS = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), max_size=3).map(tuple)
CLOCK_TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
SETUPS = st.builds(
    SetupSubmission,
    clinicians=PERSON_IDS,
    supervisors=PERSON_IDS,
    checkin_rule=st.builds(WeeklyRule, st.integers(1, 7), CLOCK_TIMES),
    tip_days=st.lists(st.integers(1, 7), max_size=7).map(tuple),
    tip_time=CLOCK_TIMES,
)


@pytest.mark.parametrize(
    ("previous", "person_id", "elapsed", "expected"),
    [
        (PREVIOUS, "U9", timedelta(0), True),
        (PREVIOUS, "U9", timedelta(hours=23, minutes=59), True),
        (PREVIOUS, "U9", timedelta(days=1), False),
        (PREVIOUS, "U9", timedelta(seconds=-1), False),
        (PREVIOUS, "U8", timedelta(0), False),
        (None, "U9", timedelta(0), False),
    ],
)
def test_who_made_the_change_may_undo_it_for_a_day(
    previous: PreviousSetup | None, person_id: str, elapsed: timedelta, *, expected: bool
) -> None:
    """Nobody else may, nor may they a day later, or once there is nothing to restore."""
    assert setup_undo.may_undo(previous, person_id, NOW + elapsed) == expected


@given(st.none() | SETUPS)
def test_a_stored_set_up_is_parsed_back(setup: SetupSubmission | None) -> None:
    """Every field of a set-up is restored as it was."""
    assert setup_undo.parse_setup_copy(setup_undo.encode_setup(setup)) == setup


def test_each_change_has_a_button_of_its_team() -> None:
    """At most five are listed, each with its team's name."""
    teams = tuple(replace(OTHER_TEAM, id=str(number)) for number in range(6))

    rows = setup_undo.build_undo_rows((TEAM, *teams), WORDS)

    assert len(rows) == 2 * setup_undo.MAX_LISTED
    assert setup_undo.build_undo_rows((), WORDS) == ()


def test_the_card_can_be_posted_from_the_set_up_command() -> None:
    """An admin who closed the form, and edits the team no more, finds the card's button there."""
    (_, row) = setup_undo.build_undo_rows((TEAM,), WORDS, offers_card=True)

    assert isinstance(row, ActionRow)
    assert [
        (button.name, button.data) for button in row.controls if isinstance(button, Button)
    ] == [("supervision.card", TEAM.id), (setup_undo.UNDO_BUTTON_NAME, TEAM.id)]


@pytest.mark.parametrize(
    ("is_removed", "expected"), [(True, "is closed again"), (False, "is what it was before")]
)
def test_the_confirmation_says_what_happened(*, is_removed: bool, expected: str) -> None:
    """A new team is closed again, another one as it was."""
    form = setup_undo.build_undone_form(TEAM, is_removed=is_removed, words=WORDS)

    assert expected in reply_text(form)


def test_a_refusal_says_why() -> None:
    """Nothing was changed, and the reasons that there may be are listed."""
    form = setup_undo.build_refusal_form(WORDS)

    assert "Nothing was changed." in reply_text(form)
    assert len(reply_body(form)) == 1
