"""Select a ten-minute team exercise: matched to the published leaders, or the next in rotation."""

from collections.abc import Sequence

from bot.content.catalogue import Exercise, LanguagePack
from bot.domain.counts.release_rule import BreakdownTable, ReleasedTable
from bot.elements import Caption, Element, Text


def select_exercise(tables: Sequence[ReleasedTable], week: int, words: LanguagePack) -> Exercise:
    """Return the exercise of a team with the newest *tables*, which may be empty.

    The exercises that match the leading answers rotate by *week* (any running number). Without a
    leader, as for a team too small or too quiet to have one, all exercises rotate.
    """
    matching = [exercise for exercise in words.exercises if _matches_leaders(exercise, tables)]
    return matching[week % len(matching)]


def _matches_leaders(exercise: Exercise, tables: Sequence[ReleasedTable]) -> bool:
    leaders = {
        table.question: table.leader
        for table in tables
        if isinstance(table, BreakdownTable) and table.leader
    }
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
