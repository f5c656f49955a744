"""What an attacker reads from the bytes of a database, without its keys or with a pepper.

Everything is read: rows, sizes, pages, free pages, the write-ahead log, readable codes, nonces and
whatever looks like an identifier. What an attacker can decrypt is tried with every value of the
copy and with the pepper as a key.
"""

import hashlib
import hmac
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.domain.codebook import ANSWER_CODES, FORM_CODES, TOTAL_CODE
from bot.domain.counts import slots
from bot.domain.counts.slots import LedgerRecord, RecordShape
from bot.store import sealing
from tests.memory_folder import find_memory_folder

NONCE_BYTES, TAG_BYTES = 12, 16
PAGE_BYTES = 4096
MIN_IDENTIFIER_BYTES = 16

Rows = dict[str, list[tuple[object, ...]]]
Features = Mapping[str, float]
Readable = list[tuple["RecordRow", LedgerRecord]]
"""Records with what was read of them."""


@dataclass(frozen=True)
class RecordRow:
    """A record as its row stores it, with the identity and the codes that its period shows."""

    identity: tuple[bytes, ...]
    codes: tuple[str, ...]
    cap: int
    body: bytes

    @property
    def ledger(self) -> str:
        """The ledger of the record."""
        return self.identity[2].decode()

    @cached_property
    def compressed_bytes(self) -> int:
        """The length of the compressed body."""
        return len(zlib.compress(self.body))


@dataclass(frozen=True)
class NightCopy:
    """The bytes of a database file and of its write-ahead log, as a backup copies them.

    ``own_readable`` is what :func:`read_own_records` has read, by the secrets at hand.
    """

    database: bytes
    log: bytes
    own_readable: dict[tuple[bytes, ...], Readable] = field(default_factory=dict, compare=False)

    @cached_property
    def rows(self) -> Rows:
        """Every row of every table, in the file's own order."""
        with TemporaryDirectory(prefix="attune-copy-", dir=find_memory_folder()) as folder:
            path = Path(folder) / "copy.sqlite"
            path.write_bytes(self.database)
            Path(f"{path}-wal").write_bytes(self.log)
            with closing(sqlite3.connect(path)) as database:
                database.execute("PRAGMA synchronous=OFF")
                names = database.execute("select name from sqlite_master where type = 'table'")
                return {
                    name: database.execute(f"select * from [{name}]").fetchall()  # noqa: S608 - the file names them
                    for (name,) in names.fetchall()
                }

    @cached_property
    def records(self) -> tuple[RecordRow, ...]:
        """The records of the open periods."""
        periods = {row[:3]: row for row in self.rows["period"]}
        return tuple(
            build_record_row(periods[row[:3]], bytes(body))
            for row in self.rows["ledger_record"]
            if row[:3] in periods and isinstance(body := row[3], bytes)
        )

    @cached_property
    def values(self) -> tuple[bytes, ...]:
        """Every value of bytes that is long enough for a key or an identifier."""
        return tuple(
            value
            for table_rows in self.rows.values()
            for row in table_rows
            for value in row
            if isinstance(value, bytes) and len(value) >= MIN_IDENTIFIER_BYTES
        )

    @cached_property
    def identifiers(self) -> dict[bytes, tuple[bytes, ...]]:
        """What is stored beside each value that may identify a person: in slots and in rows."""
        contexts: dict[bytes, list[bytes]] = {}
        for record in self.records:
            size = RecordShape(1, record.cap, record.codes).slot_bytes
            for start in range(0, len(record.body) - size + 1, size):
                slot = record.body[start : start + size]
                if any(slot):
                    contexts.setdefault(slot[: slots.TOKEN_BYTES], []).append(
                        slot[slots.TOKEN_BYTES :]
                    )
        for name, table_rows in self.rows.items():
            for row in table_rows if name not in {"ledger_record", "seal"} else ():
                for value in row:
                    if isinstance(value, bytes) and len(value) >= MIN_IDENTIFIER_BYTES:
                        contexts.setdefault(value, []).append(repr(row).encode())
        return {value: tuple(sorted(beside)) for value, beside in contexts.items()}

    @cached_property
    def word_counts(self) -> dict[str, int]:
        """How often the file contains each code of a form."""
        return {code: self.database.count(code.encode()) for code in FORM_CODES}


