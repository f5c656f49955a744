"""The settings of the check-ins: what the form accepts, and what the confirmations say."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.conversation import InvalidAnswers
from bot.domain.answers import Answers
from bot.domain.calendar import WeeklyRule
from bot.domain.checkins import preferences
from bot.domain.checkins.preferences import CheckinSettings
from bot.domain.people import Clinician
from bot.domain.person.personal_data import PersonalData
from bot.elements import ChoiceField, DateField, TimeField
from bot.errors import UnknownAnswerError
from tests.domain.checkins.sample_week import MONDAY, NINE
from tests.domain.test_calendar import MARIE
from tests.domain.test_people import TEAM
from tests.sample_team import fields_by_id, reply_text, steps_by_name

WORDS = load_catalogue().get_pack("en")
JOINED = replace(MARIE, has_joined=True)
PAUSED = replace(JOINED, paused_until=date(2026, 12, 7))
UNREACHABLE = replace(JOINED, unreachable_reason="gone")
OUT = replace(MARIE, has_joined=False)
NEXT_CHECKIN_AT = datetime(2026, 11, 30, 9, tzinfo=ZoneInfo(TEAM.zone))
DATA = PersonalData(JOINED, TEAM, next_checkin_at=NEXT_CHECKIN_AT)
LAST_PAUSE_END = MONDAY + preferences.MAX_PAUSE
SAMPLE_ANSWERS: Answers = {
    "state": ("on",),
    "day": ("1",),
    "time": ("09:00",),
    "work_days": ("1", "2", "3", "4", "5"),
    "until": (),
}


def parse_sample(**changes: str | tuple[str, ...]) -> CheckinSettings | InvalidAnswers:
    """Parse the sample form on the Monday of the sample week, with some answers replaced."""
    replaced = {
        name: (answer,) if isinstance(answer, str) else answer for name, answer in changes.items()
    }
    return preferences.parse_settings({**SAMPLE_ANSWERS, **replaced}, MONDAY, WORDS)


def find_errors(**changes: str | tuple[str, ...]) -> dict[str, str]:
    """Return the errors of the sample form with some answers replaced, which must be invalid."""
    invalid = parse_sample(**changes)
    assert isinstance(invalid, InvalidAnswers)
    return dict(invalid.errors)


@pytest.mark.parametrize("clinician", [JOINED, OUT, PAUSED, replace(JOINED, rule=NINE)])
def test_the_form_that_is_left_as_it_is_changes_nothing(clinician: Clinician) -> None:
    """The form's own values are parsed to the settings that the person has."""
    form = preferences.build_settings_form(replace(DATA, clinician=clinician), TEAM, WORDS)
    answers = {
        name: (field.initial,) if isinstance(field, DateField | TimeField) else field.initial
        for name, field in fields_by_id(form).items()
        if isinstance(field, ChoiceField | DateField | TimeField) and field.initial
    }

    assert preferences.parse_settings(answers, MONDAY, WORDS) == CheckinSettings(
        clinician.has_joined, TEAM.checkin_rule, clinician.paused_until, ()
    )


@pytest.mark.parametrize(
    ("clinician", "joins", "code"), [(OUT, False, "off"), (OUT, True, "on"), (JOINED, False, "on")]
)
def test_the_weekly_question_is_selected_for_who_joins(
    clinician: Clinician, code: str, *, joins: bool
) -> None:
    """It is selected for a member of the check-in, and by the button that joins."""
    form = preferences.build_settings_form(PersonalData(clinician, TEAM), TEAM, WORDS, joins=joins)
    field = fields_by_id(form)["state"]

    assert isinstance(field, ChoiceField)
    assert field.initial == (code,)


def test_settings_are_parsed() -> None:
    """Membership, day, time, work days and pause are those that were submitted."""
    settings = parse_sample(
        state="off", day="4", time="15:30", work_days=("4", "6"), until="2026-12-07"
    )

    assert settings == CheckinSettings(
        has_joined=False,
        rule=WeeklyRule(4, time(15, 30)),
        paused_until=date(2026, 12, 7),
        work_days=(4, 6),
    )


@pytest.mark.parametrize(
    ("day", "work_days"), [("1", ()), ("1", ("1", "2", "3", "4", "5")), ("6", tuple("123456"))]
)
def test_default_work_days_are_not_stored(day: str, work_days: tuple[str, ...]) -> None:
    """Who works on the usual days, and on the day of the question, has selected none."""
    settings = parse_sample(day=day, work_days=work_days)

    assert isinstance(settings, CheckinSettings)
    assert settings.work_days == ()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"day": "6"}, {"day": "home.settings.off_that_day"}),
        ({"time": "07:00"}, {"time": "home.settings.quiet"}),
        ({"until": "2026-11-23"}, {"until": "home.pause.past"}),
        (
            {"day": "6", "time": "20:00", "until": "2028-01-01"},
            {
                "day": "home.settings.off_that_day",
                "time": "home.settings.quiet",
                "until": "home.pause.far",
            },
        ),
    ],
    ids=["on a day off", "in the quiet hours", "in the past", "all at once"],
)
def test_each_invalid_setting_is_an_error_of_its_field(
    changes: dict[str, str], errors: dict[str, str]
) -> None:
    """All errors of a form are shown at once."""
    assert find_errors(**changes) == {name: WORDS.translate(key) for name, key in errors.items()}


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "maybe"), ("day", "8"), ("time", "9"), ("work_days", "0"), ("until", "soon")],
)
def test_settings_that_are_not_offered_are_rejected(field: str, value: str) -> None:
    """Such a form was forged."""
    with pytest.raises(UnknownAnswerError):
        parse_sample(**{field: value})


