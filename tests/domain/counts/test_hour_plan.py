from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain import drills
from bot.domain.counts import exercises, hour_plan, reports
from bot.domain.counts.exercises import THEME_EXERCISES
from bot.domain.counts.hour_plan import FORMS_BY_CODE, PART_MINUTES, HourForm
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import BREAKDOWN, release_lost_table
from bot.elements import ActionRow, Button, Element, Text
from bot.errors import UnknownAnswerError
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
DAY = date(2026, 8, 3)
LED = sample_tables.publish(sample_tables.build_breakdown("form", "against"), 1)
UNLED = sample_tables.publish(sample_tables.build_breakdown("status", ""), 1)
QUIET = ReportArchive(TEAM, (), None, may_share=True)
WITH_FIGURES = ReportArchive(TEAM, (LED,), None, may_share=True)
DAYS = st.dates(date(2026, 1, 1), date(2036, 12, 31))


def parts_text(
    archive: ReportArchive, minutes: int = 30, day: date = DAY, language: str = "en"
) -> str:
    """Return the text of the parts of an hour."""
    parts = hour_plan.render_parts(archive, HourForm(minutes), day, CATALOGUE.get_pack(language))
    return "\n".join(element.text for element in parts if isinstance(element, Text))


def list_buttons(body: tuple[Element, ...]) -> list[Button]:
    """Return the buttons of a body, in order."""
    rows = [element.controls for element in body if isinstance(element, ActionRow)]
    return [control for control in chain.from_iterable(rows) if isinstance(control, Button)]


@pytest.mark.parametrize("minutes", PART_MINUTES)
def test_the_parts_add_up_to_the_hour(minutes: int) -> None:
    """The minutes of the parts add up to the length of the hour."""
    assert sum(PART_MINUTES[minutes].values()) == minutes


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("minutes", PART_MINUTES)
def test_the_shown_minutes_add_up_to_the_hour(minutes: int, language: str) -> None:
    """The minutes that the titles of a plan state are those of its parts, in every language."""
    text = parts_text(QUIET, minutes, language=language)
    words = CATALOGUE.get_pack(language)

    for part, length in PART_MINUTES[minutes].items():
        key = "without" if part == "mean" else part
        title = words.translate(f"hour.{key}.title")
        heading = words.translate("hour.part", title=title, minutes=length, text="").strip()
        assert heading in text


def test_a_year_has_each_exercise_once() -> None:
    """The themes of the four quarters contain every exercise exactly once."""
    names = [name for theme in THEME_EXERCISES.values() for name in theme]

    assert sorted(names) == sorted(exercise.id for exercise in WORDS.exercises)


@given(st.integers(2026, 2036))
def test_a_year_without_figures_repeats_nothing(year: int) -> None:
    """Without figures each month of a year has another question and another exercise."""
    months = [
        exercises.select_ten_minutes((), None, date(year, month, 15), WORDS)
        for month in range(1, 13)
    ]

    assert len({selected.question for selected in months}) == 12
    assert len({selected.exercise.id for selected in months}) == 12


@given(DAYS)
def test_a_plan_without_figures_is_complete(day: date) -> None:
    """Without a table the plan has a theme, and says that it needs no figures."""
    selected = exercises.select_ten_minutes((), None, day, WORDS)
    text = parts_text(QUIET, day=day)

    assert selected.theme == (day.month + 2) // 3
    assert WORDS.translate(f"hour.quarter{selected.theme}.title") in text
    assert WORDS.translate("hour.without.text") in text
    assert selected.question in text
    assert selected.exercise.title in text


@given(DAYS)
def test_the_exercise_fits_the_leader(day: date) -> None:
    """Where an answer led, the exercise fits it, whatever the theme."""
    selected = exercises.select_ten_minutes((LED,), None, day, WORDS)

    assert "against" in selected.exercise.forms
    assert selected.theme == 0


@pytest.mark.parametrize("published", [LED, UNLED])
def test_the_ten_minutes_are_those_of_the_report(published: PublishedTable) -> None:
    """With a table the plan has the question and the exercise of its report, then the theme's."""
    archive = replace(WITH_FIGURES, tables=(published,))
    form = reports.build_exercise_form(archive, None, WORDS)
    selected = exercises.select_ten_minutes(archive.tables, None, DAY, WORDS)
    text = parts_text(archive)

    assert selected.question in text
    assert set(exercises.render_exercise(selected.exercise, WORDS)) < set(form.body)
    assert selected.exercise.title in text
    assert WORDS.translate("hour.quarter3.title") in text
    assert text.index(selected.question) < text.index(WORDS.translate("hour.quarter3.question2"))


def test_figures_have_their_limits() -> None:
    """With a table the plan states what it may mean and what it does not."""
    assert WORDS.translate("hour.mean.text") in parts_text(WITH_FIGURES)
    assert WORDS.translate("hour.without.text") not in parts_text(WITH_FIGURES)


def test_a_lost_table_has_no_figures() -> None:
    """A table that was lost is no table to speak of."""
    lost = ReportArchive(TEAM, (sample_tables.publish(release_lost_table(BREAKDOWN), 1),), None)

    assert WORDS.translate("hour.without.text") in parts_text(lost)


