from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import release_rule, reports, table_text
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.reports import PublishedTable, ReportArchive
from bot.elements import ActionRow, Bar, Button, Caption, Chart, Message, Share, Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")
GENERATOR = NoiseGenerator(b"made up")
TOTAL = release_rule.release_total([], release_rule.select_terms(release_rule.TOTAL, 9), GENERATOR)
BREAKDOWN = release_rule.release_breakdown(
    [], "status", release_rule.select_terms(release_rule.BREAKDOWN, 9), GENERATOR
)
JULY, OCTOBER = date(2026, 7, 6), date(2026, 10, 5)
QUARTER = timedelta(weeks=13)


def build_table(
    table: release_rule.ReleasedTable, closes: date, *, is_pooled: bool = False
) -> PublishedTable:
    """Return a table of the quarter that closed on *closes*."""
    return PublishedTable(closes - QUARTER, closes, 4, is_pooled, table)


ARCHIVE = ReportArchive(
    TEAM,
    (
        build_table(TOTAL, OCTOBER),
        build_table(BREAKDOWN, JULY, is_pooled=True),
        build_table(TOTAL, JULY),
    ),
    next_release=None,
)


def message_text(reply: Message) -> str:
    """Return the texts of a message."""
    return "\n".join(element.text for element in reply.body if isinstance(element, Text | Caption))


def test_the_newest_report_has_the_newest_of_each_ledger() -> None:
    """Without a date, the newest table of each ledger is selected, whenever it closed."""
    assert ARCHIVE.tables_closing_on(None) == ARCHIVE.tables[:2]
    assert ARCHIVE.tables_closing_on(JULY) == ARCHIVE.tables[1:]


def test_a_pooled_table_has_a_note() -> None:
    """A pooled table has a note that it covers several teams."""
    assert "several teams together" in message_text(reports.render_report(ARCHIVE, None, WORDS))


def test_only_a_breakdown_has_a_chart() -> None:
    """A breakdown has a chart, a total has none."""
    newest_body = reports.render_report(ARCHIVE, None, WORDS).body
    october_body = reports.render_report(ARCHIVE, OCTOBER, WORDS).body

    assert len([element for element in newest_body if isinstance(element, Chart)]) == 1
    assert not [element for element in october_body if isinstance(element, Chart)]


def test_a_table_has_its_cap() -> None:
    """Each table has the cap as a caption."""
    assert "At most 4 debriefs a person" in message_text(
        reports.render_report(ARCHIVE, OCTOBER, WORDS)
    )


def test_tables_remain_readable_without_an_open_period() -> None:
    """Without an open period the published tables remain readable, without a next date."""
    without_period = message_text(reports.render_report(ARCHIVE, None, WORDS))
    with_period = message_text(
        reports.render_report(replace(ARCHIVE, next_release=NextRelease(OCTOBER)), None, WORDS)
    )

    assert "The next table comes" not in without_period
    assert "The next table comes on Monday, October 5" in with_period


@pytest.mark.parametrize("tables", [(), ARCHIVE.tables], ids=["first table", "next table"])
def test_no_table_is_promised_without_its_key(tables: tuple[PublishedTable, ...]) -> None:
    """Where the key of the open period is missing the reader learns that no table may come."""
    lost_release = NextRelease(OCTOBER, is_key_lost=True)
    archive = replace(ARCHIVE, tables=tables, next_release=lost_release)
    text = message_text(reports.render_report(archive, None, WORDS))

    assert "Unless the key is found, there is no table that day" in text
    assert "table comes" not in text
    assert "first table for" in text or tables


@pytest.mark.parametrize("weeks", [4, 6, 13])
def test_discussion_questions_rotate(weeks: int) -> None:
    """Successive periods of any length have different discussion questions."""
    length = timedelta(weeks=weeks)
    closes = [JULY + number * length for number in range(6)]
    archive = ReportArchive(
        TEAM,
        tuple(
            PublishedTable(day - length, day, 4, is_pooled=False, table=TOTAL)
            for day in reversed(closes)
        ),
        next_release=None,
    )
    pages = [message_text(reports.render_report(archive, day, WORDS)) for day in closes]
    questions = [page.partition("next hour together")[2].splitlines()[1] for page in pages]

    assert all(first != second for first, second in pairwise(questions))


@pytest.mark.parametrize(("teams", "rows"), [(0, 0), (4, 1), (5, 1), (6, 2)])
def test_other_teams_have_buttons_in_rows(teams: int, rows: int) -> None:
    """Other teams have a button each, at most five in a row, with labels within the limit."""
    others = tuple(replace(TEAM, id=str(number), name="n" * 80) for number in range(teams))

    page = reports.render_report(ReportArchive(TEAM, (), None, others), None, WORDS)

    controls_by_row = [element.controls for element in page.body if isinstance(element, ActionRow)]
    controls = [control for row in controls_by_row for control in row]
    assert len(controls_by_row) == rows
    assert len(controls) == teams
    assert all(len(control.label) <= 75 for control in controls if isinstance(control, Button))


def test_period_data_is_parsed() -> None:
    """Button data is parsed with or without a date."""
    assert reports.parse_period_data("t1:2026-07-06") == ("t1", JULY)
    assert reports.parse_period_data("t1:") == ("t1", None)


def test_exercises_rotate_before_the_first_table() -> None:
    """Before the first table, the exercises rotate weekly."""
    pages = [
        message_text(reports.render_report(ReportArchive(TEAM, (), None, week=n), None, WORDS))
        for n in range(12)
    ]

    assert len(set(pages)) == 12
    assert all("Ten minutes together" in page for page in pages)


def test_a_report_has_an_exercise() -> None:
    """A report with tables has an exercise."""
    assert "Ten minutes together" in message_text(reports.render_report(ARCHIVE, None, WORDS))


def test_raw_counts_are_rejected() -> None:
    """A raw number is rejected by mypy and at run time: an unneeded ignore would be an error."""
    with pytest.raises(AttributeError):
        table_text.render_sentences(12, WORDS)  # type: ignore[arg-type]  # mypy must reject it
    with pytest.raises(AttributeError):
        table_text.build_chart({"away": 12}, WORDS)  # type: ignore[arg-type]  # as above
    bar = Bar("away", 12)  # type: ignore[arg-type]  # as above: a bar has a Share
    assert not isinstance(bar.share, Share)


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "No table this time: its key was lost"),
        ("fr-CA", "Pas de tableau cette fois"),
        ("zh", "这次没有表格"),
    ],
)
def test_lost_tables_are_stated_without_figures(tag: str, sentence: str) -> None:
    """A period whose key was lost says so for each ledger, without a chart or a cap."""
    words = load_catalogue().get_pack(tag)
    lost_tables = tuple(
        build_table(release_rule.release_lost_table(ledger), OCTOBER)
        for ledger in (release_rule.TOTAL, release_rule.BREAKDOWN)
    )
    archive = replace(ARCHIVE, tables=(*lost_tables, *ARCHIVE.tables[1:]))

    report = reports.render_report(archive, None, words)

    assert archive.tables_closing_on(None) == lost_tables
    assert message_text(report).count(sentence) == 2
    assert not [element for element in report.body if isinstance(element, Chart)]
    cap = words.translate("debriefs.period.cap", count=4)
    assert cap not in message_text(report)
