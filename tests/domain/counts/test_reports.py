from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.content.word_count import count_words
from bot.domain.counts import readings, release_rule, reports
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL, Band
from bot.elements import Caption, Chart, Element, Heading, Level, Text
from tests.domain.counts import sample_tables
from tests.domain.counts.sample_tables import LEADERS
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
MAX_WORDS = 120
"""Words of a report that fit the screen of a phone."""

QUIET = ReportArchive(TEAM, sample_tables.publish_leaders([("form", "")] * 2), None)
BUSY = ReportArchive(TEAM, sample_tables.publish_leaders([("form", "away")] * 2), None)
DAY = date(2026, 10, 5)
NEXT_RELEASE = NextRelease(DAY)
LATE_RELEASES = (NextRelease(DAY, is_key_lost=True), NextRelease(DAY, is_paused=True))


def iter_texts(body: tuple[Element, ...]) -> Iterator[str]:
    """Yield what is read in *body*: texts, and a chart as its title and text equivalent."""
    for element in body:
        match element:
            case Heading() | Text() | Caption():
                yield element.text
            case Chart():
                yield element.title
                yield element.text_equivalent
            case _:
                continue


def join_texts(body: tuple[Element, ...]) -> str:
    """Return everything that is read in *body*."""
    return "\n".join(iter_texts(body))


def count_report_words(archive: ReportArchive, words: LanguagePack) -> int:
    """Return the number of words of the newest report of *archive*."""
    return sum(map(count_words, iter_texts(reports.render_report(archive, None, words).body)))


def list_charts(body: tuple[Element, ...]) -> list[Chart]:
    """Return the charts in *body*."""
    return [element for element in body if isinstance(element, Chart)]


