"""A previewed change is encoded as the difference of two set-ups, and applies to one of them."""

from dataclasses import replace
from datetime import time
from uuid import NAMESPACE_OID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule
from bot.domain.teams import setup_changes, setup_difference
from bot.domain.teams.setup_difference import MAX_CHANGE_CHARACTERS
from bot.domain.teams.setup_submission import SetupSubmission
from bot.errors import UnknownAnswerError
from tests.sample_team import TEAM

CATALOGUE = load_catalogue()
WORDS, LANGUAGES = CATALOGUE.get_pack("en"), CATALOGUE.languages
SETUP = setup_changes.describe_setup(TEAM, ("U1", "U2"), ("U9",))
LONG_TEAM_ID = "0" * 32
PEOPLE = tuple(f"U{number:010}" for number in range(8)) + tuple(
    str(uuid5(NAMESPACE_OID, f"person {number}")) for number in range(8)
)
TIMES = st.times().map(lambda clock_time: clock_time.replace(second=0, microsecond=0))
PERSON_LISTS = st.lists(st.sampled_from(PEOPLE), unique=True).map(lambda ids: tuple(sorted(ids)))
_CHANNELS = st.sampled_from(["C0MONDAY", "19:x_y~z@thread.tacv2", 'C"1'])
_NAMES = st.sampled_from(["Monday team", "Équipe du soir", "周一 (A & B)"])
_WEEKDAYS = st.integers(1, 7)
_WEEKDAY_SETS = st.frozensets(st.integers(1, 7))
_LANGUAGES = st.sampled_from(LANGUAGES)
_ZONES = st.sampled_from(["America/Toronto", "Europe/Paris", "UTC"])
_PRACTICES = st.sampled_from(["", "North practice", "Nord, 2e"])
_QUESTIONS = st.sampled_from(["form", "status"])
_IS_OPEN = st.booleans()
_REGIONS = st.sampled_from(["", "CA-QC", "FR"])
"""Strategies that are built once: to build one takes longer than to draw from it."""


@st.composite
def draw_setup(draw: st.DrawFn) -> SetupSubmission:
    """Draw a set-up as it is stored, of every kind that the form can describe."""
    return SetupSubmission(
        channel=draw(_CHANNELS),
        name=draw(_NAMES),
        clinicians=draw(PERSON_LISTS),
        supervisors=draw(PERSON_LISTS),
        checkin_rule=WeeklyRule(draw(_WEEKDAYS), draw(TIMES)),
        tip_days=tuple(sorted(draw(_WEEKDAY_SETS))),
        tip_time=draw(TIMES),
        language=draw(_LANGUAGES),
        zone=draw(_ZONES),
        practice=draw(_PRACTICES),
        question=draw(_QUESTIONS),
        open_to_team=draw(_IS_OPEN),
        holiday_region=draw(_REGIONS),
    )


def apply_data(data: str, stored: SetupSubmission) -> SetupSubmission | None:
    """Apply encoded form data to a stored set-up."""
    change = setup_difference.parse_change(data)
    return setup_difference.apply_change(change, stored, LANGUAGES, WORDS)


@given(draw_setup(), draw_setup())
def test_a_change_applies_to_what_it_was_previewed_of(
    before: SetupSubmission, after: SetupSubmission
) -> None:
    """Whatever the two set-ups, the change makes the second of the first, and then stays."""
    data = setup_difference.encode_change(TEAM.id, before, after)

    for stored in (before, after):
        result = apply_data(data, stored)
        assert result is not None
        assert setup_changes.compare_setups(after, result) == ()
        assert setup_difference.digest_setup(result) == setup_difference.digest_setup(after)


@given(draw_setup(), draw_setup(), draw_setup())
def test_a_change_applies_to_no_other_set_up(
    before: SetupSubmission, after: SetupSubmission, other: SetupSubmission
) -> None:
    """A set-up that is neither of the two is left as it is."""
    data = setup_difference.encode_change(TEAM.id, before, after)
    is_previewed = any(not setup_changes.compare_setups(setup, other) for setup in (before, after))

    assert (apply_data(data, other) is None) is not is_previewed


def test_the_digest_depends_on_no_order() -> None:
    """A file may declare days and people in any order."""
    reordered = replace(SETUP, clinicians=("U2", "U1"), tip_days=tuple(reversed(SETUP.tip_days)))

    assert setup_difference.digest_setup(reordered) == setup_difference.digest_setup(SETUP)


def test_a_practice_that_the_form_refuses_stays() -> None:
    """The operator's file may name a practice in characters that the form does not accept."""
    before = replace(SETUP, practice="North; South")
    after = replace(before, tip_time=time(10))

    assert apply_data(setup_difference.encode_change(TEAM.id, before, after), before) == after


@pytest.mark.parametrize("taken_off", [(), tuple(f"U{number:010}" for number in range(100))])
def test_a_hundred_people_fit(taken_off: tuple[str, ...]) -> None:
    """A whole list of Slack is replaced at once, whatever else changes."""
    before = replace(SETUP, clinicians=taken_off)
    after = SetupSubmission(
        channel="C0123456789",
        name="名" * 60,
        clinicians=tuple(f"W{number:010}" for number in range(100)),
        supervisors=("U0000000001",),
        checkin_rule=WeeklyRule(7, time(23, 30)),
        tip_days=(1, 2, 3, 5, 6, 7),
        tip_time=time(11, 11),
        language="zh-Hans",
        zone="America/Argentina/ComodRivadavia",
        practice="P" * 60,
        question="status",
        open_to_team=True,
        holiday_region="GB-NIR",
    )

    data = setup_difference.encode_change(LONG_TEAM_ID, before, after)

    assert len(data) <= MAX_CHANGE_CHARACTERS


def test_sixty_people_of_teams_fit() -> None:
    """The ids of Teams, of 36 characters, are shortened."""
    people = tuple(str(uuid5(NAMESPACE_OID, f"clinician {number}")) for number in range(60))

    data = setup_difference.encode_change(LONG_TEAM_ID, SETUP, replace(SETUP, clinicians=people))

    assert len(data) <= MAX_CHANGE_CHARACTERS


@pytest.mark.parametrize("data", ["", TEAM.id, f"{TEAM.id} one two"])
def test_other_data_is_no_change(data: str) -> None:
    """Data of another form, or of another release, is refused."""
    with pytest.raises(UnknownAnswerError):
        setup_difference.parse_change(data)


@pytest.mark.parametrize(
    "difference",
    [
        "no JSON",
        "[]",
        '{"day":3}',
        '{"day":["9"]}',
        '{"name":["**loud**"]}',
        '{"clinicians":["x","U3"]}',
        '{"clinicians":["0"]}',
        '{"clinicians":["0","not an id!"]}',
        '{"supervisors":["0",".e"]}',
    ],
)
def test_a_forged_difference_is_refused(difference: str) -> None:
    """What the form does not offer is not stored, also with the right digests."""
    digest = setup_difference.digest_setup(SETUP)

    with pytest.raises(UnknownAnswerError):
        apply_data(f"{TEAM.id} {digest} other {difference}", SETUP)


def test_a_change_is_of_two_set_ups() -> None:
    """It applies to the set-up before, and a repetition of it to the one after."""
    after = replace(SETUP, tip_time=time(10))

    change = setup_difference.parse_change(setup_difference.encode_change(TEAM.id, SETUP, after))

    assert change.digests == {*map(setup_difference.digest_setup, (SETUP, after))}
