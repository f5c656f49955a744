import re

import pytest

from tests.domain.debriefs import review_tables
from tests.domain.debriefs.review_tables import BEGIN_MARK, END_MARK
from tests.sources import ROOT


@pytest.mark.no_cover
def test_the_committed_tables_are_the_generated_ones() -> None:
    """The tables of the review document equal those generated from the present guides."""
    document = review_tables.REVIEW_FILE.read_text(encoding="utf-8")

    assert document == review_tables.replace_tables(document, review_tables.build_tables())


def test_only_the_text_between_the_marks_is_replaced() -> None:
    """The text before and after the marks is unchanged, and an old table is gone."""
    document = f"Before\n{BEGIN_MARK}\nold\n{END_MARK}After\n"

    replaced = review_tables.replace_tables(document, "new")

    assert replaced == f"Before\n{BEGIN_MARK}\nnew\n{END_MARK}After\n"


@pytest.mark.parametrize("document", ["", BEGIN_MARK, END_MARK])
def test_a_document_without_marks_is_refused(document: str) -> None:
    """A document without both marks raises ValueError instead of losing its end."""
    with pytest.raises(ValueError, match="no marks"):
        review_tables.replace_tables(document, "new")


def test_every_check_has_a_state_and_existing_evidence() -> None:
    """Each of the fifteen checks has a state and names tests that exist, two await people."""
    document = review_tables.REVIEW_FILE.read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (\d+) \| (.+?) \| (.+?) \| (.+) \| (.+?) \|$", document)
    states = {int(number): state for number, _, state, _, _ in rows}
    files = re.findall(r"`((?:\w+/)+test_\w+\.py)`", "".join(row[3] for row in rows))

    assert sorted(states) == list(range(1, 16))
    assert {number for number, state in states.items() if "passes" not in state} == {7, 15}
    assert [file for file in files if not (ROOT / "tests" / file).is_file()] == []