def build_record_row(period_row: tuple[object, ...], body: bytes) -> RecordRow:
    """Combine the row of a period and the body of its record."""
    ledger, unit, closes, _, _, _, _, cap, _, question, workspace, *_ = period_row
    codes = ANSWER_CODES[str(question)] if question else (TOTAL_CODE,)
    identity = tuple(str(part).encode() for part in (workspace, unit, ledger, closes))
    return RecordRow(identity, codes, int(str(cap)), body)


def copy_files(folder: Path) -> NightCopy:
    """Copy the database in *folder* as it is, while the bot runs."""
    log = folder / "attune.sqlite-wal"
    return NightCopy(
        (folder / "attune.sqlite").read_bytes(), log.read_bytes() if log.exists() else b""
    )


def read_own_records(copy: NightCopy, secrets: Sequence[bytes] = ()) -> Readable:
    """Return, as several measures ask for it, what can be read of *copy* alone."""
    readable, key = copy.own_readable, tuple(secrets)
    if key not in readable:
        readable[key] = read_records((copy,), copy, key)
    return readable[key]


def read_records(
    copies: Iterable[NightCopy], copy: NightCopy, secrets: Iterable[bytes] = ()
) -> Readable:
    """Return every record of *copy* that can be read: as it is, or with any key at hand.

    Keys are the *secrets*, every value of the *copies*, and what is derived of both.
    """
    values = {value for other in copies for value in other.values if len(value) <= 64}
    own = list(secrets)
    derived = (derive(secret, value) for secret in own for value in values for derive in HASHES)
    keys = [*own, *derived, *(values if own else ())]
    readable = []
    for record in copy.records:
        for plaintext in (record.body, *open_with_keys(record, keys)):
            decoded = decode_plausible(record, plaintext)
            if decoded is not None:
                readable.append((record, decoded))
                break
    return readable


def _hash_keyed(secret: bytes, value: bytes) -> bytes:
    return hmac.new(secret, value, hashlib.sha256).digest()


def _hash_joined(secret: bytes, value: bytes) -> bytes:
    return hashlib.sha256(secret + value).digest()


HASHES = (_hash_keyed, _hash_joined)
"""The usual derivations of a key from a secret and a salt."""


