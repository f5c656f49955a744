"""Build the controls of a report: its steps, and the way to other periods and teams."""

from collections.abc import Sequence
from datetime import date

from bot.content.catalogue import LanguagePack
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.people import Team
from bot.elements import ActionRow, Button, Option, OverflowMenu, split_into_rows
from bot.errors import UnknownAnswerError

MAX_PERIODS = 5
"""Maximum number of options in the menu of other periods, which is that of Slack's menu."""

MAX_NAME_CHARS = 60
"""Maximum length of a team's name in a button or option of at most 75 characters."""


def parse_period_data(data: str) -> tuple[str, date | None]:
    """Parse the team id and the period's end from button data; UnknownAnswerError when invalid."""
    team_id, _, closes_text = data.partition(":")
    return team_id, parse_close(closes_text)


def parse_close(text: str) -> date | None:
    """Parse the end of a period, ``None`` for ``""``; UnknownAnswerError when invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnknownAnswerError from None


def encode_close(closes: date | None) -> str:
    """Return the suffix of button data for the period that ends on *closes*; ``""`` for none."""
    return f":{closes}" if closes else ""


def build_steps(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> tuple[ActionRow, ...]:
    """Build the steps from a report: the exercise, how it is made, and those of a supervisor."""
    names = ("exercise", "method") if archive.newest_tables(closes) else ("exercise",)
    buttons = [_build_form_button(name, archive, closes, words) for name in names]
    buttons += _build_hour_buttons(archive, closes, words) if archive.reads_by_role else []
    return split_into_rows(buttons)


def build_export_step(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> tuple[ActionRow, ...]:
    """Build the step from the method to the tables to copy, for a reader who may export them.

    It is not on the report, whose steps would not fit the screen of a phone beside its picture.
    """
    if not archive.reads_by_role:
        return ()
    return (ActionRow((_build_form_button("export", archive, closes, words),)),)


def _build_form_button(
    name: str, archive: ReportArchive, closes: date | None, words: LanguagePack
) -> Button:
    """Build a button that opens the form *name* about the report of *closes*."""
    label, data = words.translate(f"debriefs.step.{name}"), f"{archive.team.id}:{closes or ''}"
    return Button(f"debriefs.{name}", label, data, opens_form=True)


def _build_hour_buttons(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> list[Button]:
    """Build what the report leads to: plan the hour, and for a supervisor share the question.

    Both are about the displayed period.
    """
    team_id, suffix = archive.team.id, encode_close(closes)
    plan_label, share_label = (words.translate(f"hour.step.{step}") for step in ("open", "share"))
    plan_data, share_data = (
        f"{team_id}:{content}{suffix}" if suffix else team_id for content in ("30", "question")
    )
    plan = Button("debriefs.hour", plan_label, plan_data)
    share = Button("debriefs.share", share_label, share_data, opens_form=True)
    return [plan, share] if archive.may_share else [plan]


def build_navigation(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> tuple[ActionRow, ...]:
    """Build the buttons to other periods of the team and to the reader's other teams."""
    periods = _list_earlier_periods(archive, closes, words)
    if closes is not None:
        newest = Option(f"{archive.team.id}:", words.translate("debriefs.other.newest"))
        periods = [newest, *periods]
    buttons = _build_period_controls(periods, words)
    for team in archive.other_teams:
        label = words.translate("debriefs.other.team", team=team.name[:MAX_NAME_CHARS])
        buttons.append(_build_team_button(team, label))
    return split_into_rows(buttons)


def _list_earlier_periods(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> list[Option]:
    """List the periods before the displayed one, the newest first."""
    newest_tables = archive.newest_tables(closes)
    newest_close = max((table.closes for table in newest_tables), default=date.min)
    earlier_by_close = {
        table.closes: table for table in archive.tables if table.closes < newest_close
    }
    return [
        Option(f"{archive.team.id}:{table.closes}", _format_period_label(table, words))
        for table in earlier_by_close.values()
    ]


def _build_period_controls(
    options: Sequence[Option], words: LanguagePack
) -> list[Button | OverflowMenu]:
    """Build the navigation to *options*: a button for one, a menu for several.

    The menu takes one line of a phone's screen, where buttons with dates take one each.
    """
    if len(options) <= 1:
        return [Button("debriefs.period", option.label, option.code) for option in options]
    label = words.translate("debriefs.other.periods")
    return [OverflowMenu("debriefs.period", label, tuple(options[:MAX_PERIODS]))]


def _format_period_label(published: PublishedTable, words: LanguagePack) -> str:
    span = words.format_span(published.opens, published.last_day)
    return words.translate("debriefs.other.period", span=span)


def _build_team_button(team: Team, label: str) -> Button:
    return Button("debriefs.period", label, f"{team.id}:")
