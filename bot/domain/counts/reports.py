"""What a supervisor reads: an agreement once, then published tables in words and as a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.catalogue import LanguagePack
from bot.domain.counts import exercises, release_rule
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
)
from bot.errors import UnknownAnswerError

DISCUSSION_QUESTION_COUNT = 6
"""How many questions for the next hour together take turns."""

MAX_STEPS_PER_ROW = 5
"""As many steps as stand in one row or one menu."""

MAX_NAME_CHARS = 60
"""Of a team's name, on a button or in a list of at most 75 characters."""

Body = tuple[Element, ...]


@dataclass(frozen=True)
class PublishedTable:
    """One published table of a team; ``shared`` when it tells several teams together.

    ``opens`` and ``closes`` are Mondays: the first is in the period, the second is not.
    ``cap`` is how many debriefs a person counts for.
    """

    opens: date
    closes: date
    cap: int
    is_pooled: bool
    table: ReleasedTable

    @property
    def ledger(self) -> str:
        """Which of the two ledgers it closed."""
        return (
            release_rule.TOTAL
            if isinstance(self.table, release_rule.TotalTable)
            else release_rule.BREAKDOWN
        )


@dataclass(frozen=True)
class ReportArchive:
    """Everything that was published of one team, newest first, and when the next table comes.

    ``others`` are the other teams whose tables the same person may read; ``by_role`` says
    that they read as supervisor or director, rather than as one of the team. ``week`` is
    any running number of the week, by which exercises take turns before the first table.
    """

    team: Team
    tables: tuple[PublishedTable, ...]
    next_close: date | None
    other_teams: tuple[Team, ...] = ()
    reads_by_role: bool = True
    week: int = 0

    def tables_closing_on(self, closes: date | None) -> tuple[PublishedTable, ...]:
        """The tables told on *closes*; with ``None`` the newest of each ledger."""
        if closes is not None:
            return tuple(one for one in self.tables if one.closes == closes)
        newest: dict[str, PublishedTable] = {}
        for one in self.tables:
            newest.setdefault(one.ledger, one)
        return tuple(newest.values())


def render_refusal(words: LanguagePack, *, on_roster: bool) -> Message:
    """Say kindly that these counts are not this person's to open, and who may open them."""
    lines = [words.translate("debriefs.refused.text")]
    if on_roster:
        lines.append(words.translate("debriefs.refused.roster"))
    return Message(words.translate("debriefs.refused.summary"), tuple(Text(line) for line in lines))


def build_agreement_form(words: LanguagePack) -> Form:
    """Ask a supervisor, before the first table, to read it as it is meant."""
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
    """Show what was told on *closes*, or the newest; before the first table, when it comes.

    Never anything of a period that is open.
    """
    tables = archive.tables_closing_on(closes)
    told = (
        _render_tables(archive, tables, words)
        if tables
        else _render_before_first_table(archive, words)
    )
    body = (
        Heading(words.translate("debriefs.heading", team=archive.team.name)),
        *told,
        *_build_navigation(archive, tables, closes, words),
    )
    return Message(words.translate("debriefs.summary"), body)


def parse_period_data(data: str) -> tuple[str, date | None]:
    """Read which team and which period a button carried; UnknownAnswerError when forged."""
    team_id, _, told = data.partition(":")
    try:
        return team_id, date.fromisoformat(told) if told else None
    except ValueError:
        raise UnknownAnswerError from None


def _render_before_first_table(archive: ReportArchive, words: LanguagePack) -> Body:
    team = archive.team.name
    when = (
        words.translate("debriefs.first.date", team=team, day=words.format_day(archive.next_close))
        if archive.next_close
        else words.translate("debriefs.first.small", team=team)
    )
    exercise = exercises.select_exercise((), archive.week, words)
    meanwhile = words.translate("debriefs.first.meanwhile")
    return Text(when), Text(meanwhile), *exercises.render_exercise(exercise, words)


