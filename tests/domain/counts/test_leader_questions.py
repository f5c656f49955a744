"""A question that refers to a leading answer is asked only beside the answer that it refers to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import LanguagePack, load_catalogue
from bot.domain.counts import close_notice, exercises, hour_plan, readings, reports, sharing
from bot.domain.counts.close_notice import NoticeSubject
from bot.domain.counts.exercises import QUESTION_LEADERS
from bot.domain.counts.hour_plan import HourForm
from bot.domain.counts.published_tables import ReportArchive
from bot.elements import Element
from tests.domain.counts import sample_tables
from tests.domain.counts.sample_tables import LEADERS, SPANS
from tests.domain.counts.test_exercises import PERIODS
from tests.domain.counts.test_reports import join_texts
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
DAY = date(2026, 7, 1)
REFERRING = frozenset(code for code, leaders in QUESTION_LEADERS.items() if leaders)
"""The codes of the questions that refer to a leader."""

REFERENCES = {
    "en": ("this kind of way", "this stance"),
    "fr-CA": ("de cette façon", "cette attitude"),
    "zh-Hans": ("像这样", "这样的姿态"),
}
"""The words by which a question refers to the form that led."""

CONTENTS = (sharing.QUESTION, "30", "50")


def list_referring(page: str, words: LanguagePack) -> list[str]:
    """Return the codes of the questions on *page* that refer to a leader."""
    return [code for code in REFERRING if words.translate(f"debriefs.discuss.{code}") in page]


def find_leader_label(archive: ReportArchive, closes: date | None, words: LanguagePack) -> str:
    """Return the label of the answer that the report of *closes* names as leading, or ``""``."""
    tables = archive.at_close(closes).tables
    by_table = dict(zip(tables, readings.read_tables(tables), strict=True))
    newest = archive.newest_tables(closes)
    reading = next((by_table[table] for table in newest if by_table[table].leader), None)
    if reading is None:
        return ""
    return words.questions[reading.question].get_option(reading.leader).label


def iter_reader_pages(
    archive: ReportArchive, closes: date | None, words: LanguagePack
) -> Iterator[tuple[Element, ...]]:
    """Yield every page for a reader of the tables with the question of the report of *closes*."""
    yield reports.render_report(archive, closes, words).body
    yield reports.build_exercise_form(archive, closes, words).body
    for minutes in hour_plan.PART_MINUTES:
        yield hour_plan.render_plan(archive, HourForm(minutes), DAY, words, closes).body


def render_post(
    archive: ReportArchive, content: str, closes: date | None, words: LanguagePack
) -> str:
    """Return the text of a post in the channel about the report of *closes*."""
    post = sharing.build_post(archive, content, DAY, closes)
    return join_texts(sharing.render_post(archive, post, "U1", words).body)


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", CATALOGUE.languages)
@given(data=st.data(), archive=sample_tables.draw_archive())
@settings(max_examples=40, deadline=None)
def test_a_reader_has_the_answer_beside_the_question(
    tag: str, data: st.DataObject, archive: ReportArchive
) -> None:
    """Report, exercise and plan of any period refer to a leader only where they name it."""
    words = CATALOGUE.get_pack(tag)
    closes = data.draw(st.sampled_from([None, *{table.closes for table in archive.tables}]))
    label = find_leader_label(archive, closes, words)

    for body in iter_reader_pages(replace(archive, may_share=True), closes, words):
        page = join_texts(body)
        assert not list_referring(page, words) or (label and label in page)


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", CATALOGUE.languages)
@pytest.mark.parametrize("content", CONTENTS)
@given(data=st.data(), archive=sample_tables.draw_archive())
@settings(max_examples=30, deadline=None)
def test_a_channel_without_tables_learns_of_no_leader(
    content: str, tag: str, data: st.DataObject, archive: ReportArchive
) -> None:
    """What a channel without access to the tables gets refers to no leader, and names none."""
    words = CATALOGUE.get_pack(tag)
    closes = data.draw(st.sampled_from([None, *{table.closes for table in archive.tables}]))
    private = replace(archive, team=replace(TEAM, open_to_team=False))
    page = render_post(private, content, closes, words)

    assert list_referring(page, words) == []
    label = find_leader_label(private, closes, words)
    assert not label or label not in page


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", CATALOGUE.languages)
@pytest.mark.parametrize("content", CONTENTS)
@given(archive=sample_tables.draw_archive())
@settings(max_examples=30, deadline=None)
def test_a_channel_with_tables_has_the_answer_beside_the_question(
    content: str, tag: str, archive: ReportArchive
) -> None:
    """A shared report refers to a leader only where it names it, and a shared plan never."""
    words = CATALOGUE.get_pack(tag)
    open_archive = replace(archive, team=replace(TEAM, open_to_team=True))
    page = render_post(open_archive, content, None, words)
    label = find_leader_label(open_archive, None, words)

    assert not list_referring(page, words) or (content == sharing.QUESTION and label in page)


@pytest.mark.no_cover
@pytest.mark.parametrize("tag", CATALOGUE.languages)
@given(archive=sample_tables.draw_archive())
@settings(max_examples=40, deadline=None)
def test_a_notice_refers_to_what_its_report_names(tag: str, archive: ReportArchive) -> None:
    """The message at a close refers to a leader only where the report that it opens names it."""
    words = CATALOGUE.get_pack(tag)
    subject = NoticeSubject("team", TEAM.name, TEAM, may_share=True)
    notice = close_notice.render_notice(subject, archive, archive.tables[0].closes, words)
    report = join_texts(reports.render_report(archive, None, words).body)
    label = find_leader_label(archive, None, words)

    assert not list_referring(join_texts(notice.body), words) or (label and label in report)


@pytest.mark.no_cover
@pytest.mark.parametrize("weeks", SPANS)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_questions_without_reference_rotate_for_ten_years(weeks: int, data: st.DataObject) -> None:
    """Whatever leads, each question for a channel without tables comes before any comes twice."""
    count = PERIODS[weeks]
    leaders = data.draw(st.lists(st.sampled_from(LEADERS), min_size=count, max_size=count))
    tables = sample_tables.publish_leaders(leaders, weeks)
    pool = QUESTION_LEADERS.keys() - REFERRING
    codes = [
        exercises.select_question(tables, closes, names_leader=False)
        for closes in sorted({published.closes for published in tables})
    ]

    assert all(
        set(codes[start : start + len(pool)]) == pool for start in range(len(codes) - len(pool) + 1)
    )


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_no_other_text_refers_to_what_led(tag: str) -> None:
    """The words that refer to the form that led are in the questions for it and nowhere else."""
    words = CATALOGUE.get_pack(tag)
    questions = {code: words.translate(f"debriefs.discuss.{code}") for code in QUESTION_LEADERS}
    themes = [
        words.translate(f"hour.quarter{quarter}.question{number}")
        for quarter in exercises.THEME_EXERCISES
        for number in (1, 2, 3)
    ]
    referring = {
        code
        for code, question in questions.items()
        if any(reference in question for reference in REFERENCES[tag])
    }

    assert referring == {code for code in REFERRING if "form" in QUESTION_LEADERS[code]}
    assert not [text for text in themes if any(word in text for word in REFERENCES[tag])]