@given(st.dates(MONDAY - timedelta(weeks=60), MONDAY + timedelta(weeks=60)))
@example(MONDAY)
@example(MONDAY + timedelta(days=1))
@example(LAST_PAUSE_END)
@example(LAST_PAUSE_END + timedelta(days=1))
def test_a_pause_ends_within_a_year(pause_end: date) -> None:
    """The day is after today and at most a year later; every other day is an error."""
    result = preferences.parse_pause_end({"until": (pause_end.isoformat(),)}, MONDAY, WORDS)

    assert (result == pause_end) == (MONDAY < pause_end <= LAST_PAUSE_END)
    assert isinstance(result, InvalidAnswers) == (result != pause_end)


@pytest.mark.parametrize(
    ("pause_end", "key"),
    [
        (MONDAY, "home.pause.past"),
        (LAST_PAUSE_END + timedelta(days=1), "home.pause.far"),
    ],
)
def test_a_refused_pause_says_why(pause_end: date, key: str) -> None:
    """A day that is too early and one that is too late have sentences of their own."""
    result = preferences.parse_pause_end({"until": (pause_end.isoformat(),)}, MONDAY, WORDS)

    assert result == InvalidAnswers({"until": WORDS.translate(key)})


def test_the_pause_form_asks_for_a_day_alone() -> None:
    """No reason is asked for."""
    form = preferences.build_pause_form(WORDS)

    assert [type(field) for field in fields_by_id(form).values()] == [DateField]


def render_status(data: PersonalData) -> str:
    """Return the status of a person's check-ins, with plain spaces."""
    return make_plain(reply_text(preferences.render_pause_status(data, WORDS)))


def make_plain(text: str) -> str:
    """Return *text* with plain spaces."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


STATUSES = [
    (OUT, "You have left the weekly check-in"),
    (replace(PAUSED, has_joined=False), "You have left the weekly check-in"),
    (PAUSED, "rest until **Monday, December 7**"),
    (replace(PAUSED, unreachable_reason="gone"), "rest until **Monday, December 7**"),
    (UNREACHABLE, "messages to you came back"),
    (JOINED, "Your pause is over. The next question reaches you on **Monday, November 30**"),
]


@pytest.mark.parametrize(("clinician", "excerpt"), STATUSES)
def test_the_status_names_the_first_obstacle(clinician: Clinician, excerpt: str) -> None:
    """Who left reads that alone, and who rests reads until when, deliverable or not."""
    assert excerpt in render_status(replace(DATA, clinician=clinician))


def test_a_due_question_has_no_day() -> None:
    """A day and time in the past are not announced."""
    assert "is on its way to you" in render_status(replace(DATA, is_checkin_due=True))


@pytest.mark.parametrize(
    ("clinician", "excerpt"),
    [
        (JOINED, "Saved. The next question reaches you on **Monday, November 30** at **9:00 AM**"),
        (PAUSED, "rest until **Monday, December 7**"),
        (OUT, "You have left the weekly check-in"),
    ],
)
def test_saved_settings_say_what_follows(clinician: Clinician, excerpt: str) -> None:
    """The confirmation has the next question, or why there is none."""
    message = preferences.render_saved_settings(replace(DATA, clinician=clinician), WORDS)

    assert excerpt in make_plain(reply_text(message))


@pytest.mark.parametrize(
    ("data", "excerpt"),
    [
        (DATA, "Good to have you back. The next question reaches you on **Monday, November 30**"),
        (replace(DATA, clinician=OUT), "You have left the weekly check-in"),
        (
            PersonalData(PAUSED, TEAM),
            "Your check-ins rest until **Monday, December 7**",
        ),
    ],
    ids=["weekly", "left", "paused"],
)
def test_a_restart_says_whether_the_question_is_weekly(data: PersonalData, excerpt: str) -> None:
    """Without a next question the reason is given in its place."""
    assert excerpt in reply_text(preferences.render_weekly_restart(data, WORDS))


@pytest.mark.parametrize(
    ("clinician", "step"),
    [
        (OUT, "checkin.join"),
        (UNREACHABLE, "checkin.join"),
        (PAUSED, "checkin.resume"),
        (JOINED, "checkin.settings"),
    ],
)
def test_a_confirmation_offers_the_step_that_undoes_it(clinician: Clinician, step: str) -> None:
    """Who left can join, who rests can resume, and who is asked can change the settings."""
    message = preferences.render_pause_status(replace(DATA, clinician=clinician), WORDS)

    assert [*steps_by_name(message)] == [step, "kept"]


def test_a_supervisor_has_no_check_in_to_change() -> None:
    """A supervisor of the team is offered what is kept, alone."""
    message = preferences.render_confirmation("supervises", WORDS)

    assert [*steps_by_name(message)] == ["kept"]


def test_the_summary_of_a_confirmation_has_no_markup() -> None:
    """It is read in a notification, which renders none."""
    message = preferences.render_pause_status(replace(DATA, clinician=PAUSED), WORDS)

    assert message.summary == reply_text(message).splitlines()[0].replace("**", "")
    assert "**" in reply_text(message)