def build_practice_archive(
    question: str, leader: str, band: Band, weeks: int, number: int, total_lag: int = 0
) -> ReportArchive:
    """Return an archive with a team's totals and its practice's breakdown.

    The newest total is *total_lag* periods older than the breakdown.
    """
    breakdown = sample_tables.build_breakdown(question, leader)
    totals = [
        sample_tables.publish(sample_tables.build_total(band), number - total_lag - age, weeks)
        for age in range(2)
    ]
    return ReportArchive(
        TEAM,
        (sample_tables.publish(breakdown, number, weeks, is_pooled=True), *totals),
        NEXT_RELEASE,
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", CATALOGUE.languages)
@pytest.mark.parametrize(("question", "leader"), LEADERS)
def test_a_report_fits_one_screen(question: str, leader: str, tag: str) -> None:
    """Whatever led, whenever, a report has at most 120 words before "How this is made".

    The labels in the picture are not counted, because its text equivalent repeats them.
    """
    words = CATALOGUE.get_pack(tag)
    archives = [
        build_practice_archive(question, leader, band, weeks, number, total_lag)
        for band, weeks, number in product((Band.FEW, Band.TEN), sample_tables.SPANS, range(2, 38))
        for total_lag in (0, 1)
    ]
    assert max(count_report_words(archive, words) for archive in archives) <= MAX_WORDS


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_a_report_before_the_first_table_fits_one_screen(tag: str) -> None:
    """In every month, and whatever is to be said of the first table, it has at most 120 words."""
    words = CATALOGUE.get_pack(tag)
    for release, month in product((None, NEXT_RELEASE, *LATE_RELEASES), range(1, 13)):
        archive = ReportArchive(TEAM, (), release, day=date(2027, month, 1))
        assert count_report_words(archive, words) <= MAX_WORDS


def test_the_order_is_sentence_ten_minutes_picture() -> None:
    """A report begins with a sentence, then has the ten minutes, then the picture."""
    page = join_texts(reports.render_report(BUSY, None, WORDS).body)
    parts = ["one answer clearly led", "For the next hour", "Ten minutes together", "Your team"]

    positions = [page.index(part) for part in (*parts, "most: Moved away")]
    assert positions == sorted(positions)


def test_dates_are_stated_once() -> None:
    """The period is stated once where both tables are of the same, and per part elsewhere."""
    same = join_texts(reports.render_report(BUSY, None, WORDS).body)
    archive = build_practice_archive("form", "away", Band.TEN, 13, 5, total_lag=1)
    different = join_texts(reports.render_report(archive, None, WORDS).body)

    assert same.count("2026") == 1
    newest, older = (
        WORDS.format_span(published.opens, published.last_day)
        for published in archive.newest_tables()
    )
    assert f"{newest}: one answer" in different
    assert f"Your team, {older}" in different


def test_team_and_practice_are_two_parts() -> None:
    """The team's total and the practice's answers each have a heading and a sentence."""
    archive = build_practice_archive("form", "away", Band.TEN, 13, 5)
    texts = list(iter_texts(reports.render_report(archive, None, WORDS).body))

    assert "**Your team**\nSomewhere around 10 to 19 debriefs. No clear change" in texts[4]
    assert texts[5].startswith("**The practice**\nThe answer that led was")


def test_a_quiet_report_has_no_bars() -> None:
    """Where nothing clearly led, there is a sentence and no picture."""
    body = reports.render_report(QUIET, None, WORDS).body

    assert list_charts(body) == []
    assert join_texts(body).count("clearly led") == 1


def test_a_part_without_a_leader_is_named_in_the_first_sentence() -> None:
    """Answers of the practice without a leader are stated once, with the practice and the dates."""
    archive = build_practice_archive("status", "", Band.TEN, 13, 5)
    page = join_texts(reports.render_report(archive, None, WORDS).body)

    assert page.count("no stage of repair clearly led, as is usual.") == 1
    assert page.count("The practice, ") == page.count("The practice") == 1
    assert page.count("Your team") == 1


def test_a_chart_has_levels() -> None:
    """A chart has a level for each answer, in the order of the form."""
    (chart,) = list_charts(reports.render_report(BUSY, None, WORDS).body)

    assert [bar.level for bar in chart.bars] == [Level.MOST, Level.FEW, Level.NONE, Level.NONE]


def test_a_total_alone_is_no_leader() -> None:
    """Before the first answers are published, the first sentence speaks of the number alone."""
    page = reports.render_report(replace(BUSY, tables=BUSY.tables[:1]), None, WORDS)

    assert "how much was written down" in join_texts(page.body)


def test_caveats_are_folded() -> None:
    """The caveats are in the form on the method and not in the report."""
    archive = replace(BUSY, next_release=NEXT_RELEASE)
    form = reports.build_method_form(archive, None, WORDS)
    report = join_texts(reports.render_report(archive, None, WORDS).body)

    for sentence in ("nobody's skill", "At most 2", "The next table comes on Monday, October 5"):
        assert sentence.lower() in join_texts(form.body).lower()
        assert sentence.lower() not in report.lower()


@pytest.mark.parametrize("tables", [(), BUSY.tables], ids=["first table", "next table"])
def test_no_table_is_promised_without_its_key(tables: tuple[PublishedTable, ...]) -> None:
    """Where the key of the open period is missing the reader learns that no table may come."""
    archive = replace(BUSY, tables=tables, next_release=NextRelease(DAY, is_key_lost=True))
    page = reports.build_method_form(archive, None, WORDS)
    text = join_texts((page if tables else reports.render_report(archive, None, WORDS)).body)

    assert "Unless the key is found, there is no table that day" in text
    assert "table comes" not in text
    assert "first table for" in text or tables


def test_the_method_names_who_reads() -> None:
    """A clinician learns that the whole team reads the table; without a period no date is named."""
    everyone = WORDS.translate("debriefs.period.everyone")
    clinician = reports.build_method_form(replace(BUSY, reads_by_role=False), None, WORDS)
    supervisor = reports.build_method_form(BUSY, None, WORDS)

    assert everyone in join_texts(clinician.body)
    assert everyone not in join_texts(supervisor.body)
    assert "The next table comes" not in join_texts(supervisor.body)


def test_a_shared_report_has_the_caveats_and_no_controls() -> None:
    """What is posted has the whole exercise and the main caveats, because it has no buttons."""
    page = join_texts(reports.render_shared_report(BUSY, WORDS))

    assert "nobody's skill" in page
    assert "minutes**" in page


def test_an_earlier_report_is_as_it_was() -> None:
    """The report of an earlier period is the one that was the newest then, but for its steps."""
    tables = sample_tables.publish_leaders([("form", "away"), ("status", "ended"), ("form", "")])
    closes = tables[2].closes
    later, then = (
        reports.render_report(replace(BUSY, tables=some), day, WORDS).body
        for some, day in ((tables, closes), (tables[2:], None))
    )

    assert join_texts(later) == join_texts(then)


@pytest.mark.parametrize("weeks", [4, 13])
def test_discussion_questions_rotate(weeks: int) -> None:
    """Successive reports have different discussion questions."""
    tables = sample_tables.publish_leaders([("form", "")] * 5, weeks)
    archive = replace(BUSY, tables=tables)
    pages = [
        join_texts(reports.render_report(archive, tables[number].closes, WORDS).body)
        for number in range(0, 8, 2)
    ]

    assert len({page.partition("next hour together")[2].splitlines()[1] for page in pages}) == 4


def test_exercises_rotate_before_the_first_table() -> None:
    """Before the first table, each month of a year has another exercise."""
    pages = {
        join_texts(
            reports.render_report(
                ReportArchive(TEAM, (), None, day=date(2026, month, 1)), None, WORDS
            ).body
        )
        for month in range(1, 13)
    }

    assert len(pages) == 12
    assert all("Ten minutes together" in page for page in pages)


def test_the_first_date_is_stated() -> None:
    """Before the first table the report has its date, or says how a small team gets one."""
    archive = ReportArchive(TEAM, (), NEXT_RELEASE, day=DAY - timedelta(days=3))

    assert "Monday, October 5" in join_texts(reports.render_report(archive, None, WORDS).body)
    assert "sister teams" in join_texts(
        reports.render_report(replace(archive, next_release=None), None, WORDS).body
    )


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "No table this time: its key was lost"),
        ("fr-CA", "Pas de tableau cette fois"),
        ("zh", "它的密钥丢失了"),
    ],
)
def test_lost_tables_are_stated_without_figures(tag: str, sentence: str) -> None:
    """A period whose key was lost says so once, without a chart or a cap."""
    words = CATALOGUE.get_pack(tag)
    lost_tables = tuple(
        sample_tables.publish(release_rule.release_lost_table(ledger), 2)
        for ledger in (TOTAL, BREAKDOWN)
    )
    archive = replace(BUSY, tables=(*lost_tables, *BUSY.tables))

    report = reports.render_report(archive, None, words)

    assert archive.newest_tables() == lost_tables
    assert join_texts(report.body).count(sentence) == 1
    assert list_charts(report.body) == []


def test_agreement_and_refusal_are_rendered() -> None:
    """The agreement is a form to submit, and the refusal names a way for a clinician."""
    refusal = reports.render_refusal(WORDS, on_roster=True)

    assert reports.build_agreement_form(WORDS).submit
    assert "open the tables" in join_texts(refusal.body)
    stranger = reports.render_refusal(WORDS, on_roster=False)
    assert "open the tables" not in join_texts(stranger.body)


def test_a_published_table_is_the_only_source() -> None:
    """A report accepts published tables alone: another table has no reading."""
    forged = PublishedTable(DAY, DAY, 4, is_pooled=False, table=12)  # type: ignore[arg-type]  # mypy must reject it

    (reading,) = readings.read_tables((forged,))
    assert (reading.band, reading.leader, reading.levels) == (None, "", ())
