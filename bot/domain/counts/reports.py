"""Render a supervisor's report: a sentence, ten minutes together, then the published tables."""

from collections.abc import Sequence
from datetime import date

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.counts import (
    exercises,
    readings,
    release_rule,
    report_steps,
    table_method,
    table_text,
    trend,
)
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.readings import Reading
from bot.elements import Banner, Caption, Element, Form, Heading, Message, Text

Body = tuple[Element, ...]


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
    """Render the report as it was on *closes*, or the newest; before the first, its date.

    No content of an open period is included. The caveats are a button away, so that the rest fits
    on the screen of a phone.
    """
    tables = archive.newest_tables(closes)
    body = (
        Heading(words.translate("debriefs.heading", team=archive.team.name)),
        *_render_unlisted_banner(archive, words),
        *(
            _render_tables(archive, closes, words)
            if tables
            else _render_before_first_table(archive, words)
        ),
        *report_steps.build_steps(archive, closes, words),
        *report_steps.build_navigation(archive, closes, words),
    )
    return Message(words.translate("debriefs.summary"), body)


def render_shared_report(archive: ReportArchive, words: LanguagePack) -> Body:
    """Render the newest report without controls: with the whole exercise and the main caveats.

    *archive* has at least one table.
    """
    tables = archive.newest_tables()
    ten_minutes = exercises.select_ten_minutes(archive.tables, None, archive.day, words)
    return (
        Text(_render_headline(_read_displayed(archive, tables), words)),
        Text(words.translate("hour.share.question", text=ten_minutes.question)),
        *exercises.render_exercise(ten_minutes.exercise, words),
        *_render_parts(archive, tables, words),
        *table_method.render_main_caveats(words),
    )


def build_exercise_form(archive: ReportArchive, closes: date | None, words: LanguagePack) -> Form:
    """Build the read-only form with the question and every step of the report's exercise."""
    ten_minutes = exercises.select_ten_minutes(archive.tables, closes, archive.day, words)
    body = (
        _render_question(ten_minutes.introduce_question(words), words),
        *exercises.render_exercise(ten_minutes.exercise, words),
    )
    return surface.build_note_form(words, words.translate("debriefs.step.exercise"), body)


def build_method_form(archive: ReportArchive, closes: date | None, words: LanguagePack) -> Form:
    """Build the read-only form on how the report's tables are made, and the step to copy them."""
    displayed = _read_displayed(archive, archive.newest_tables(closes))
    body = table_method.render_method(displayed, words)
    if not archive.reads_by_role:
        body += (Text(words.translate("debriefs.period.everyone")),)
    if archive.next_release:
        key = f"debriefs.period.{archive.next_release.status_key or 'next'}"
        day = words.format_day(archive.next_release.day)
        body += (Text(words.translate(key, day=day)),)
    body += report_steps.build_export_step(archive, closes, words)
    return surface.build_note_form(words, words.translate("debriefs.step.method"), body)


def _render_unlisted_banner(archive: ReportArchive, words: LanguagePack) -> Body:
    """Tell supervisors and directors how many people count nowhere after the close."""
    if not (archive.reads_by_role and archive.unlisted_count):
        return ()
    return (Banner(words.translate("debriefs.unlisted", count=archive.unlisted_count)),)


def _render_before_first_table(archive: ReportArchive, words: LanguagePack) -> Body:
    team_name = archive.team.name
    date_sentence = (
        words.translate(
            f"debriefs.first.{archive.next_release.status_key or 'date'}",
            team=team_name,
            day=words.format_day(archive.next_release.day),
        )
        if archive.next_release
        else words.translate("debriefs.first.small", team=team_name)
    )
    ten_minutes = exercises.select_ten_minutes((), None, archive.day, words)
    return (
        Text(date_sentence),
        Text(words.translate("debriefs.first.meanwhile")),
        _render_question(ten_minutes.question, words),
        exercises.render_exercise_summary(ten_minutes.exercise, words),
    )


