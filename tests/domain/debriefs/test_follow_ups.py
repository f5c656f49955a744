"""The follow-up to a debrief: to whom it is offered, what is stored of it, and what is said."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.affiliation import Affiliation
from bot.content.catalogue import load_catalogue
from bot.domain.calendar import iso_week
from bot.domain.checkins.intentions import INTENTION_LIFETIME, UNNAMED_INTENTION
from bot.domain.debriefs import follow_ups
from bot.domain.person.personal_data import PersonalData
from bot.elements import Fold, Form, Text
from tests.domain.checkins.sample_week import MONDAY
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM
from tests.sample_team import ADA, build_request, fields_by_id, reply_text

WORDS = load_catalogue().get_pack("en")
SIGN = WORDS.signs[0]
PROSE = Text("What happened?")


def build_data(checkin_day: date | None) -> PersonalData:
    """Return the data of a person whose next check-in is on *checkin_day* at 9:00."""
    next_checkin_at = datetime.combine(checkin_day, time(9), UTC) if checkin_day else None
    return PersonalData(MARIE, TEAM, next_checkin_at=next_checkin_at)


@pytest.mark.parametrize(("days_ahead", "is_offered"), [(0, True), (8, True), (9, False)])
def test_a_follow_up_is_offered_before_its_intention_expires(
    days_ahead: int,
    is_offered: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """A check-in on the last day of the intention still follows up."""
    data = build_data(MONDAY + timedelta(days=days_ahead))

    assert follow_ups.can_offer_follow_up(data, MONDAY) is is_offered


def test_a_follow_up_is_not_offered_without_a_check_in() -> None:
    """No message would send it."""
    assert not follow_ups.can_offer_follow_up(build_data(None), MONDAY)


def test_the_question_follows_the_others() -> None:
    """It is the last of the form, and optional."""
    form = follow_ups.add_follow_up_question(Form("deeper", "Debrief", (PROSE,)), WORDS)

    assert form.body[:-1] == (PROSE,)
    field = fields_by_id(form)[follow_ups.WISH_FIELD_ID]
    assert field is form.body[-1]
    assert not field.required


def test_the_question_is_in_the_fold_of_the_others() -> None:
    """The questions that are folded stay together, and what is before them stays open."""
    folded = Form("deeper", "Debrief", (PROSE, Fold("More", (PROSE,))))

    first, fold = follow_ups.add_follow_up_question(folded, WORDS).body

    assert first == PROSE
    assert isinstance(fold, Fold)
    assert (fold.label, fold.body[0], len(fold.body)) == ("More", PROSE, 2)


@pytest.mark.parametrize(
    ("affiliation", "wish", "is_wanted"),
    [
        (Affiliation.MEMBER, ("yes",), True),
        (Affiliation.MEMBER, ("no",), False),
        (Affiliation.MEMBER, (), False),
        (Affiliation.EXTERNAL, ("yes",), False),
        (Affiliation.UNKNOWN, ("yes",), False),
    ],
)
def test_only_the_wish_of_a_member_counts(
    affiliation: Affiliation,
    wish: tuple[str, ...],
    is_wanted: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Nothing is stored of a person who is no member, or who left the question blank."""
    request = build_request(ADA, answers={follow_ups.WISH_FIELD_ID: wish})

    assert follow_ups.wants_follow_up(replace(request, affiliation=affiliation)) is is_wanted


def test_a_blank_form_wants_no_follow_up() -> None:
    """A form in which the question was not offered has no wish."""
    assert not follow_ups.wants_follow_up(build_request(ADA, answers={}))


@given(days_ahead=st.integers(0, 8))
def test_the_next_check_in_follows_up(days_ahead: int) -> None:
    """The intention is of the week before the next check-in, and outlives it."""
    checkin_day = MONDAY + timedelta(days=days_ahead)

    intention = follow_ups.build_intention(SIGN, build_data(checkin_day), MONDAY)

    assert intention.week == iso_week(checkin_day - timedelta(weeks=1))
    assert intention.expires_on == MONDAY + INTENTION_LIFETIME


def test_an_intention_without_a_check_in_is_of_last_week() -> None:
    """It is dated from today if the check-in was stopped meanwhile."""
    intention = follow_ups.build_intention(SIGN, build_data(None), MONDAY)

    assert intention.week == iso_week(MONDAY - timedelta(weeks=1))


def test_an_intention_does_not_disclose_the_debrief() -> None:
    """Its code is that of a wish in a check-in, and its sign is the one that was shown."""
    intention = follow_ups.build_intention(SIGN, build_data(MONDAY), MONDAY)

    assert (intention.code, intention.sign_code) == (UNNAMED_INTENTION, SIGN.code)


def test_the_guide_promises_the_follow_up() -> None:
    """Below the guide stands the sign to draw, by glyph and name."""
    form = follow_ups.add_follow_up_notice(Form("guide", "Guide", (PROSE,)), SIGN, WORDS)

    assert form.body[0] == PROSE
    assert f"under the sign {SIGN.glyph} ({SIGN.name})" in reply_text(form)
    assert WORDS.translate("home.follow_up.draw") in reply_text(form)
