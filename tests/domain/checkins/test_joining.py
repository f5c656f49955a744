"""Joining: the invitation, the result of one tap, and when the next question comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins import joining, scheduling
from bot.domain.checkins.scheduling import CheckinSchedule
from bot.domain.people import Clinician
from bot.domain.person.personal_data import PersonalData
from bot.elements import ActionRow, Button, Caption, Message, Text
from tests.domain.checkins.test_scheduling import instants, schedules
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM

WORDS = load_catalogue().get_pack("en")
JOINED = replace(MARIE, has_joined=True, rule=None)
MONDAY_NINE = datetime(2026, 6, 29, 9, tzinfo=UTC)
MONDAY_TEAM = replace(TEAM, checkin_rule=WeeklyRule(1, time(9)))
DATA = PersonalData(JOINED, MONDAY_TEAM, next_checkin_at=MONDAY_NINE)
OUTCOMES = ("joined", "already", "elsewhere")


def message_text(message: Message) -> str:
    """Return all texts of a message, with plain spaces."""
    texts = (e.text for e in message.body if isinstance(e, (Text, Caption)))
    return "\n".join(texts).replace("\N{NARROW NO-BREAK SPACE}", " ")


def list_buttons(message: Message) -> list[Button]:
    """Return the buttons of a message."""
    controls = (control for e in message.body if isinstance(e, ActionRow) for control in e.controls)
    return [control for control in controls if isinstance(control, Button)]


@given(
    schedule=schedules,
    unanswered_count=st.integers(0, 6),
    now=instants,
    settled=st.sets(st.sampled_from(["2026-W27", "2030-W01"])),
)
def test_no_question_is_announced_for_a_time_that_has_passed(
    schedule: CheckinSchedule, unanswered_count: int, now: datetime, settled: set[str]
) -> None:
    """Every announced day and time is later than now; a slot that passed is on its way."""
    slot = scheduling.next_slot(schedule, unanswered_count, now, settled)
    data = PersonalData(
        JOINED,
        MONDAY_TEAM,
        next_checkin_at=slot.due_at if slot else None,
        is_checkin_due=slot is not None and slot.is_due(now),
    )

    texts = [text.text for text in joining.render_next_question(data, WORDS)]

    on_its_way = WORDS.translate("home.next.due")
    assert len(texts) == (slot is not None)
    assert (texts == [on_its_way]) is (slot is not None and slot.due_at <= now)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_result_says_when_the_question_comes_and_how_to_move_it(outcome: str) -> None:
    """Day, time and the way to move them are in the first message, with the button for it."""
    result = joining.render_join_result(outcome, DATA, WORDS)

    text = message_text(result)
    assert "Monday, June 29" in text
    assert "9:00" in text
    assert "Your team's rhythm is Monday at 9:00 AM" in text
    assert "type /checkin" in text
    assert [button.name for button in list_buttons(result)] == [
        "checkin.settings",
        "checkin.now",
        "kept",
    ]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_question_that_is_due_is_on_its_way(outcome: str) -> None:
    """Whoever joins after the slot of the week reads no time that has passed."""
    due = replace(DATA, is_checkin_due=True)

    text = message_text(joining.render_join_result(outcome, due, WORDS))

    assert "on its way" in text
    assert "June 29" not in text


def test_own_day_and_time_are_named_as_such() -> None:
    """A person who chose a day and time before reads them, not the team's."""
    own = replace(DATA, clinician=replace(JOINED, rule=WeeklyRule(3, time(16, 30))))

    text = message_text(joining.render_join_result("joined", own, WORDS))

    assert "You chose Wednesday at 4:30 PM" in text


def test_a_person_whose_home_is_elsewhere_reads_the_team() -> None:
    """The result on another team's card names the home team."""
    text = message_text(joining.render_join_result("elsewhere", DATA, WORDS))

    assert f"Your home is the team **{MONDAY_TEAM.name}**" in text


def test_the_result_names_the_day_from_which_debriefs_count() -> None:
    """A person who does not count yet reads from which day on they do; any other does not."""
    later = replace(DATA, counted_from=date(2026, 9, 28))
    texts = [
        message_text(joining.render_join_result("joined", data, WORDS)) for data in (DATA, later)
    ]

    assert ["September 28" in text for text in texts] == [False, True]


def test_a_supervisor_reads_why_they_cannot_join() -> None:
    """The result names neither a day nor a way to move it."""
    result = joining.render_join_result("supervises", DATA, WORDS)

    assert "never counted" in message_text(result)
    assert [button.name for button in list_buttons(result)] == ["kept"]


def test_without_a_team_there_is_no_day_to_move() -> None:
    """A result without a team or next question consists of its sentence alone."""
    result = joining.render_join_result("already", PersonalData(JOINED), WORDS)

    assert message_text(result) == WORDS.translate("home.done.already")


def test_the_invitation_joins_with_one_tap() -> None:
    """Its first button joins; the team's day and time stand beside it, and others can be chosen."""
    invitation = joining.render_invitation(DATA, MONDAY_TEAM, WORDS)

    join_button, settings_button, *_ = list_buttons(invitation)
    assert "each week on **Monday** at **9:00 AM**" in message_text(invitation)
    assert (join_button.name, join_button.opens_form) == ("checkin.join", False)
    assert (settings_button.name, settings_button.data) == ("checkin.settings", "join")


@pytest.mark.parametrize("is_listed", [True, False])
def test_the_question_on_demand_is_offered_to_a_team(*, is_listed: bool) -> None:
    """A person on no list, in a team's channel, is offered to join alone."""
    data = DATA if is_listed else PersonalData(MARIE)

    names = [b.name for b in list_buttons(joining.render_invitation(data, MONDAY_TEAM, WORDS))]

    assert ("checkin.now" in names) is is_listed


@pytest.mark.parametrize(
    ("clinician", "step"),
    [
        (replace(JOINED, has_joined=False), "join"),
        (replace(JOINED, unanswered_count=3), "again"),
        (replace(JOINED, unanswered_count=2), ""),
    ],
)
def test_a_person_who_is_not_asked_weekly_has_a_step(clinician: Clinician, step: str) -> None:
    """Joining, or restarting; a person who is asked weekly needs neither."""
    assert joining.find_weekly_step(PersonalData(clinician, MONDAY_TEAM)) == step