def _render_tables(archive: ReportArchive, closes: date | None, words: LanguagePack) -> Body:
    tables = archive.newest_tables(closes)
    ten_minutes = exercises.select_ten_minutes(archive.tables, closes, archive.day, words)
    return (
        Text(_render_headline(_read_displayed(archive, tables), words)),
        _render_question(ten_minutes.question, words),
        exercises.render_exercise_summary(ten_minutes.exercise, words),
        *_render_parts(archive, tables, words),
    )


def _render_question(question: str, words: LanguagePack) -> Text:
    return Text(f"**{words.translate('debriefs.discuss.heading')}**\n{question}")


def _read_displayed(archive: ReportArchive, tables: Sequence[PublishedTable]) -> list[Reading]:
    """Return the readings of *tables*, which are of *archive*, in their order."""
    by_table = dict(zip(archive.tables, readings.read_tables(archive.tables), strict=True))
    return [by_table[published] for published in tables]


def _select_headline_reading(displayed: Sequence[Reading]) -> Reading:
    """Return the reading that the first sentence states: the answers, else the total."""
    return min(displayed, key=lambda reading: reading.ledger != release_rule.BREAKDOWN)


def _render_headline(displayed: Sequence[Reading], words: LanguagePack) -> str:
    """Render the first sentence; without a leader it is all that the report says of the answers.

    It names the part of that table where nothing else is said in that part.
    """
    reading = _select_headline_reading(displayed)
    span = _format_span(reading, words)
    if reading.question and not reading.leader:
        is_alone = all(
            item is reading or item.is_pooled is not reading.is_pooled for item in displayed
        )
        title = _render_part_title(reading, words, has_dates=True)
        return words.translate(
            f"debriefs.report.none_{reading.question}", span=title if is_alone else span
        )
    key = "lost" if reading.absence else "led" if reading.leader else "counted"
    return words.translate(f"debriefs.report.{key}", span=span)


def _render_parts(
    archive: ReportArchive, tables: Sequence[PublishedTable], words: LanguagePack
) -> Body:
    """Render the tables of the team, then those of several teams, each under its heading.

    Answers without a leader are left out: the headline has said so.
    """
    displayed = _read_displayed(archive, tables)
    stated_span = _span_of(_select_headline_reading(displayed))
    open_readings = [reading for reading in displayed if not reading.question or reading.leader]
    body: list[Element] = []
    for is_pooled in (False, True):
        part = [reading for reading in open_readings if reading.is_pooled is is_pooled]
        for span in sorted({_span_of(reading) for reading in part}, reverse=True):
            same_span = [reading for reading in part if _span_of(reading) == span]
            title = _render_part_title(same_span[0], words, has_dates=span != stated_span)
            body += _render_part(title, same_span, archive, words)
    return tuple(body)


def _span_of(reading: Reading) -> tuple[date, date]:
    return reading.opens, reading.closes


def _render_part_title(reading: Reading, words: LanguagePack, *, has_dates: bool) -> str:
    name = words.translate(f"debriefs.report.{'practice' if reading.is_pooled else 'team'}")
    if not has_dates:
        return name
    return words.translate("debriefs.report.part", part=name, span=_format_span(reading, words))


def _render_part(
    title: str, part: Sequence[Reading], archive: ReportArchive, words: LanguagePack
) -> Body:
    sentences = dict.fromkeys(table_text.render_sentence(reading, words) for reading in part)
    all_readings = readings.read_tables(archive.tables)
    trends = [trend.find_trend(all_readings, reading) for reading in part]
    changes = [words.translate(f"counts.trend.{item.value}") for item in trends if item]
    text = words.join_sentences([*sentences, *changes])
    charts = [chart for reading in part for chart in table_text.build_charts(reading, words)]
    return Text(f"**{title}**\n{text}"), *charts


def _format_span(reading: Reading, words: LanguagePack) -> str:
    return words.format_span(reading.opens, reading.last_day)
