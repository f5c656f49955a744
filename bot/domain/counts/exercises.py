"""Ten minutes of practice for a team: matched to what it wrote down, or simply the next in turn."""

from collections.abc import Sequence

from bot.content.catalogue import Exercise, Words
from bot.domain.counts.release_rule import BreakdownTable, Table
from bot.elements import Element, Small, Text


def of_week(tables: Sequence[Table], week: int, words: Words) -> Exercise:
    """Return the exercise for a team whose newest *tables* these are; none is well, too.

    Those that suit the leading answer take turns by *week* (any running number); with no
    leader, and for a team too small or too quiet to have one, all of them do.
    """
    suited = [one for one in words.exercises if _suits(one, tables)]
    return suited[week % len(suited)]


def _suits(exercise: Exercise, tables: Sequence[Table]) -> bool:
    leaders = {
        one.question: one.leader for one in tables if isinstance(one, BreakdownTable) and one.leader
    }
    fits = {"form": exercise.forms, "status": exercise.statuses}
    return all(leader in fits[question] for question, leader in leaders.items())


def shown(exercise: Exercise, words: Words) -> tuple[Element, ...]:
    """Show an exercise: its aim, its steps with their minutes, and the care it asks for."""
    heading = words.say("debriefs.exercise.heading", title=exercise.title)
    aim = words.say("debriefs.exercise.aim", aim=exercise.aim)
    steps = (
        words.say("debriefs.exercise.step", count=minutes, text=text)
        for minutes, text in exercise.steps
    )
    return (
        Text("\n".join((f"**{heading}**", aim, *steps))),
        Small(words.say("debriefs.exercise.care")),
    )
