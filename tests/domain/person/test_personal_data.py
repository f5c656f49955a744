"""What a person's data say about them, and about their next check-ins."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.calendar import WeeklyRule
from bot.domain.checkins.intentions import UNNAMED_INTENTION, Intention
from bot.domain.people import Team
from bot.domain.person.personal_data import PersonalData, describe_personal_data
from tests.chat.screens import CATALOGUE
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM

JOINED = replace(MARIE, has_joined=True, rule=WeeklyRule(4, time(9)))
WEEK = "2026-W27"
TODAY = date(2026, 7, 1)


def test_a_member_has_a_follow_up_day() -> None:
    """It is the day of the check-in of the week after."""
    assert PersonalData(JOINED, TEAM).find_follow_up_day(WEEK) == date(2026, 7, 9)


@pytest.mark.parametrize(
    "data",
    [
        PersonalData(JOINED),
        PersonalData(replace(JOINED, has_joined=False), TEAM),
        PersonalData(replace(JOINED, unreachable_reason="gone"), TEAM),
        PersonalData(replace(JOINED, paused_until=date(2026, 8, 1)), TEAM),
        PersonalData(replace(JOINED, unanswered_count=3), TEAM),
    ],
    ids=["no team", "not joined", "unreachable", "paused", "asked less often"],
)
def test_a_person_without_a_message_has_no_follow_up_day(data: PersonalData) -> None:
    """No message comes in the week after, so that none can follow up."""
    assert data.find_follow_up_day(WEEK) is None


def test_a_use_of_a_check_in_brings_the_weekly_follow_up_back() -> None:
    """After the reset the person is asked weekly."""
    data = PersonalData(replace(JOINED, unanswered_count=6), TEAM).reset_unanswered_count()

    assert not data.is_frequency_reduced
    assert data.find_follow_up_day(WEEK) == date(2026, 7, 9)


@pytest.mark.parametrize(
    ("next_checkin_at", "is_awaited"),
    [
        (datetime(2026, 7, 2, 9, tzinfo=UTC), True),
        (datetime(2026, 7, 9, 9, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_message_is_awaited_in_its_own_week(
    next_checkin_at: datetime | None,
    is_awaited: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """The next check-in belongs to one week."""
    data = PersonalData(JOINED, TEAM, next_checkin_at=next_checkin_at)

    assert data.awaits_checkin(WEEK) is is_awaited


def describe_profile(zone: str, language: str, *, has_team: bool) -> str:
    """Return the sentence on the profile of a person with *zone*, in a team or not."""
    person, words = replace(MARIE, zone=zone), CATALOGUE.get_pack(language)
    return describe_personal_data(PersonalData(person, TEAM if has_team else None), words)[0]


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize(
    ("zone", "has_team", "shown_zone"),
    [
        ("Europe/Zurich", True, "Europe/Zurich"),
        ("Europe/Zurich", False, "Europe/Zurich"),
        ("", True, TEAM.zone),
        ("", False, ""),
    ],
)
def test_the_zone_is_the_one_that_times_are_in(
    language: str, zone: str, shown_zone: str, *, has_team: bool
) -> None:
    """A person without a zone reads that of their team; without a team no zone is named."""
    sentence = describe_profile(zone, language, has_team=has_team)

    assert shown_zone in sentence
    assert ("/" in sentence) == bool(shown_zone)


AFTER_MIDNIGHT = datetime(2026, 7, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "team", "today"),
    [
        ("Asia/Tokyo", TEAM, date(2026, 7, 2)),
        ("", TEAM, date(2026, 7, 1)),
        ("", None, date(2026, 7, 2)),
    ],
    ids=["their own", "their team's", "UTC"],
)
def test_today_is_the_day_in_the_persons_zone(zone: str, team: Team | None, today: date) -> None:
    """The zone is the person's own, else that of their team, else UTC."""
    data = PersonalData(replace(MARIE, zone=zone), team)

    assert data.local_today(AFTER_MIDNIGHT) == today


SIGN_CODE = CATALOGUE.get_pack("en").signs[0].code
FACTS = [
    (PersonalData(MARIE, has_agreed=True), "You gave the agreement on reading counts"),
    (PersonalData(MARIE, is_on_frozen_list=True), "That you were on a team's list"),
    (PersonalData(MARIE, is_in_audit_trail=True), "That you changed a team's set-up"),
    (PersonalData(replace(MARIE, unreachable_reason="gone")), "Messages to you came back"),
    (
        PersonalData(replace(MARIE, work_days=(1, 3)), TEAM),
        "You are asked on the days you work: Monday and Wednesday.",
    ),
    (
        PersonalData(MARIE, replace(TEAM, holiday_region="CA-QC")),
        "Your team keeps the public holidays of",
    ),
    (
        PersonalData(MARIE, intention=Intention(UNNAMED_INTENTION, SIGN_CODE, WEEK, TODAY)),
        "You asked to be asked again",
    ),
    (
        PersonalData(MARIE, intention=Intention("I1", SIGN_CODE, WEEK, TODAY)),
        "You picked something to try",
    ),
]


def list_facts(data: PersonalData) -> list[str]:
    """Return the sentences on what is stored about a person, in English."""
    return [*describe_personal_data(data, CATALOGUE.get_pack("en"))]


@pytest.mark.parametrize(("data", "excerpt"), FACTS, ids=[excerpt for _, excerpt in FACTS])
def test_each_stored_fact_has_its_sentence(data: PersonalData, excerpt: str) -> None:
    """A fact that is stored is told once, and one that is not stored is not told."""
    without_fact = PersonalData(MARIE, TEAM)

    assert [excerpt in sentence for sentence in list_facts(data)].count(True) == 1
    assert not any(excerpt in sentence for sentence in list_facts(without_fact))
