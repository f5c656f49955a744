"""A copy is JSON that anybody can read, in documents of a bounded size."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Person
from bot.domain.checkins.intentions import Intention
from bot.domain.person import data_copy
from bot.domain.person.data_copy import DataCopy, SlotContent

MARIE = Person("slack:T1", "U1")
TODAY = date(2026, 6, 29)
INTENTION = Intention("someone", "circle", "2026-W27", date(2026, 7, 7))

CELLS = st.one_of(st.text(max_size=60), st.integers(), st.booleans(), st.none())
ROWS = st.dictionaries(
    st.sampled_from(("person", "delivery", "audit_entry")),
    st.lists(st.dictionaries(st.text(max_size=8), CELLS, max_size=6), min_size=1, max_size=40),
)


@given(ROWS)
def test_documents_have_every_row_once_and_in_order(
    rows: dict[str, list[dict[str, data_copy.Cell]]],
) -> None:
    """Each is valid JSON with the number of its part; together they are the whole copy."""
    documents = [json.loads(text) for text in data_copy.split_copy(DataCopy((MARIE,), TODAY, rows))]

    joined: dict[str, list[object]] = {}
    for document in documents:
        for name, of_table in document["tables"].items():
            joined.setdefault(name, []).extend(of_table)
    assert joined == rows
    assert [document["part"] for document in documents] == [
        f"{number}/{len(documents)}" for number in range(1, len(documents) + 1)
    ]
    assert {document["accounts"][0] for document in documents} == {"slack:T1/U1"}


@pytest.mark.no_cover
@given(ROWS)
def test_a_document_has_a_bounded_size(
    rows: dict[str, list[dict[str, data_copy.Cell]]],
) -> None:
    """Only one with a single row may be longer."""
    for text in data_copy.split_copy(DataCopy((MARIE,), TODAY, rows)):
        tables = json.loads(text)["tables"]
        row_count = sum(map(len, tables.values()))
        assert len(text.encode()) <= data_copy.MAX_DOCUMENT_BYTES or row_count == 1


def test_sealed_counters_are_rows_of_their_own() -> None:
    """An intention is in it with its sign and its last day, and so is a person without one."""
    slots = (SlotContent(MARIE, 2, INTENTION), SlotContent(MARIE, 1))

    copied = json.loads(data_copy.encode_copy(DataCopy((MARIE,), TODAY, slots=slots)))

    assert copied["made_on"] == "2026-06-29"
    first, second = copied["tables"]["team_record"]
    assert first["expires_on"] == "2026-07-07"
    assert (first["intention"], first["sign"], first["week"]) == ("someone", "circle", "2026-W27")
    assert (second["unanswered_count"], second["intention"]) == (1, None)
