"""Export published tables with their method: as text to copy, and as rows of a CSV file."""

from collections.abc import Iterable, Sequence

from bot.content.catalogue import LanguagePack
from bot.domain import surface
from bot.domain.counts import readings, table_method, table_text
from bot.domain.counts.published_tables import PublishedTable, ReportArchive
from bot.domain.counts.readings import Reading
from bot.elements import Divider, Element, Form, Heading, Text

COLUMNS = ("first_day", "last_day", "teams", "ledger", "statement", "bars", "method")
"""The columns of the CSV file, which name their heading in the catalogue."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters by which a spreadsheet takes a cell for a formula."""


def build_export_form(archive: ReportArchive, words: LanguagePack) -> Form:
    """Build the read-only form with every published table as text, and how they are made."""
    all_readings = readings.read_tables(archive.tables)
    title = words.translate("debriefs.export.title")
    if not all_readings:
        text = words.translate("debriefs.export.none")
        return surface.build_note_form(words, title, (Text(text),))
    lines = "\n".join(_render_line(reading, words) for reading in all_readings)
    body: tuple[Element, ...] = (
        Text(words.translate("debriefs.export.intro")),
        Divider(),
        Text(lines),
        Divider(),
        Heading(words.translate("debriefs.step.method")),
        *table_method.render_method(all_readings, words),
    )
    return surface.build_note_form(words, title, body)


def build_csv_rows(
    units: Iterable[tuple[str, Sequence[PublishedTable]]], words: LanguagePack
) -> list[tuple[str, ...]]:
    """Return the heading and one row for each published table of *units*.

    A unit is the name of its team or practice and its tables. No cell is read as a formula.
    """
    rows = [tuple(words.translate(f"debriefs.export.{column}") for column in COLUMNS)]
    for name, tables in units:
        rows += [
            tuple(map(quote_formula, _list_cells(name, reading, words)))
            for reading in readings.read_tables(tables)
        ]
    return rows


def quote_formula(cell: str) -> str:
    """Return *cell* with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _list_cells(name: str, reading: Reading, words: LanguagePack) -> tuple[str, ...]:
    return (
        reading.opens.isoformat(),
        reading.last_day.isoformat(),
        name,
        words.translate(f"counts.ledger.{reading.ledger}"),
        table_text.render_sentence(reading, words),
        table_text.render_levels(reading, words),
        words.join_sentences(table_method.list_method_sentences((reading,), words)),
    )


def _render_line(reading: Reading, words: LanguagePack) -> str:
    sentence = table_text.render_sentence(reading, words)
    bars = table_text.render_levels(reading, words)
    statement = words.translate("debriefs.export.with_bars", sentence=sentence, bars=bars)
    part = "practice" if reading.is_pooled else "team"
    return words.translate(
        "debriefs.export.line",
        opens=reading.opens.isoformat(),
        closes=reading.last_day.isoformat(),
        part=words.translate(f"debriefs.report.{part}"),
        ledger=words.translate(f"counts.ledger.{reading.ledger}"),
        statement=statement if bars else sentence,
    )
