"""A copy of everything stored about a person, in words and as JSON documents of a bounded size."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.conversation import Person
from bot.domain.checkins.intentions import Intention

Cell = str | int | bool | None
"""A value of a row: ids, codes, days and instants in ISO format."""

Rows = Mapping[str, Sequence[Mapping[str, Cell]]]
"""Rows by the name of their table."""

OTHER_ID = "other"
"""The id in place of another person's; no product has such an id."""

MAX_DOCUMENT_BYTES = 2_500
"""Length of one document in UTF-8, at most, but for a single longer row: Slack limits a text to
3,000 characters, and Teams a card to 28 kB."""

_SLOT_TABLE = "team_record"


@dataclass(frozen=True)
class SlotContent:
    """What the sealed record of the home team of an account contains about it."""

    account: Person
    unanswered_count: int
    intention: Intention | None = None


@dataclass(frozen=True)
class DataCopy:
    """Everything stored about a person with ``accounts``, as of the day ``made_on``.

    ``rows`` are those of the tables, ``slots`` what the teams' sealed records contain. What was
    filed in open periods is not in it: a file that showed it could be demanded from its person.
    """

    accounts: tuple[Person, ...]
    made_on: date
    rows: Rows = field(default_factory=dict)
    slots: tuple[SlotContent, ...] = ()

    @property
    def tables(self) -> dict[str, list[Mapping[str, Cell]]]:
        """The rows by table, with what the sealed records contain as rows of theirs."""
        tables = {name: list(rows) for name, rows in self.rows.items()}
        if self.slots:
            tables[_SLOT_TABLE] = [_encode_slot(slot) for slot in self.slots]
        return tables


def encode_copy(data_copy: DataCopy) -> str:
    """Return the whole copy as one JSON document."""
    return json.dumps(
        {**_encode_head(data_copy), "tables": data_copy.tables}, ensure_ascii=False, indent=2
    )


def split_copy(data_copy: DataCopy) -> tuple[str, ...]:
    """Return the copy as JSON documents in the order of its tables; each is valid by itself.

    Every document has the number of its part, and at most :data:`MAX_DOCUMENT_BYTES` unless a
    single row is longer.
    """
    head = _encode_head(data_copy)
    head_bytes = _measure({**head, "part": "999/999", "tables": {}})
    batches = list(_batch_rows(data_copy, head_bytes))
    return tuple(
        _encode_document({**head, "part": f"{number}/{len(batches)}", "tables": tables})
        for number, tables in enumerate(batches, 1)
    )


def _batch_rows(
    data_copy: DataCopy, head_bytes: int
) -> Iterator[dict[str, list[Mapping[str, Cell]]]]:
    """Yield the rows by table, in batches whose document has a bounded size; at least one."""
    batch: dict[str, list[Mapping[str, Cell]]] = {}
    size = head_bytes
    for name, rows in data_copy.tables.items():
        for row in rows:
            row_size = _measure({name: [row]})
            if batch and size + row_size > MAX_DOCUMENT_BYTES:
                yield batch
                batch, size = {}, head_bytes
            batch.setdefault(name, []).append(row)
            size += row_size
    yield batch


def _encode_head(data_copy: DataCopy) -> dict[str, object]:
    return {
        "made_on": data_copy.made_on.isoformat(),
        "accounts": [f"{account.workspace}/{account.id}" for account in data_copy.accounts],
    }


def _encode_document(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False)


def _encode_slot(slot: SlotContent) -> dict[str, Cell]:
    intention = slot.intention
    return {
        "workspace": slot.account.workspace,
        "person": slot.account.id,
        "unanswered_count": slot.unanswered_count,
        "intention": intention.code if intention else None,
        "sign": intention.sign_code if intention else None,
        "week": intention.week if intention else None,
        "expires_on": intention.expires_on.isoformat() if intention else None,
    }


def _measure(document: Mapping[str, object]) -> int:
    """Return the number of bytes of an encoded document."""
    return len(_encode_document(document).encode())
