from dataclasses import replace
from itertools import product

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import exercises, release_rule
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.debriefs.debrief_form import FORM_CODES, STATUS_CODES
from bot.elements import Caption, Text

WORDS = load_catalogue().get_pack("en")
SLIPS = 400
"""So many that no noise hides who leads."""


def led_by(question: str, answer: str) -> release_rule.ReleasedTable:
    """A published table in which *answer* leads without a doubt."""
    slips = [(f"{number}".encode(), answer) for number in range(SLIPS)]
    terms = release_rule.select_terms(release_rule.BREAKDOWN, 12)
    return release_rule.release_breakdown(slips, question, terms, NoiseGenerator(b"made up"))


def test_twelve_exercises_last_ten_minutes_each() -> None:
    """Each has a name of its own, and steps whose minutes come to ten."""
    assert len(WORDS.exercises) == len({one.title for one in WORDS.exercises}) == 12
    assert {sum(minutes for minutes, _ in one.steps) for one in WORDS.exercises} == {10}


@pytest.mark.parametrize(("form", "status"), list(product(FORM_CODES, STATUS_CODES)))
def test_every_strain_has_an_exercise(form: str, status: str) -> None:
    """Whatever form and status lead together, there is something to practise for them."""
    tables = (led_by("form", form), led_by("status", status))

    exercise = exercises.select_exercise(tables, 0, WORDS)

    assert form in exercise.forms
    assert status in exercise.statuses


@pytest.mark.parametrize("week", range(12))
def test_what_led_decides_what_is_practised(week: int) -> None:
    """A team that wrote of endings is not asked to rehearse a first line."""
    ended = exercises.select_exercise([led_by("status", "ended")], week, WORDS)
    away = exercises.select_exercise([led_by("form", "away")], week, WORDS)

    assert ended.id == "ending"
    assert "away" in away.forms


def test_without_a_leader_all_exercises_take_turns() -> None:
    """A team too small or too quiet for figures meets each of the twelve in twelve weeks."""
    total = release_rule.release_total(
        [], release_rule.select_terms(release_rule.TOTAL, 9), NoiseGenerator(b"made up")
    )
    seen = {exercises.select_exercise([total], week, WORDS).id for week in range(12)}

    assert len(seen) == 12
    assert seen == {exercises.select_exercise((), week, WORDS).id for week in range(12)}


def test_an_exercise_shows_its_minutes_and_asks_for_care() -> None:
    """One minute is one minute; and it is said that people are made up and anyone may stop."""
    first = replace(WORDS.exercises[0], steps=((1, "Sit."), (9, "Talk.")))
    shown = exercises.render_exercise(first, WORDS)

    assert isinstance(shown[0], Text)
    assert shown[0].text.split("\n")[2:] == ["**1 minute**  Sit.", "**9 minutes**  Talk."]
    assert shown[1] == Caption(WORDS.translate("debriefs.exercise.care"))
