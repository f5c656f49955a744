"""Select the discussion question and the ten-minute exercise of a team; the only place to do so.

Report, hour and share call :func:`select_ten_minutes` with the same tables and get the same ones,
except that a text without the leading answer never has a question that refers to it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from bot.content.catalogue import Exercise, LanguagePack
from bot.domain.counts import readings, rotation, table_text
from bot.domain.counts.published_tables import PublishedTable, select_newest
from bot.domain.counts.readings import Reading
from bot.domain.counts.rotation import Occasion
from bot.domain.tip_rotation import quarter_of
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

THEME_EXERCISES: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        1: ("first_line", "camera", "settle"),
        2: ("quiet_hour", "complaint", "turning"),
        3: ("protection", "own_part", "light_guess", "power"),
        4: ("going_back", "what_turned", "ending"),
    }
)
"""The exercises of each quarter's theme: one a month, so that none comes twice in a year."""


SHORT_MINUTES = 10
"""The length of an exercise; the form of a drill for the long hour has twice as many."""


@dataclass(frozen=True)
class TenMinutes:
    """A discussion question and an exercise; ``theme`` is the quarter of a theme, or 0.

    ``leader`` is the sentence that names the leading answer which the question refers to, or
    ``""``: a text that does not contain the table has it before the question.
    """

    question: str
    exercise: Exercise
    theme: int
    leader: str = ""

    def introduce_question(self, words: LanguagePack) -> str:
        """Return the question after the sentence on the leader that it refers to, if any."""
        return words.join_sentences(
            (self.leader, self.question) if self.leader else (self.question,)
        )


def select_ten_minutes(
    tables: Sequence[PublishedTable],
    closes: date | None,
    day: date,
    words: LanguagePack,
    *,
    names_leader: bool = True,
) -> TenMinutes:
    """Select the question and the exercise of a team with *tables*, all published ones.

    *closes* selects the report of an earlier period, ``None`` the newest. Before the first table
    the theme of the quarter of *day* has another question and exercise each month.
    *names_leader* is False for readers who are not shown the tables: their question refers to no
    leader.
    """
    if select_newest(tables, closes):
        code = select_question(tables, closes, names_leader=names_leader)
        return TenMinutes(
            words.translate(f"debriefs.discuss.{code}"),
            select_exercise(tables, closes, words),
            0,
            _render_leader(tables, closes, code, words),
        )
    quarter = quarter_of(day)
    suited = list_theme_exercises(quarter, words)
    # A theme with more exercises than months has another three each year.
    exercise = suited[(3 * day.year + (day.month - 1) % 3) % len(suited)]
    return TenMinutes(translate_theme_question(day, words), exercise, quarter)


def translate_theme_question(day: date, words: LanguagePack) -> str:
    """Return the question of the month of *day* on the theme of its quarter."""
    return words.translate(f"hour.quarter{quarter_of(day)}.question{(day.month - 1) % 3 + 1}")


def list_theme_exercises(quarter: int, words: LanguagePack) -> tuple[Exercise, ...]:
    """Return the exercises of the theme of *quarter* (1 to 4), three or more."""
    by_id = {exercise.id: exercise for exercise in words.exercises}
    return tuple(by_id[name] for name in THEME_EXERCISES[quarter])


def select_question(
    tables: Sequence[PublishedTable], closes: date | None, *, names_leader: bool = True
) -> str:
    """Return the code of the question of the report of *closes*, or of the newest for ``None``.

    *tables* are all published tables of the team, at least one until *closes*. A question whose
    leader is not shown in that report is never selected; without *names_leader*, none that refers
    to a leader. Each of the two lists rotates by itself.
    """

    def list_suitable(leaders: Mapping[str, str]) -> tuple[str, ...]:
        return _list_suitable_questions(leaders if names_leader else {})

    return rotation.select_item(_list_occasions(tables, closes, list_suitable))


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
    tables = [published for published in tables if closes is None or published.closes <= closes]
    by_day: defaultdict[date, list[tuple[PublishedTable, Reading]]] = defaultdict(list)
    for published, reading in zip(tables, readings.read_tables(tables), strict=True):
        by_day[published.closes].append((published, reading))
    last_day = max(by_day)
    newest: dict[str, tuple[PublishedTable, Reading]] = {}
    occasions = []
    for day in sorted(by_day):
        newest |= {item.ledger: (item, reading) for item, reading in reversed(by_day[day])}
        # Earlier days cannot be in the run of the newest, in which alone choices are repeated.
        if (last_day - day).days < rotation.RUN_DAYS:
            number = max(item.period_number for item, _ in newest.values() if item.closes == day)
            leaders = _find_leaders(reading for _, reading in newest.values())
            occasions.append(Occasion(day, number, list_suitable(leaders)))
    return occasions


def _find_leaders(displayed_readings: Iterable[Reading]) -> Mapping[str, str]:
    return {reading.question: reading.leader for reading in displayed_readings if reading.leader}


def _render_leader(
    tables: Sequence[PublishedTable], closes: date | None, code: str, words: LanguagePack
) -> str:
    """Return the sentence on the leader that the question *code* refers to; ``""`` for none."""
    readings_by_table = dict(zip(tables, readings.read_tables(tables), strict=True))
    displayed = (readings_by_table[published] for published in select_newest(tables, closes))
    sentences = (
        table_text.render_sentence(reading, words)
        for reading in displayed
        if reading.question in QUESTION_LEADERS[code]
    )
    return next(sentences, "")


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
    minutes = sum(count for count, _ in exercise.steps)
    heading = words.translate(
        "debriefs.exercise.heading_long"
        if minutes > SHORT_MINUTES
        else "debriefs.exercise.heading",
        title=exercise.title,
    )
    aim = words.translate("debriefs.exercise.aim", aim=exercise.aim)
    steps = (
        words.translate("debriefs.exercise.step", count=count, text=text)
        for count, text in exercise.steps
    )
    return (
        Text("\n".join((f"**{heading}**", aim, *steps))),
        Caption(words.translate("debriefs.exercise.care")),
    )


def render_exercise_summary(exercise: Exercise, words: LanguagePack) -> Text:
    """Render the title and the aim of an exercise, without its steps."""
    heading = words.translate("debriefs.exercise.heading", title=exercise.title)
    return Text(f"**{heading}**\n{exercise.aim}")
