"""Select the discussion question and the ten-minute exercise of a team; the only place to do so.

Report, hour and share call :func:`select_ten_minutes` with the same tables and get the same ones.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bot.content.catalogue import Exercise, LanguagePack
from bot.domain.counts import readings, rotation
from bot.domain.counts.published_tables import PublishedTable, select_newest
from bot.domain.counts.readings import Reading
from bot.domain.counts.rotation import Occasion
from bot.elements import Caption, Element, Text

QUESTION_LEADERS: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "q1": {"form": frozenset({"away", "against", "both"})},
        "q2": {},
        "q3": {},
        "q4": {"form": frozenset({"away", "against", "both"})},
        "q5": {},
        "q6": {},
        "q7": {"status": frozenset({"repaired"})},
        "q8": {"status": frozenset({"ended"})},
        "q9": {"status": frozenset({"working"})},
    }
)
"""The leading answers that each discussion question refers to; one without any suits every table.

"This kind of way" and "this stance" refer to the form that led, which no leader leaves undefined.
"""

THEME_EXERCISES: Mapping[int, tuple[str, str, str]] = MappingProxyType(
    {
        1: ("first_line", "camera", "settle"),
        2: ("quiet_hour", "complaint", "turning"),
        3: ("protection", "own_part", "light_guess"),
        4: ("going_back", "what_turned", "ending"),
    }
)
"""The exercises of each quarter's theme, one a month, so that a year contains each of them once."""


@dataclass(frozen=True)
class TenMinutes:
    """A discussion question and an exercise; ``theme`` is the quarter of a theme, or 0."""

    question: str
    exercise: Exercise
    theme: int


def select_ten_minutes(
    tables: Sequence[PublishedTable], closes: date | None, day: date, words: LanguagePack
) -> TenMinutes:
    """Select the question and the exercise of a team with *tables*, all published ones.

    *closes* selects the report of an earlier period, ``None`` the newest. Before the first table
    the theme of the quarter of *day* has another question and exercise each month.
    """
    if select_newest(tables, closes):
        question = words.translate(f"debriefs.discuss.{select_question(tables, closes)}")
        return TenMinutes(question, select_exercise(tables, closes, words), 0)
    quarter, month = (day.month - 1) // 3 + 1, (day.month - 1) % 3
    question = words.translate(f"hour.quarter{quarter}.question{month + 1}")
    return TenMinutes(question, list_theme_exercises(quarter, words)[month], quarter)


def list_theme_exercises(quarter: int, words: LanguagePack) -> tuple[Exercise, ...]:
    """Return the three exercises of the theme of *quarter* (1 to 4), by month."""
    by_id = {exercise.id: exercise for exercise in words.exercises}
    return tuple(by_id[name] for name in THEME_EXERCISES[quarter])


def select_question(tables: Sequence[PublishedTable], closes: date | None) -> str:
    """Return the code of the question of the report of *closes*, or of the newest for ``None``.

    *tables* are all published tables of the team, at least one until *closes*. A question whose
    leader is not shown in that report is never selected.
    """
    return rotation.select_item(_list_occasions(tables, closes, _list_suitable_questions))


def select_exercise(
    tables: Sequence[PublishedTable], closes: date | None, words: LanguagePack
) -> Exercise:
    """Return the exercise of the report of *closes*, or of the newest for ``None``.

    *tables* are as in :func:`select_question`. Without a leader all exercises rotate.
    """
    by_id = {exercise.id: exercise for exercise in words.exercises}

    def list_suitable(leaders: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(name for name, item in by_id.items() if _suits_leaders(item, leaders))

    return by_id[rotation.select_item(_list_occasions(tables, closes, list_suitable))]


def _list_occasions(
    tables: Sequence[PublishedTable],
    closes: date | None,
    list_suitable: Callable[[Mapping[str, str]], tuple[str, ...]],
) -> list[Occasion]:
    """Return an occasion for each day on which tables were published until *closes*.

    Each has what its report shows: the newest table of each ledger on that day.
    """
    readings_by_table = dict(zip(tables, readings.read_tables(tables), strict=True))
    days = {
        published.closes for published in tables if closes is None or published.closes <= closes
    }
    occasions = []
    # Earlier days cannot be in the run of the newest, in which alone choices are repeated.
    for day in sorted(day for day in days if (max(days) - day).days < rotation.RUN_DAYS):
        newest = select_newest(tables, day)
        number = max(published.period_number for published in newest if published.closes == day)
        leaders = _find_leaders(readings_by_table[published] for published in newest)
        occasions.append(Occasion(day, number, list_suitable(leaders)))
    return occasions


def _find_leaders(displayed_readings: Iterable[Reading]) -> Mapping[str, str]:
    return {reading.question: reading.leader for reading in displayed_readings if reading.leader}


def _list_suitable_questions(leaders: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        code
        for code, required in QUESTION_LEADERS.items()
        if all(leaders.get(question) in answers for question, answers in required.items())
    )


def _suits_leaders(exercise: Exercise, leaders: Mapping[str, str]) -> bool:
    codes_by_question = {"form": exercise.forms, "status": exercise.statuses}
    return all(leader in codes_by_question[question] for question, leader in leaders.items())


def render_exercise(exercise: Exercise, words: LanguagePack) -> tuple[Element, ...]:
    """Render an exercise: its aim, its steps in minutes, and the caution about its use."""
    heading = words.translate("debriefs.exercise.heading", title=exercise.title)
    aim = words.translate("debriefs.exercise.aim", aim=exercise.aim)
    steps = (
        words.translate("debriefs.exercise.step", count=minutes, text=text)
        for minutes, text in exercise.steps
    )
    return (
        Text("\n".join((f"**{heading}**", aim, *steps))),
        Caption(words.translate("debriefs.exercise.care")),
    )


def render_exercise_summary(exercise: Exercise, words: LanguagePack) -> Text:
    """Render the title and the aim of an exercise, without its steps."""
    heading = words.translate("debriefs.exercise.heading", title=exercise.title)
    return Text(f"**{heading}**\n{exercise.aim}")