def open_with_keys(record: RecordRow, keys: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the plaintext of *record* for each of *keys* that opens it."""
    for key in keys:
        record_key = sealing.derive_subkey(key, sealing.RECORD_LABEL, *record.identity)
        with suppress(sealing.SealBrokenError):
            yield sealing.open_sealed(record_key, record.body, *record.identity)


def decode_plausible(record: RecordRow, plaintext: bytes) -> LedgerRecord | None:
    """Decode *plaintext*; ``None`` where it cannot be a record."""
    with suppress(ValueError):
        decoded = slots.decode_record(plaintext, record.cap, record.codes)
        codes = {code for slot in decoded.slots for code in slot.codes}
        if slots.encode_record(decoded) == plaintext and codes <= {
            *range(1, len(record.codes) + 1)
        }:
            return decoded
    return None


def read_breakdown(
    copies: Iterable[NightCopy], copy: NightCopy, secrets: Iterable[bytes] = ()
) -> dict[str, int] | None:
    """Return the count of each form, where the record can be read; else ``None``."""
    for record, decoded in read_records(copies, copy, secrets):
        if record.ledger == "breakdown":
            stored = [code for _, code in slots.token_codes(decoded)]
            return {code: stored.count(code) for code in FORM_CODES}
    return None


def list_identifiers(
    copy: NightCopy, secrets: Sequence[bytes] = ()
) -> dict[bytes, tuple[bytes, ...]]:
    """Return the identifiers of *copy*, with the tokens of records that *secrets* open."""
    tokens: dict[bytes, list[bytes]] = {}
    for _, decoded in read_own_records(copy, secrets) if secrets else ():
        for slot in decoded.slots:
            tokens.setdefault(slot.token, []).append(bytes((slot.count, *slot.codes)))
    return copy.identifiers | {token: tuple(beside) for token, beside in tokens.items()}


def measure_change(
    before: NightCopy, after: NightCopy, today: date, secrets: Sequence[bytes] = ()
) -> Features:
    """Return everything that an attacker can count of *today*, from the copies around it."""
    pairs = list(zip(before.records, after.records, strict=True))
    old_ids, new_ids = before.identifiers, after.identifiers
    pages = _list_changed_pages(before.database, after.database)
    features = {
        "file bytes": len(after.database) - len(before.database),
        "free pages": _read_number(after.database, 36) - _read_number(before.database, 36),
        "changed pages": len(pages),
        "sum of changed pages": sum(pages),
        "log bytes": len(after.log),
        "pages in the log": len(set(_list_logged_pages(after.log))),
        "record bytes": sum(len(new.body) - len(old.body) for old, new in pairs),
        "records changed": sum(new.body != old.body for old, new in pairs),
        "bytes changed under one nonce": sum(_count_changes(old, new) for old, new in pairs),
        "step of the nonce": sum(_nonce_step(old, new) for old, new in pairs),
        "compressed bytes": sum(new.compressed_bytes - old.compressed_bytes for old, new in pairs),
        "debriefs read": _count_read(after, secrets) - _count_read(before, secrets),
        "identifiers that stay": len(old_ids.keys() & new_ids.keys()),
        "identifiers that change": sum(
            new_ids[value] != beside for value, beside in old_ids.items() if value in new_ids
        ),
    }
    for code in FORM_CODES:
        features[f"the word {code}"] = after.word_counts[code] - before.word_counts[code]
    for name in after.rows:
        features[f"rows of {name}"] = len(after.rows[name]) - len(before.rows.get(name, ()))
    features["digests of the day"] = count_digests(after, today)
    return features


def count_digests(copy: NightCopy, day: date) -> int:
    """Return the number of forms of *day*: the digests that a copy of that night has."""
    return sum(str(row[1]) == day.isoformat() for row in copy.rows["inbox"])


def _count_read(copy: NightCopy, secrets: Sequence[bytes]) -> int:
    readable = read_own_records(copy, secrets)
    return sum(slot.count for _, record in readable for slot in record.slots)


def _count_changes(old: RecordRow, new: RecordRow) -> int:
    """Count the bytes in which two plaintexts differ that were sealed with one nonce; else -1."""
    if old.body[:NONCE_BYTES] != new.body[:NONCE_BYTES]:
        return -1
    return sum(
        a != b for a, b in zip(old.body[NONCE_BYTES:-16], new.body[NONCE_BYTES:], strict=False)
    )


def _nonce_step(old: RecordRow, new: RecordRow) -> float:
    old_number, new_number = (
        int.from_bytes(record.body[:NONCE_BYTES], "big") for record in (old, new)
    )
    return float(new_number - old_number)


def _read_number(database: bytes, offset: int) -> int:
    return int.from_bytes(database[offset : offset + 4], "big")


def _list_changed_pages(before: bytes, after: bytes) -> list[int]:
    return [
        start // PAGE_BYTES
        for start in range(0, max(len(before), len(after)), PAGE_BYTES)
        if before[start : start + PAGE_BYTES] != after[start : start + PAGE_BYTES]
    ]


def _list_logged_pages(log: bytes) -> list[int]:
    """Return the page number of each frame, in order."""
    return [_read_number(log, start) for start in range(32, len(log), PAGE_BYTES + 24)]
