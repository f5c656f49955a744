"""Select a discussion question and a ten-minute exercise that suit the published leaders."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.content.catalogue import Exercise, LanguagePack
from bot.domain.counts.release_rule import BreakdownTable, ReleasedTable
from bot.elements import Caption, Element, Text

QUESTION_LEADERS: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "q1": {"form": frozenset({"away", "against", "both"})},
        "q2": {},
        "q3": {},
        "q4": {"form": frozenset({"away", "against", "both"})},
        "q5": {"status": frozenset({"not_named", "touched"})},
        "q6": {"status": frozenset({"not_named", "touched"})},
        "q7": {"status": frozenset({"repaired"})},
        "q8": {"status": frozenset({"ended"})},
        "q9": {"status": frozenset({"working"})},
    }
)
"""The leading answers that each discussion question refers to; one without any suits every table.

"This kind of way" and "this stance" refer to the form that led, which no leader leaves undefined.
"""


def select_question(tables: Sequence[ReleasedTable], period: int) -> str:
    """Return the code of a discussion question for a team with the newest *tables*.

    The questions whose leaders lead, and those that need none, rotate by *period*, the running
    number of the period: a number of weeks would repeat a question where a round divides it.
    """
    leaders = _leaders_by_question(tables)
    suitable = [
        code
        for code, required in QUESTION_LEADERS.items()
        if all(leaders.get(question) in answers for question, answers in required.items())
    ]
    return suitable[period % len(suitable)]


def select_exercise(tables: Sequence[ReleasedTable], week: int, words: LanguagePack) -> Exercise:
    """Return the exercise of a team with the newest *tables*, which may be empty.

    The exercises that match the leading answers rotate by *week* (any running number). Without a
    leader, as for a team too small or too quiet to have one, all exercises rotate.
    """
    matching = [exercise for exercise in words.exercises if _matches_leaders(exercise, tables)]
    return matching[week % len(matching)]


def _matches_leaders(exercise: Exercise, tables: Sequence[ReleasedTable]) -> bool:
    codes_by_question = {"form": exercise.forms, "status": exercise.statuses}
    leaders = _leaders_by_question(tables)
    return all(leader in codes_by_question[question] for question, leader in leaders.items())


def _leaders_by_question(tables: Sequence[ReleasedTable]) -> dict[str, str]:
    return {
        table.question: table.leader
        for table in tables
        if isinstance(table, BreakdownTable) and table.leader
    }


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
