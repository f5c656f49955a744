import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.catalogue import load_catalogue
from bot.domain.counts import readings, table_export, table_method
from bot.domain.counts.published_tables import ReportArchive
from bot.elements import Text
from tests.domain.counts import sample_tables
from tests.domain.teams.test_setup_form import TEAM

CATALOGUE = load_catalogue()
WORDS = CATALOGUE.get_pack("en")
BAND_SENTENCE = "Somewhere around 20 to 39 debriefs."
TABLES = sample_tables.publish_leaders([("form", "away"), ("form", "")])


def list_texts(archive: ReportArchive, tag: str = "en") -> list[str]:
    """Return the texts of the form to copy from."""
    form = table_export.build_export_form(archive, CATALOGUE.get_pack(tag))
    return [element.text for element in form.body if isinstance(element, Text)]


def test_the_form_has_a_line_for_each_table() -> None:
    """The form to copy from has one line for each published table, newest first."""
    lines = list_texts(ReportArchive(TEAM, TABLES, None))[1].splitlines()

    led = "The answer that led was “Moved away: quiet, distant, compliant, off topic”."
    bars = "(most: Moved away · few: Moved against · none: Both, Not sure yet)"
    assert lines == [
        f"{span} | Your team | {statement}"
        for span, statement in (
            ("2026-04-06 to 2026-07-05", f"Number of debriefs | {BAND_SENTENCE}"),
            ("2026-04-06 to 2026-07-05", "Answers | No form of strain clearly led."),
            ("2026-01-05 to 2026-04-05", f"Number of debriefs | {BAND_SENTENCE}"),
            ("2026-01-05 to 2026-04-05", f"Answers | {led} {bars}"),
        )
    ]


@pytest.mark.parametrize("tag", CATALOGUE.languages)
def test_the_form_has_the_method(tag: str) -> None:
    """The form has every sentence on how the tables are made."""
    words = CATALOGUE.get_pack(tag)
    texts = list_texts(ReportArchive(TEAM, TABLES, None), tag)

    method = table_method.list_method_sentences(readings.read_tables(TABLES), words)
    assert set(method) <= set(texts)


def test_the_form_without_tables_says_so() -> None:
    """Before the first table the form says that there is none."""
    assert list_texts(ReportArchive(TEAM, (), None)) == [WORDS.translate("debriefs.export.none")]


def test_each_table_is_a_row() -> None:
    """The file has a heading and one row for each table of each team, with the method."""
    rows = table_export.build_csv_rows([("North", TABLES), ("River", TABLES[:1])], WORDS)

    assert len(rows) == 1 + len(TABLES) + 1
    assert {len(row) for row in rows} == {len(table_export.COLUMNS)}
    assert rows[1][:4] == ("2026-04-06", "2026-07-05", "North", "Number of debriefs")
    assert all("never computed again" in row[-1] for row in rows[1:])


@pytest.mark.no_cover
@given(name=st.text(max_size=20), prefix=st.sampled_from(("", *table_export.FORMULA_STARTS)))
@settings(deadline=None)
def test_no_cell_is_a_formula(name: str, prefix: str) -> None:
    """Whatever a team is called, no cell begins as a formula, in the file as well."""
    rows = table_export.build_csv_rows([(prefix + name, TABLES)], WORDS)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)

    for row in csv.reader(buffer):
        assert not [cell for cell in row if cell.startswith(table_export.FORMULA_STARTS)]


def test_other_cells_are_unchanged() -> None:
    """A cell that is no formula has no apostrophe."""
    assert table_export.quote_formula("North = South") == "North = South"
    assert table_export.quote_formula("=1+1") == "'=1+1"
