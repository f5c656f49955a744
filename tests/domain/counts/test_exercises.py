from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import ANSWER_CODES
from bot.domain.counts import exercises, hour_plan, reports, sharing
from bot.domain.counts.exercises import QUESTION_LEADERS
from bot.domain.counts.hour_plan import HourForm
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import Band
from bot.domain.counts.rotation import RUN_DAYS
from bot.elements import Caption, Text
from tests.domain.counts import sample_tables
from tests.domain.counts.sample_tables import LEADERS, SPANS
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
DAY = date(2026, 7, 1)
PERIODS = {weeks: 520 // weeks for weeks in SPANS}
"""The number of periods in ten years, by their weeks."""


def select_choices(tables: tuple[PublishedTable, ...]) -> list[tuple[date, str, str]]:
    """Return the question and the exercise of each report of *tables*, oldest first."""
    return [
        (
            closes,
            exercises.select_question(tables, closes),
            exercises.select_exercise(tables, closes, WORDS).id,
        )
        for closes in sorted({published.closes for published in tables})
    ]


def test_thirteen_exercises_last_ten_minutes_each() -> None:
    """Thirteen exercises have distinct titles and steps that add up to ten minutes."""
    assert len(WORDS.exercises) == len({exercise.title for exercise in WORDS.exercises}) == 13
    assert {sum(minutes for minutes, _ in exercise.steps) for exercise in WORDS.exercises} == {10}


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", SPANS)
@pytest.mark.parametrize(("question", "leader"), LEADERS)
def test_each_suited_item_comes_before_any_twice(question: str, leader: str, weeks: int) -> None:
    """While the same answer leads, every question and suited exercise comes before any twice."""
    tables = sample_tables.publish_leaders([(question, leader)] * PERIODS[weeks], weeks)
    choices = select_choices(tables)
    suited = [
        exercise.id
        for exercise in WORDS.exercises
        if not leader or leader in exercise.forms | exercise.statuses
    ]

    for position, expected in ((1, count_questions(question, leader)), (2, len(suited))):
        items = [choice[position] for choice in choices]
        assert len(set(items)) == expected
        assert all(
            len(set(items[start : start + expected])) == expected
            for start in range(len(items) - expected + 1)
        )
    assert {choice[2] for choice in choices} == set(suited)


def count_questions(question: str, leader: str) -> int:
    """Return the number of questions that refer to no leader, or to *leader*."""
    return sum(
        1
        for required in QUESTION_LEADERS.values()
        if not required or leader in required.get(question, ())
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", SPANS)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_changing_leaders_starve_no_exercise(weeks: int, data: st.DataObject) -> None:
    """Whatever leads, no exercise comes twice in a run before all that suit then have come."""
    count = PERIODS[weeks]
    leaders = data.draw(st.lists(st.sampled_from(LEADERS), min_size=count, max_size=count))
    choices = select_choices(sample_tables.publish_leaders(leaders, weeks))

    last_uses: dict[tuple[int, str], int] = {}
    for number, ((closes, _, chosen), (_, leader)) in enumerate(zip(choices, leaders, strict=True)):
        run = closes.toordinal() // RUN_DAYS
        start = last_uses.get((run, chosen))
        if start is not None:
            between = {choice[2] for choice in choices[start:number]}
            assert between >= {
                exercise.id
                for exercise in WORDS.exercises
                if not leader or leader in exercise.forms | exercise.statuses
            }
        last_uses[run, chosen] = number


@given(
    leaders=st.lists(st.sampled_from(LEADERS), min_size=1, max_size=20),
    weeks=st.sampled_from(SPANS),
)
@settings(deadline=None)
def test_a_question_refers_only_to_what_led(leaders: list[tuple[str, str]], weeks: int) -> None:
    """A question that refers to a leader is selected only where that answer is shown to lead."""
    choices = select_choices(sample_tables.publish_leaders(leaders, weeks))

    for (_, code, _), (question, leader) in zip(choices, leaders, strict=True):
        required = QUESTION_LEADERS[code]
        assert not required or leader in required.get(question, ())


def test_a_leader_that_is_not_shown_selects_nothing() -> None:
    """A leader beside "perhaps none" is not shown, so no question and no exercise refer to it."""
    tables = (
        sample_tables.publish(sample_tables.build_total(Band.FEW), 0),
        sample_tables.publish(sample_tables.build_breakdown("status", "ended"), 0),
    )
    quarters = [
        tuple(shift_quarters(published, number) for published in tables) for number in range(13)
    ]

    assert {exercises.select_exercise(shifted, None, WORDS).id for shifted in quarters} == {
        exercise.id for exercise in WORDS.exercises
    }
    assert {exercises.select_question(shifted, None) for shifted in quarters} == {
        code for code, required in QUESTION_LEADERS.items() if not required
    }


def shift_quarters(published: PublishedTable, number: int) -> PublishedTable:
    """Return *published* as of a period *number* quarters later."""
    later = timedelta(weeks=13 * number)
    return replace(published, opens=published.opens + later, closes=published.closes + later)


@pytest.mark.parametrize("tag", CATALOGUE.languages)
@given(archive=sample_tables.draw_archive())
@settings(max_examples=30, deadline=None)
def test_report_hour_and_share_choose_the_same(tag: str, archive: ReportArchive) -> None:
    """Report, exercise form, hour and shared report have one and the same question and exercise."""
    archive = replace(archive, team=replace(TEAM, open_to_team=True))
    words = CATALOGUE.get_pack(tag)
    chosen = exercises.select_ten_minutes(archive.tables, None, DAY, words)
    post = sharing.build_post(archive, sharing.QUESTION, DAY)
    bodies = (
        reports.render_report(archive, None, words).body,
        reports.build_exercise_form(archive, None, words).body,
        hour_plan.render_plan(archive, HourForm(30), DAY, words).body,
        sharing.render_post(archive, post, "U1", words).body,
    )

    for body in bodies:
        text = "\n".join(element.text for element in body if isinstance(element, Text))
        assert chosen.question in text
        assert chosen.exercise.title in text


def test_earlier_reports_keep_their_choice() -> None:
    """A later table changes neither the question nor the exercise of an earlier report."""
    tables = sample_tables.publish_leaders([LEADERS[number % 7] for number in range(6)])
    closes = tables[-1].closes
    earlier = tuple(published for published in tables if published.closes <= closes)

    assert select_choices(tables)[: len({item.closes for item in earlier})] == select_choices(
        earlier
    )


def test_tables_before_a_run_change_no_choice() -> None:
    """The newest report has the same choice with the tables that are older than a run, or not."""
    tables = sample_tables.publish_leaders([LEADERS[number % 7] for number in range(12)])
    newest = max(published.closes for published in tables)
    recent = tuple(table for table in tables if (newest - table.closes).days < RUN_DAYS)

    assert len(recent) < len(tables)
    assert select_choices(tables)[-1] == select_choices(recent)[-1]


def test_each_month_before_the_first_table_has_another_exercise() -> None:
    """Before the first table a year has twelve exercises and twelve questions, each once."""
    months = [
        exercises.select_ten_minutes((), None, date(2026, month, 1), WORDS)
        for month in range(1, 13)
    ]

    assert len({month.exercise.id for month in months}) == 12
    assert len({month.question for month in months}) == 12
    assert [month.theme for month in months] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_every_leader_has_an_exercise() -> None:
    """Each answer of each question has an exercise that suits it."""
    suited = frozenset[str]().union(*(item.forms | item.statuses for item in WORDS.exercises))

    assert suited == {code for codes in ANSWER_CODES.values() for code in codes}


def test_an_exercise_shows_minutes_and_caution() -> None:
    """An exercise shows the minutes of each step, singular and plural, and a caution."""
    exercise = replace(WORDS.exercises[0], steps=((1, "Sit."), (9, "Talk.")))
    elements = exercises.render_exercise(exercise, WORDS)

    assert isinstance(elements[0], Text)
    assert elements[0].text.split("\n")[2:] == ["**1 minute**  Sit.", "**9 minutes**  Talk."]
    assert elements[1] == Caption(WORDS.translate("debriefs.exercise.care"))


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_every_question_has_its_words(tag: str) -> None:
    """Each language has a sentence of its own for every discussion question."""
    words = CATALOGUE.get_pack(tag)
    questions = {words.translate(f"debriefs.discuss.{code}") for code in QUESTION_LEADERS}

    assert len(questions) == len(QUESTION_LEADERS)


def test_the_archive_of_a_quiet_team_has_its_plan() -> None:
    """Without a table the hour has the theme's exercise, as the report before the first table."""
    archive = ReportArchive(TEAM, (), None, day=DAY)
    chosen = exercises.select_ten_minutes((), None, DAY, WORDS)

    for body in (
        reports.render_report(archive, None, WORDS).body,
        hour_plan.render_plan(archive, HourForm(30), DAY, WORDS).body,
    ):
        assert any(
            chosen.exercise.title in element.text for element in body if isinstance(element, Text)
        )
