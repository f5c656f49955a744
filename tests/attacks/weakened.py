"""Weakened systems, each without one protection: an attack has to succeed on one of them."""

import os
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from bot.domain.counts import pseudonyms, slots
from bot.domain.counts.slots import LedgerRecord
from bot.store import sealing
from bot.store.period import Period
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.filing_result import FilingResult
from bot.store.repositories.ledger import Ledger
from bot.store.request_keys import RequestKeys
from tests.attacks.test_mutations import remove_encryption, skip_key_removal
from tests.doubles import PEPPERS

DEBRIEF_BYTES, COUNT_BYTES = 17, 2

__all__ = [
    "derive_keys_from_pepper",
    "grow_with_filing",
    "leave_keys_unbound",
    "remove_encryption",
    "repeat_nonces",
    "seal_filing_only",
    "skip_key_removal",
    "store_rows_with_dummies",
]


def seal_filing_only(patch: pytest.MonkeyPatch) -> None:
    """Write the records again only when a debrief is filed or withdrawn."""
    patch.setattr(Ledger, "reseal_periods", lambda _ledger, _periods: None)


def repeat_nonces(patch: pytest.MonkeyPatch) -> None:
    """Use a nonce counter that begins again with the process, so that nonces repeat."""
    urandom = os.urandom

    def count_from_start(size: int) -> bytes:
        return bytes(size) if size == sealing._NONCE_BYTES else urandom(size)

    patch.setattr(os, "urandom", count_from_start)


def derive_keys_from_pepper(patch: pytest.MonkeyPatch) -> None:
    """Derive every key from the pepper and what the database holds, as the old tokens were."""
    derive_subkey = sealing.derive_subkey
    patch.setattr(
        sealing,
        "derive_subkey",
        lambda _key, label, *context: derive_subkey(PEPPERS[0], label, *context),
    )


def grow_with_filing(patch: pytest.MonkeyPatch) -> None:
    """Append some bytes to a record for each debrief in it, as a list of debriefs would."""
    encode_record, decode_record = slots.encode_record, slots.decode_record

    def encode_with_tail(record: LedgerRecord) -> bytes:
        count = sum(slot.count for slot in record.slots)
        tail = bytes(count * DEBRIEF_BYTES) + count.to_bytes(COUNT_BYTES, "big")
        return encode_record(record) + tail

    def decode_without_tail(body: bytes, cap: int, codes: tuple[str, ...]) -> LedgerRecord:
        count = int.from_bytes(body[-COUNT_BYTES:], "big")
        return decode_record(body[: -count * DEBRIEF_BYTES - COUNT_BYTES], cap, codes)

    patch.setattr(slots, "encode_record", encode_with_tail)
    patch.setattr(slots, "decode_record", decode_without_tail)


def store_rows_with_dummies(patch: pytest.MonkeyPatch) -> None:
    """Store a readable row for each debrief, and a dummy row for every other form.

    Both have one size and one table, and every form inserts one row.
    """
    file_debrief, reseal_periods = Ledger.file_debrief, Ledger.reseal_periods

    def file_with_row(
        ledger: Ledger, contributor: Contributor, codes: dict[str, str]
    ) -> FilingResult:
        token = pseudonyms.derive_contributor_token(b"a fixed key", contributor.account)
        _insert_slip(ledger._records._connection, token, codes["form"])
        ledger.has_inserted_row = True  # type: ignore[attr-defined]  # the mutation's own mark
        return file_debrief(ledger, contributor, codes)

    def reseal_with_dummy(ledger: Ledger, periods: Sequence[Period]) -> None:
        if not getattr(ledger, "has_inserted_row", False):
            _insert_slip(ledger._records._connection, os.urandom(slots.TOKEN_BYTES), "away")
        reseal_periods(ledger, periods)

    patch.setattr(Ledger, "file_debrief", file_with_row)
    patch.setattr(Ledger, "reseal_periods", reseal_with_dummy)


def leave_keys_unbound(patch: pytest.MonkeyPatch) -> None:
    """Claim idempotency keys under the pepper, in the place of a key outside the database."""
    patch.setattr(RequestKeys, "load_keys", lambda _keys, _key_store: PEPPERS)


def _insert_slip(connection: Connection, token: bytes, code: str) -> None:
    connection.execute(text("CREATE TABLE IF NOT EXISTS slip (token BLOB, code TEXT)"))
    connection.execute(
        text("INSERT INTO slip VALUES (:token, :code)"), {"token": token, "code": code.ljust(8)}
    )
