"""Render a supervisor's report: the agreement once, then published tables as text and chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack
from bot.domain.counts import exercises, release_rule, table_text
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.release_rule import ReleasedTable
from bot.domain.people import Team
from bot.elements import (
    ActionRow,
    Button,
    Caption,
    Divider,
    Element,
    Form,
    Heading,
    Message,
    Option,
    OverflowMenu,
    Text,
    split_into_rows,
)
from bot.errors import UnknownAnswerError

MAX_EARLIER_PERIODS = 5
"""Maximum number of options in the menu of earlier periods, which is that of Slack's menu."""

MAX_NAME_CHARS = 60
"""Maximum length of a team's name in a button or option of at most 75 characters."""

Body = tuple[Element, ...]


@dataclass(frozen=True)
class PublishedTable:
    """One published table of a team; ``is_pooled`` when it covers several teams together.

    ``opens`` and ``closes`` are Mondays, inclusive and exclusive. ``cap`` is the maximum number of
    debriefs counted per person.
    """

    opens: date
    closes: date
    cap: int
    is_pooled: bool
    table: ReleasedTable

    @property
    def ledger(self) -> str:
        """The ledger of the table: total or breakdown."""
        if isinstance(self.table, release_rule.LostTable):
            return self.table.ledger
        is_total = isinstance(self.table, release_rule.TotalTable)
        return release_rule.TOTAL if is_total else release_rule.BREAKDOWN


@dataclass(frozen=True)
class ReportArchive:
    """All published tables of one team, newest first, and the next release.

    ``other_teams`` are the other teams whose tables the reader has access to; ``reads_by_role`` is
    True for a supervisor or director, False for a clinician of the team. ``week`` is any running
    week number, by which exercises rotate before the first table.
    """

    team: Team
    tables: tuple[PublishedTable, ...]
    next_release: NextRelease | None
    other_teams: tuple[Team, ...] = ()
    reads_by_role: bool = True
    week: int = 0

    def tables_closing_on(self, closes: date | None) -> tuple[PublishedTable, ...]:
        """Return the tables published on *closes*; for ``None`` the newest of each ledger."""
        if closes is not None:
            return tuple(table for table in self.tables if table.closes == closes)
        newest_by_ledger: dict[str, PublishedTable] = {}
        for table in self.tables:
            newest_by_ledger.setdefault(table.ledger, table)
        return tuple(newest_by_ledger.values())


def render_refusal(words: LanguagePack, *, on_roster: bool) -> Message:
    """Render the refusal of access to the counts, and who has access."""
    lines = [words.translate("debriefs.refused.text")]
    if on_roster:
        lines.append(words.translate("debriefs.refused.roster"))
    return Message(words.translate("debriefs.refused.summary"), tuple(Text(line) for line in lines))


def build_agreement_form(words: LanguagePack) -> Form:
    """Build the agreement that a supervisor accepts once, before the first table."""
    return Form(
        "agreement",
        words.translate("debriefs.title"),
        (
            Heading(words.translate("debriefs.agreement.heading")),
            Text(words.translate("debriefs.agreement.why")),
            Text(f"**{words.translate('debriefs.agreement.pledge')}**"),
            Caption(words.translate("debriefs.agreement.once")),
        ),
        submit=words.translate("debriefs.agreement.agree"),
        close=words.translate("common.cancel"),
    )


def render_report(archive: ReportArchive, closes: date | None, words: LanguagePack) -> Message:
    """Render the tables published on *closes*, or the newest; before the first, its date.

    No content of an open period is included.
    """
    tables = archive.tables_closing_on(closes)
    content = (
        _render_tables(archive, tables, words)
        if tables
        else _render_before_first_table(archive, words)
    )
    body = (
        Heading(words.translate("debriefs.heading", team=archive.team.name)),
        *content,
        *_build_navigation(archive, tables, closes, words),
    )
    return Message(words.translate("debriefs.summary"), body)


def parse_period_data(data: str) -> tuple[str, date | None]:
    """Parse the team id and the period's end from button data; UnknownAnswerError when invalid."""
    team_id, _, closes_text = data.partition(":")
    try:
        return team_id, date.fromisoformat(closes_text) if closes_text else None
    except ValueError:
        raise UnknownAnswerError from None


def _render_before_first_table(archive: ReportArchive, words: LanguagePack) -> Body:
    team_name = archive.team.name
    date_sentence = (
        words.translate(
            "debriefs.first.lost" if archive.next_release.is_key_lost else "debriefs.first.date",
            team=team_name,
            day=words.format_day(archive.next_release.day),
        )
        if archive.next_release
        else words.translate("debriefs.first.small", team=team_name)
    )
    exercise = exercises.select_exercise((), archive.week, words)
    meanwhile = words.translate("debriefs.first.meanwhile")
    return Text(date_sentence), Text(meanwhile), *exercises.render_exercise(exercise, words)


