"""Plan the supervision hour: timed parts that fit the published tables, or the quarter's theme."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bot.content.catalogue import LanguagePack
from bot.domain import drills
from bot.domain.counts import exercises, report_steps
from bot.domain.counts.published_tables import ReportArchive
from bot.domain.counts.release_rule import LostTable
from bot.domain.counts.withheld_table import WithheldTable
from bot.domain.people import Team
from bot.domain.tip_rotation import quarter_of
from bot.elements import ActionRow, Button, Element, Heading, Message, Text, split_into_rows
from bot.errors import UnknownAnswerError

PART_MINUTES: Mapping[int, Mapping[str, int]] = MappingProxyType(
    {
        30: {"arrive": 2, "mean": 5, "question": 8, "exercise": 10, "take": 5},
        50: {"arrive": 5, "mean": 5, "question": 15, "exercise": 20, "take": 5},
    }
)
"""The minutes of each part, in order, by the length of the hour; they add up to the length.

Parts as long as in the short hour would leave three minutes: a long hour has them to arrive.
"""

SHORT_HOUR, LONG_HOUR = PART_MINUTES
MAX_OTHER_TEAMS = 3


@dataclass(frozen=True)
class HourForm:
    """The length of an hour in minutes, and whether it practises with lines: see ``drills``."""

    minutes: int = SHORT_HOUR
    has_drill: bool = False

    @property
    def code(self) -> str:
        """The form in the data of a button and of a post, such as ``30`` or ``50d``."""
        return f"{self.minutes}{'d' if self.has_drill else ''}"


FORMS_BY_CODE: Mapping[str, HourForm] = MappingProxyType(
    {
        form.code: form
        for form in (
            HourForm(minutes, has_drill) for minutes in PART_MINUTES for has_drill in (False, True)
        )
    }
)
"""Every form of the hour by its code."""


def parse_hour_data(data: str) -> tuple[str, HourForm, date | None]:
    """Parse the team id, the form of the hour and the end of the period that it is about.

    By default they are ``""``, 30 minutes with an exercise, and ``None`` for the newest tables.
    Raises :class:`bot.errors.UnknownAnswerError` for an unknown form or an invalid day.
    """
    team_id, _, choice = data.partition(":")
    code, _, closes = choice.partition(":")
    if code and code not in FORMS_BY_CODE:
        raise UnknownAnswerError
    return team_id, FORMS_BY_CODE.get(code, HourForm()), report_steps.parse_close(closes)


def render_plan(
    archive: ReportArchive,
    form: HourForm,
    day: date,
    words: LanguagePack,
    closes: date | None = None,
) -> Message:
    """Render the plan of an hour on *day*, with the steps to share or change it.

    *closes* selects the report of an earlier period, as in the report.
    """
    team = archive.team
    body = (
        *render_parts(archive.at_close(closes), form, day, words),
        *_build_steps(archive, form, closes, words),
    )
    title = words.translate("hour.heading", minutes=form.minutes, team=team.name)
    return Message(title, (Heading(title), *body))


def render_parts(
    archive: ReportArchive,
    form: HourForm,
    day: date,
    words: LanguagePack,
    *,
    names_leader: bool = True,
) -> tuple[Element, ...]:
    """Render the timed parts of an hour, from *archive*'s newest published tables alone.

    *names_leader* is False for readers who are not shown the tables.
    """
    tables = archive.newest_tables()
    ten_minutes = exercises.select_ten_minutes(
        archive.tables, None, day, words, names_leader=names_leader
    )
    question = ten_minutes.introduce_question(words)
    if not ten_minutes.theme:
        theme_question = exercises.translate_theme_question(day, words)
        question += "\n" + words.translate("hour.or_theme", text=theme_question)
    lengths = PART_MINUTES[form.minutes]
    has_figures = any(
        not isinstance(published.table, LostTable | WithheldTable) for published in tables
    )
    mean = "mean" if has_figures else "without"
    exercise, rounds = ten_minutes.exercise, ""
    if form.has_drill:
        drill = drills.select_theme_drill(day, words)
        exercise = drills.build_exercise(drill, lengths["exercise"], words)
    elif form.minutes == LONG_HOUR:
        rounds = words.translate("hour.twice")
    return (
        _render_theme(quarter_of(day), words),
        _render_part("arrive", lengths["arrive"], words.translate("hour.arrive.text"), words),
        _render_part(mean, lengths["mean"], words.translate(f"hour.{mean}.text"), words),
        _render_part("question", lengths["question"], question, words),
        _render_part("exercise", lengths["exercise"], rounds, words),
        *exercises.render_exercise(exercise, words),
        _render_part("take", lengths["take"], words.translate("hour.take.text"), words),
    )


def _render_theme(quarter: int, words: LanguagePack) -> Text:
    title = words.translate(f"hour.quarter{quarter}.title")
    why = words.translate(f"hour.quarter{quarter}.why")
    return Text(words.translate("hour.theme", title=title, why=why))


def _render_part(part: str, minutes: int, text: str, words: LanguagePack) -> Text:
    title = words.translate(f"hour.{part}.title")
    return Text(words.translate("hour.part", title=title, minutes=minutes, text=text).rstrip())


def _build_steps(
    archive: ReportArchive, form: HourForm, closes: date | None, words: LanguagePack
) -> tuple[ActionRow, ...]:
    suffix = report_steps.encode_close(closes)
    other_minutes = LONG_HOUR if form.minutes == SHORT_HOUR else SHORT_HOUR
    other_length = replace(form, minutes=other_minutes)
    other_practice = replace(form, has_drill=not form.has_drill)
    team_id = archive.team.id
    share_label = words.translate("hour.step.share_plan")
    share = Button("debriefs.share", share_label, f"{team_id}:{form.code}{suffix}", opens_form=True)
    steps = (
        *((share,) if archive.may_share else ()),
        Button(
            "debriefs.hour",
            words.translate("hour.step.other", minutes=other_minutes),
            f"{team_id}:{other_length.code}{suffix}",
        ),
        Button(
            "debriefs.lines",
            words.translate("hour.step.exercise" if form.has_drill else "hour.step.drill"),
            f"{team_id}:{other_practice.code}{suffix}",
        ),
        *(_build_team_step(team, form, words) for team in archive.other_teams[:MAX_OTHER_TEAMS]),
    )
    return split_into_rows(steps)


def _build_team_step(team: Team, form: HourForm, words: LanguagePack) -> Button:
    label = words.translate("hour.step.team", team=team.name[: report_steps.MAX_NAME_CHARS])
    return Button("debriefs.hour", label, f"{team.id}:{form.code}")