@pytest.mark.parametrize(("minutes", "is_repeated"), [(30, False), (50, True)])
def test_a_long_hour_repeats_the_exercise(minutes: int, *, is_repeated: bool) -> None:
    """Twenty minutes are two rounds of an exercise of ten."""
    assert (WORDS.translate("hour.twice") in parts_text(QUIET, minutes)) is is_repeated


@pytest.mark.parametrize(
    ("minutes", "data"), [(30, ["t1:30", "t1:50", "t1:30d"]), (50, ["t1:50", "t1:30", "t1:50d"])]
)
def test_a_plan_is_shared_or_changed(minutes: int, data: list[str]) -> None:
    """A plan has a button to share it, and one for the other length."""
    page = hour_plan.render_plan(QUIET, HourForm(minutes), DAY, WORDS)

    buttons = list_buttons(page.body)
    assert [button.name for button in buttons] == [
        "debriefs.share",
        "debriefs.hour",
        "debriefs.lines",
    ]
    assert [button.data.replace(TEAM.id, "t1") for button in buttons] == data


def test_a_director_shares_nothing() -> None:
    """A person who may not share gets no button to do so."""
    archive = ReportArchive(TEAM, (), None)

    buttons = list_buttons(hour_plan.render_plan(archive, HourForm(30), DAY, WORDS).body)
    assert "debriefs.share" not in [button.name for button in buttons]


def test_the_plan_of_another_team_is_a_step_away() -> None:
    """A few other teams of the person have a button each, with the same length."""
    others = tuple(replace(TEAM, id=str(number)) for number in range(5))
    archive = ReportArchive(TEAM, (), None, others, may_share=True)

    buttons = list_buttons(hour_plan.render_plan(archive, HourForm(50), DAY, WORDS).body)
    assert [button.data for button in buttons[3:]] == ["0:50", "1:50", "2:50"]


@pytest.mark.parametrize(
    ("data", "parsed"),
    [
        ("", ("", HourForm(30), None)),
        ("monday", ("monday", HourForm(30), None)),
        ("monday:50", ("monday", HourForm(50), None)),
        ("monday:50d", ("monday", HourForm(50, has_drill=True), None)),
        ("monday:50:2026-07-06", ("monday", HourForm(50), date(2026, 7, 6))),
    ],
)
def test_hour_data_is_parsed(data: str, parsed: tuple[str, HourForm, date | None]) -> None:
    """Without a length the hour has 30 minutes, and without a period it is the newest."""
    assert hour_plan.parse_hour_data(data) == parsed


@pytest.mark.parametrize("data", ["monday:40", "monday:30x", "monday:30:soon"])
def test_forged_hour_data_is_refused(data: str) -> None:
    """A forged length of the hour and a forged period are refused."""
    with pytest.raises(UnknownAnswerError):
        hour_plan.parse_hour_data(data)


def test_the_plan_of_an_earlier_period_is_as_it_was() -> None:
    """The plan from an earlier report is that of its tables, and its buttons keep the period."""
    tables = sample_tables.publish_leaders([("form", "away"), ("status", "ended"), ("form", "")])
    closes = tables[-1].closes
    later = replace(WITH_FIGURES, tables=tables)
    then = replace(WITH_FIGURES, tables=tables[-2:])

    plan = hour_plan.render_plan(later, HourForm(30), DAY, WORDS, closes)
    expected = hour_plan.render_plan(then, HourForm(30), DAY, WORDS)
    assert plan.body[:-1] == expected.body[:-1]
    assert [button.data for button in list_buttons(plan.body)] == [
        f"{TEAM.id}:30:{closes}",
        f"{TEAM.id}:50:{closes}",
        f"{TEAM.id}:30d:{closes}",
    ]


@pytest.mark.parametrize("language", CATALOGUE.languages)
@pytest.mark.parametrize("code", ["30d", "50d"])
def test_an_hour_of_lines_has_the_drill_of_the_month(code: str, language: str) -> None:
    """In every month the hour practises with another drill, in as many minutes as its part has."""
    words, form = CATALOGUE.get_pack(language), FORMS_BY_CODE[code]
    minutes = PART_MINUTES[form.minutes]["exercise"]
    drill_ids = set()
    for month in range(1, 13):
        day = date(2026, month, 1)
        drill = drills.select_theme_drill(day, words)
        drill_ids.add(drill.id)
        exercise = drills.build_exercise(drill, minutes, words)
        parts = hour_plan.render_parts(QUIET, form, day, words)
        text = "\n".join(element.text for element in parts if isinstance(element, Text))
        assert sum(count for count, _ in exercise.steps) == minutes
        assert all(step in text for _, step in exercise.steps)
    assert len(drill_ids) == len(words.drills)


def test_an_hour_of_lines_leads_back_to_the_exercise() -> None:
    """The plan with lines has a button back to the exercise, and its other steps keep the lines."""
    form = HourForm(30, has_drill=True)
    buttons = list_buttons(hour_plan.render_plan(QUIET, form, DAY, WORDS).body)

    assert [button.data for button in buttons] == [
        f"{TEAM.id}:{code}" for code in ("30d", "50d", "30")
    ]