def _render_tables(
    archive: ReportArchive, tables: Sequence[PublishedTable], words: LanguagePack
) -> Body:
    body: list[Element] = [Caption(words.translate("counts.caption.head"))]
    for table in tables:
        body += [Divider(), *_render_table(table, words)]
    body += [
        Divider(),
        *_render_discussion(tables, words),
        Caption(words.translate("counts.caption.foot")),
    ]
    if not archive.reads_by_role:
        body.append(Caption(words.translate("debriefs.period.everyone")))
    if archive.next_release:
        key = "debriefs.period.lost" if archive.next_release.is_key_lost else "debriefs.period.next"
        day = words.format_day(archive.next_release.day)
        body.append(Caption(words.translate(key, day=day)))
    return tuple(body)


def _render_table(published_table: PublishedTable, words: LanguagePack) -> Body:
    facts = _span_facts(published_table, words) | {
        "told": words.format_day_with_year(published_table.closes)
    }
    pooling_note = (
        (Caption(words.translate("debriefs.period.shared")),) if published_table.is_pooled else ()
    )
    span = Caption(words.translate("debriefs.period.span", **facts))
    sentences = map(Text, table_text.render_sentences(published_table.table, words))
    if isinstance(published_table.table, release_rule.LostTable):
        return span, *sentences
    return (
        span,
        *sentences,
        *_render_chart(published_table.table, words),
        *pooling_note,
        Caption(words.translate("debriefs.period.cap", count=published_table.cap)),
    )


def _render_chart(table: ReleasedTable, words: LanguagePack) -> Body:
    return (
        (table_text.build_chart(table, words),)
        if isinstance(table, release_rule.BreakdownTable)
        else ()
    )


def _span_facts(published_table: PublishedTable, words: LanguagePack) -> dict[str, str]:
    last_day = published_table.closes - timedelta(days=1)
    return {
        "opens": words.format_day_with_year(published_table.opens),
        "closes": words.format_day_with_year(last_day),
    }


def _render_discussion(tables: Sequence[PublishedTable], words: LanguagePack) -> Body:
    """Render a discussion question and a ten-minute exercise for the leading answers."""
    week = tables[0].closes.toordinal() // 7
    heading = words.translate("debriefs.discuss.heading")
    released_tables = [published.table for published in tables]
    question_code = exercises.select_question(released_tables, _period_number(tables[0]))
    question = words.translate(f"debriefs.discuss.{question_code}")
    exercise = exercises.select_exercise(released_tables, week, words)
    return Text(f"**{heading}**\n{question}"), *exercises.render_exercise(exercise, words)


def _period_number(published_table: PublishedTable) -> int:
    """Return the running number of a table's period, among periods of the same length."""
    length = published_table.closes - published_table.opens
    return published_table.closes.toordinal() // length.days


def _build_navigation(
    archive: ReportArchive,
    displayed_tables: Sequence[PublishedTable],
    closes: date | None,
    words: LanguagePack,
) -> tuple[ActionRow, ...]:
    is_earlier_period = closes is not None
    label = words.translate("debriefs.other.newest")
    buttons: list[Button | OverflowMenu] = (
        [_build_team_button(archive.team, label)] if is_earlier_period else []
    )
    buttons += _build_earlier_periods(archive, displayed_tables, words)
    for team in archive.other_teams:
        buttons.append(
            _build_team_button(
                team, words.translate("debriefs.other.team", team=team.name[:MAX_NAME_CHARS])
            )
        )
    return split_into_rows(buttons)


def _build_earlier_periods(
    archive: ReportArchive, displayed_tables: Sequence[PublishedTable], words: LanguagePack
) -> list[Button | OverflowMenu]:
    """Build the navigation to earlier periods: a button for one, a menu for several."""
    oldest_close = min((table.closes for table in displayed_tables), default=date.min)
    earlier_by_close = {
        table.closes: table for table in archive.tables if table.closes < oldest_close
    }
    options = tuple(
        Option(f"{archive.team.id}:{table.closes}", _format_period_label(table, words))
        for table in tuple(earlier_by_close.values())[:MAX_EARLIER_PERIODS]
    )
    if len(options) == 1:
        return [Button("debriefs.period", options[0].label, options[0].code)]
    return (
        [OverflowMenu("debriefs.period", words.translate("debriefs.other.periods"), options)]
        if options
        else []
    )


def _format_period_label(published_table: PublishedTable, words: LanguagePack) -> str:
    return words.translate("debriefs.other.period", **_span_facts(published_table, words))


def _build_team_button(team: Team, label: str) -> Button:
    return Button("debriefs.period", label, f"{team.id}:")
