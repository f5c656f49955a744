from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.counts import release_rule, reports
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.reports import PublishedTable, ReportArchive
from bot.elements import ActionRow, Bar, Button, Caption, Chart, Message, Share, Text
from tests.domain.teams.test_setup_form import TEAM

WORDS = load_catalogue().get_pack("en")
DICE = NoiseGenerator(b"made up")
TOTAL = release_rule.release_total([], release_rule.select_terms(release_rule.TOTAL, 9), DICE)
BREAKDOWN = release_rule.release_breakdown(
    [], "status", release_rule.select_terms(release_rule.BREAKDOWN, 9), DICE
)
JULY, OCTOBER = date(2026, 7, 6), date(2026, 10, 5)
QUARTER = timedelta(weeks=13)


def published(
    table: release_rule.ReleasedTable, closes: date, *, shared: bool = False
) -> PublishedTable:
    """A table of the quarter that closed on *closes*."""
    return PublishedTable(closes - QUARTER, closes, 4, shared, table)


SHELF = ReportArchive(
    TEAM,
    (
        published(TOTAL, OCTOBER),
        published(BREAKDOWN, JULY, shared=True),
        published(TOTAL, JULY),
    ),
    next_close=None,
)


def written(reply: Message) -> str:
    """Every sentence of a page."""
    return "\n".join(one.text for one in reply.body if isinstance(one, Text | Caption))


def test_the_newest_page_holds_the_newest_of_each_ledger() -> None:
    """A team's total and its practice's breakdown may close on different days."""
    assert SHELF.tables_closing_on(None) == SHELF.tables[:2]
    assert SHELF.tables_closing_on(JULY) == SHELF.tables[1:]


def test_a_table_of_several_teams_says_so() -> None:
    """Whoever reads it knows that no single team stands out in it."""
    assert "several teams together" in written(reports.render_report(SHELF, None, WORDS))


def test_only_a_breakdown_is_drawn() -> None:
    """A band is a sentence; how answers divide is a chart too."""
    drawn = reports.render_report(SHELF, None, WORDS).body
    told = reports.render_report(SHELF, OCTOBER, WORDS).body

    assert len([one for one in drawn if isinstance(one, Chart)]) == 1
    assert not [one for one in told if isinstance(one, Chart)]


def test_a_page_says_at_most_how_much_a_person_counts_for() -> None:
    """The cap and the noise are told under each table."""
    assert "At most 4 debriefs a person" in written(reports.render_report(SHELF, OCTOBER, WORDS))


def test_a_team_that_shrank_keeps_its_tables() -> None:
    """With no period open, what was told stays readable and no day is promised."""
    shrunk = written(reports.render_report(SHELF, None, WORDS))
    counting = written(reports.render_report(replace(SHELF, next_close=OCTOBER), None, WORDS))

    assert "The next table comes" not in shrunk
    assert "The next table comes on Monday, October 5" in counting


def test_questions_for_the_hour_take_turns() -> None:
    """One period's question is not the next one's."""
    pages = [written(reports.render_report(SHELF, day, WORDS)) for day in (JULY, OCTOBER)]
    asked = [page.partition("next hour together")[2].splitlines()[1] for page in pages]

    assert asked[0] != asked[1]


@pytest.mark.parametrize(("teams", "rows"), [(0, 0), (4, 1), (5, 1), (6, 2)])
def test_other_teams_stand_five_in_a_row(teams: int, rows: int) -> None:
    """Each is one step away, and no row is too long for a product."""
    others = tuple(replace(TEAM, id=str(number), name="n" * 80) for number in range(teams))

    page = reports.render_report(ReportArchive(TEAM, (), None, others), None, WORDS)

    found = [one.controls for one in page.body if isinstance(one, ActionRow)]
    steps = [step for row in found for step in row]
    assert len(found) == rows
    assert len(steps) == teams
    assert all(len(step.label) <= 75 for step in steps if isinstance(step, Button))


def test_a_button_carries_its_team_and_day() -> None:
    """What it carries is read back, with or without a day."""
    assert reports.parse_period_data("t1:2026-07-06") == ("t1", JULY)
    assert reports.parse_period_data("t1:") == ("t1", None)


def test_a_team_without_figures_practises_all_the_same() -> None:
    """Before the first table each week brings another ten minutes, with no figure in them."""
    pages = [
        written(reports.render_report(ReportArchive(TEAM, (), None, week=n), None, WORDS))
        for n in range(12)
    ]

    assert len(set(pages)) == 12
    assert all("Ten minutes together" in page for page in pages)


def test_figures_lead_to_an_exercise() -> None:
    """Whoever reads a table also reads what to practise."""
    assert "Ten minutes together" in written(reports.render_report(SHELF, None, WORDS))


def test_a_raw_count_can_be_neither_said_nor_drawn() -> None:
    """Mypy refuses a number where a table belongs: were it not needed, an ignore would fail it."""
    with pytest.raises(AttributeError):
        release_rule.render_sentences(12, WORDS)  # type: ignore[arg-type]  # this line is the claim
    with pytest.raises(AttributeError):
        release_rule.build_chart({"away": 12}, WORDS)  # type: ignore[arg-type]  # and this
    bar = Bar("away", 12)  # type: ignore[arg-type]  # and this: a bar takes a share
    assert not isinstance(bar.share, Share)