def _render_tables(
    archive: ReportArchive, tables: Sequence[PublishedTable], words: LanguagePack
) -> Body:
    body: list[Element] = [Caption(words.translate("counts.caption.head"))]
    for one in tables:
        body += [Divider(), *_render_table(one, words)]
    body += [
        Divider(),
        *_render_discussion(tables, words),
        Caption(words.translate("counts.caption.foot")),
    ]
    if not archive.reads_by_role:
        body.append(Caption(words.translate("debriefs.period.everyone")))
    if archive.next_close:
        body.append(
            Caption(
                words.translate("debriefs.period.next", day=words.format_day(archive.next_close))
            )
        )
    return tuple(body)


def _render_table(published_table: PublishedTable, words: LanguagePack) -> Body:
    facts = _format_span(published_table, words) | {
        "told": words.format_day_with_year(published_table.closes)
    }
    shared = (
        (Caption(words.translate("debriefs.period.shared")),) if published_table.is_pooled else ()
    )
    return (
        Caption(words.translate("debriefs.period.span", **facts)),
        *(
            Text(sentence)
            for sentence in release_rule.render_sentences(published_table.table, words)
        ),
        *_render_chart(published_table.table, words),
        *shared,
        Caption(words.translate("debriefs.period.cap", count=published_table.cap)),
    )


def _render_chart(table: ReleasedTable, words: LanguagePack) -> Body:
    return (
        (release_rule.build_chart(table, words),)
        if isinstance(table, release_rule.BreakdownTable)
        else ()
    )


def _format_span(published_table: PublishedTable, words: LanguagePack) -> dict[str, str]:
    last = published_table.closes - timedelta(days=1)
    return {
        "opens": words.format_day_with_year(published_table.opens),
        "closes": words.format_day_with_year(last),
    }


def _render_discussion(tables: Sequence[PublishedTable], words: LanguagePack) -> Body:
    """A question for the team's next hour, and ten minutes of practice for what led."""
    week = tables[0].closes.toordinal() // 7
    heading = words.translate("debriefs.discuss.heading")
    question = words.translate(f"debriefs.discuss.q{week % DISCUSSION_QUESTION_COUNT + 1}")
    exercise = exercises.select_exercise([one.table for one in tables], week, words)
    return Text(f"**{heading}**\n{question}"), *exercises.render_exercise(exercise, words)


def _build_navigation(
    archive: ReportArchive,
    displayed_tables: Sequence[PublishedTable],
    closes: date | None,
    words: LanguagePack,
) -> tuple[ActionRow, ...]:
    newest = closes is not None
    label = words.translate("debriefs.other.newest")
    steps: list[Button | OverflowMenu] = [_build_team_button(archive.team, label)] if newest else []
    steps += _build_earlier_periods(archive, displayed_tables, words)
    for team in archive.other_teams:
        steps.append(
            _build_team_button(
                team, words.translate("debriefs.other.team", team=team.name[:MAX_NAME_CHARS])
            )
        )
    rows = range(0, len(steps), MAX_STEPS_PER_ROW)
    return tuple(ActionRow(tuple(steps[row : row + MAX_STEPS_PER_ROW])) for row in rows)


def _build_earlier_periods(
    archive: ReportArchive, displayed_tables: Sequence[PublishedTable], words: LanguagePack
) -> list[Button | OverflowMenu]:
    """The way to earlier periods: a step for one, a menu for several."""
    oldest = min((one.closes for one in displayed_tables), default=date.min)
    before = {one.closes: one for one in archive.tables if one.closes < oldest}
    options = tuple(
        Option(f"{archive.team.id}:{one.closes}", _format_period_label(one, words))
        for one in tuple(before.values())[:MAX_STEPS_PER_ROW]
    )
    if len(options) == 1:
        return [Button("debriefs.period", options[0].label, options[0].code)]
    return (
        [OverflowMenu("debriefs.period", words.translate("debriefs.other.periods"), options)]
        if options
        else []
    )


def _format_period_label(published_table: PublishedTable, words: LanguagePack) -> str:
    return words.translate("debriefs.other.period", **_format_span(published_table, words))


def _build_team_button(team: Team, label: str) -> Button:
    return Button("debriefs.period", label, f"{team.id}:")
