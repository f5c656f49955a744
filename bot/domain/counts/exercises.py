"""Ten minutes of practice for a team: matched to what it wrote down, or simply the next in turn."""

from collections.abc import Sequence

from bot.content.catalogue import Exercise, LanguagePack
from bot.domain.counts.release_rule import BreakdownTable, ReleasedTable
from bot.elements import Caption, Element, Text


def select_exercise(tables: Sequence[ReleasedTable], week: int, words: LanguagePack) -> Exercise:
    """Return the exercise for a team whose newest *tables* these are; none is well, too.

    Those that suit the leading answer take turns by *week* (any running number); with no
    leader, and for a team too small or too quiet to have one, all of them do.
    """
    suited = [one for one in words.exercises if _matches_leaders(one, tables)]
    return suited[week % len(suited)]


def _matches_leaders(exercise: Exercise, tables: Sequence[ReleasedTable]) -> bool:
    leaders = {
        one.question: one.leader for one in tables if isinstance(one, BreakdownTable) and one.leader
    }
    fits = {"form": exercise.forms, "status": exercise.statuses}
    return all(leader in fits[question] for question, leader in leaders.items())


def render_exercise(exercise: Exercise, words: LanguagePack) -> tuple[Element, ...]:
    """Show an exercise: its aim, its steps with their minutes, and the care it asks for."""
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
