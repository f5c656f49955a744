from dataclasses import replace
from itertools import pairwise, product

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.codebook import FORM_CODES, STATUS_CODES
from bot.domain.counts import exercises, release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.elements import Caption, Text

WORDS = load_catalogue().get_pack("en")
SLIP_COUNT = 400
"""Number of slips at which no noise hides the leader."""


def table_led_by(question: str, answer: str) -> release_rule.ReleasedTable:
    """Return a published table with the leader *answer*."""
    slips = [(f"{number}".encode(), answer) for number in range(SLIP_COUNT)]
    terms = release_rule.select_terms(release_rule.BREAKDOWN, 12)
    return release_rule.release_breakdown(slips, question, terms, NoiseGenerator(b"made up"))


def test_twelve_exercises_last_ten_minutes_each() -> None:
    """Twelve exercises have distinct titles and steps that add up to ten minutes."""
    assert len(WORDS.exercises) == len({exercise.title for exercise in WORDS.exercises}) == 12
    assert {sum(minutes for minutes, _ in exercise.steps) for exercise in WORDS.exercises} == {10}


@pytest.mark.parametrize(("form", "status"), list(product(FORM_CODES, STATUS_CODES)))
def test_every_strain_has_an_exercise(form: str, status: str) -> None:
    """Every pair of leading form and status has an exercise for both."""
    tables = (table_led_by("form", form), table_led_by("status", status))

    exercise = exercises.select_exercise(tables, 0, WORDS)

    assert form in exercise.forms
    assert status in exercise.statuses


@pytest.mark.parametrize("week", range(12))
def test_the_leader_selects_the_exercise(week: int) -> None:
    """The leading answer selects the exercise."""
    ended = exercises.select_exercise([table_led_by("status", "ended")], week, WORDS)
    away = exercises.select_exercise([table_led_by("form", "away")], week, WORDS)

    assert ended.id == "ending"
    assert "away" in away.forms


def test_exercises_rotate_without_a_leader() -> None:
    """Without a leader, all twelve exercises rotate within twelve weeks."""
    total = release_rule.release_total(
        [], release_rule.select_terms(release_rule.TOTAL, 9), NoiseGenerator(b"made up")
    )
    exercise_ids = {exercises.select_exercise([total], week, WORDS).id for week in range(12)}

    assert len(exercise_ids) == 12
    assert exercise_ids == {exercises.select_exercise((), week, WORDS).id for week in range(12)}


def test_an_exercise_shows_minutes_and_caution() -> None:
    """An exercise shows the minutes of each step, singular and plural, and a caution."""
    exercise = replace(WORDS.exercises[0], steps=((1, "Sit."), (9, "Talk.")))
    elements = exercises.render_exercise(exercise, WORDS)

    assert isinstance(elements[0], Text)
    assert elements[0].text.split("\n")[2:] == ["**1 minute**  Sit.", "**9 minutes**  Talk."]
    assert elements[1] == Caption(WORDS.translate("debriefs.exercise.care"))


@pytest.mark.parametrize(("form", "status"), list(product(FORM_CODES, STATUS_CODES)))
def test_a_question_refers_only_to_what_led(form: str, status: str) -> None:
    """Every discussion question that refers to a leader has that leader, in any period."""
    tables = (table_led_by("form", form), table_led_by("status", status))
    leaders = {"form": form, "status": status}

    for period in range(12):
        code = exercises.select_question(tables, period)
        required = exercises.QUESTION_LEADERS[code]
        assert all(leaders[question] in answers for question, answers in required.items())


def test_without_a_leader_no_question_refers_to_one() -> None:
    """Without a leader only questions that refer to none are selected."""
    codes = {exercises.select_question((), period) for period in range(12)}

    assert codes == {code for code, leaders in exercises.QUESTION_LEADERS.items() if not leaders}


def test_each_period_has_another_question() -> None:
    """Successive periods have different questions for the same leaders."""
    tables = (table_led_by("form", "away"),)
    codes = [exercises.select_question(tables, period) for period in range(8)]

    assert all(first != second for first, second in pairwise(codes))


@pytest.mark.parametrize("tag", load_catalogue().languages)
def test_every_question_has_its_words(tag: str) -> None:
    """Each language has a sentence of its own for every discussion question."""
    words = load_catalogue().get_pack(tag)
    questions = {words.translate(f"debriefs.discuss.{code}") for code in exercises.QUESTION_LEADERS}

    assert len(questions) == len(exercises.QUESTION_LEADERS)
