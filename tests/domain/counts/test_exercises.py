from dataclasses import replace
from itertools import product

import pytest

from bot.content.catalogue import load
from bot.domain.counts import exercises, release_rule
from bot.domain.counts.noise import Dice
from bot.domain.debriefs.debrief_form import FORMS, STATUSES
from bot.elements import Small, Text

WORDS = load().words("en")
SLIPS = 400
"""So many that no noise hides who leads."""


def led_by(question: str, answer: str) -> release_rule.Table:
    """A published table in which *answer* leads without a doubt."""
    slips = [(f"{number}".encode(), answer) for number in range(SLIPS)]
    terms = release_rule.terms(release_rule.BREAKDOWN, 12)
    return release_rule.breakdown(slips, question, terms, Dice(b"made up"))


def test_twelve_exercises_last_ten_minutes_each() -> None:
    """Each has a name of its own, and steps whose minutes come to ten."""
    assert len(WORDS.exercises) == len({one.title for one in WORDS.exercises}) == 12
    assert {sum(minutes for minutes, _ in one.steps) for one in WORDS.exercises} == {10}


@pytest.mark.parametrize(("form", "status"), list(product(FORMS, STATUSES)))
def test_every_strain_has_an_exercise(form: str, status: str) -> None:
    """Whatever form and status lead together, there is something to practise for them."""
    tables = (led_by("form", form), led_by("status", status))

    exercise = exercises.of_week(tables, 0, WORDS)

    assert form in exercise.forms
    assert status in exercise.statuses


@pytest.mark.parametrize("week", range(12))
def test_what_led_decides_what_is_practised(week: int) -> None:
    """A team that wrote of endings is not asked to rehearse a first line."""
    ended = exercises.of_week([led_by("status", "ended")], week, WORDS)
    away = exercises.of_week([led_by("form", "away")], week, WORDS)

    assert ended.id == "ending"
    assert "away" in away.forms


def test_without_a_leader_all_exercises_take_turns() -> None:
    """A team too small or too quiet for figures meets each of the twelve in twelve weeks."""
    total = release_rule.total([], release_rule.terms(release_rule.TOTAL, 9), Dice(b"made up"))
    seen = {exercises.of_week([total], week, WORDS).id for week in range(12)}

    assert len(seen) == 12
    assert seen == {exercises.of_week((), week, WORDS).id for week in range(12)}


def test_an_exercise_shows_its_minutes_and_asks_for_care() -> None:
    """One minute is one minute; and it is said that people are made up and anyone may stop."""
    first = replace(WORDS.exercises[0], steps=((1, "Sit."), (9, "Talk.")))
    shown = exercises.shown(first, WORDS)

    assert isinstance(shown[0], Text)
    assert shown[0].text.split("\n")[2:] == ["**1 minute**  Sit.", "**9 minutes**  Talk."]
    assert shown[1] == Small(WORDS.say("debriefs.exercise.care"))
