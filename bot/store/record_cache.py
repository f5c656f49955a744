"""The record cache of one transaction: sealed records are opened once, changed, and sealed once.

Ledger records are here, team records in :mod:`bot.store.team_record_cache`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from bot.domain.counts import slots
from bot.domain.counts.slots import LedgerRecord, RecordShape
from bot.logs import log_error
from bot.store import sealing
from bot.store.keys.key_id import PeriodKeyId
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.period import Period
from bot.store.schema import ledger_records
from bot.store.team_record_cache import (
    ReadOnlyRecordsError,
    TeamRecordCache,
    TeamRecordSnapshot,
)

logger = logging.getLogger("attune.ledger")

_MAX_LOADED_AT_ONCE = 200
"""Records per SELECT statement, which bounds its parameters."""

_UPDATE_BODY = (
    update(ledger_records)
    .where(
        ledger_records.c.ledger == bindparam("key_ledger"),
        ledger_records.c.unit == bindparam("key_unit"),
        ledger_records.c.closes == bindparam("key_closes"),
    )
    .values(body=bindparam("sealed_body"))
)

_RECORD_KEY = tuple_(ledger_records.c.ledger, ledger_records.c.unit, ledger_records.c.closes)


@dataclass(frozen=True)
class OpenRecord:
    """A decrypted record and its period's subkeys, for the time of one transaction."""

    record_key: bytes
    token_key: bytes
    noise_key: bytes
    record: LedgerRecord
    is_dirty: bool = False


RecordSnapshot = tuple[Mapping[Period, OpenRecord | None], TeamRecordSnapshot]
"""The content of a cache at one moment: ledger records and team records."""


class RecordCache:
    """The records that a transaction has opened; a batch of a group commit shares one.

    A record that cannot be opened is ``None``: its key is lost, another key sealed it, or the key
    store is unavailable, which is logged once. The writer takes a snapshot before each job,
    restores it when the job fails, and calls :meth:`write_dirty` before the commit. A read
    transaction has a cache that is never written.
    """

    def __init__(
        self, connection: Connection, key_store: KeyStore, *, is_read_only: bool = False
    ) -> None:
        """Use the transaction of *connection*; nothing is read before it is needed."""
        self._connection = connection
        self._key_store = key_store
        self._is_read_only = is_read_only
        self._records: dict[Period, OpenRecord | None] = {}
        self._keys: dict[PeriodKeyId, bytes | None] = {}
        self._is_key_store_unavailable = False
        self.team_records = TeamRecordCache(connection, key_store, is_read_only=is_read_only)

    def create_record(self, period: Period, slot_count: int) -> None:
        """Insert an empty record of *slot_count* slots, once the period's key is durable.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        key = self._keys[period.key_id] = self._key_store.get_or_create(period.key_id)
        shape = RecordShape(slot_count, period.terms.cap, period.codes)
        open_record = _build_open_record(key, period, LedgerRecord(shape))
        body = _seal_record(period, open_record)
        self._connection.execute(insert(ledger_records), {**period.row_key, "body": body})
        self._records[period] = open_record

    def load_records(self, periods: Iterable[Period]) -> dict[Period, OpenRecord]:
        """Return the records of *periods* by period, without those that cannot be opened."""
        wanted = list(periods)
        missing = [period for period in wanted if period not in self._records]
        for start in range(0, len(missing), _MAX_LOADED_AT_ONCE):
            self._fetch_records(missing[start : start + _MAX_LOADED_AT_ONCE])
        records = ((period, self._records[period]) for period in wanted)
        return {period: record for period, record in records if record is not None}

    def add_body(self, period: Period, body: bytes | None) -> None:
        """Open the *body* of a period's row, unless the cache holds the record already."""
        if period not in self._records:
            self._records[period] = self._open_body(period, body)

    def is_lost(self, period: Period) -> bool:
        """Whether the record of *period* can never be opened, as far as the key store knows."""
        return not self.load_records([period]) and not self._is_key_store_unavailable

    def has_key(self, period: Period) -> bool:
        """Whether the key store holds the key of *period*.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        return self._key_store.get(period.key_id) is not None

    def replace_record(self, period: Period, record: LedgerRecord) -> None:
        """Replace the record of *period*, which is open, and mark it for writing."""
        if self._is_read_only:
            raise ReadOnlyRecordsError
        open_record = self.load_records([period])[period]
        self._records[period] = replace(open_record, record=record, is_dirty=True)

    def mark_dirty(self, periods: Iterable[Period]) -> None:
        """Mark the records of *periods* for writing, changed or not, where they can be opened."""
        for period, open_record in self.load_records(periods).items():
            self.replace_record(period, open_record.record)

    def delete_record(self, period: Period) -> None:
        """Delete the record of *period*."""
        in_period = [ledger_records.c[name] == value for name, value in period.row_key.items()]
        self._connection.execute(delete(ledger_records).where(*in_period))
        self._records.pop(period, None)

    def take_snapshot(self) -> RecordSnapshot:
        """Return the present content, for :meth:`restore_snapshot`."""
        return dict(self._records), self.team_records.take_snapshot()

    def restore_snapshot(self, snapshot: RecordSnapshot) -> None:
        """Undo every change since *snapshot* was taken."""
        records, open_team_records = snapshot
        self._records = dict(records)
        self.team_records.restore_snapshot(open_team_records)

    def write_dirty(self) -> None:
        """Seal and write every marked record, in one statement per table."""
        rows = [
            {
                **{f"key_{name}": value for name, value in period.row_key.items()},
                "sealed_body": _seal_record(period, open_record),
            }
            for period, open_record in self._records.items()
            if open_record and open_record.is_dirty
        ]
        if rows:
            self._connection.execute(_UPDATE_BODY, rows)
        self.team_records.write_dirty()

    def _fetch_records(self, periods: list[Period]) -> None:
        keys = [tuple(period.row_key.values()) for period in periods]
        rows = self._connection.execute(select(ledger_records).where(_RECORD_KEY.in_(keys)))
        bodies: dict[tuple[object, ...], bytes] = {
            (row.ledger, row.unit, row.closes): bytes(row.body) for row in rows
        }
        for period, key in zip(periods, keys, strict=True):
            self._records[period] = self._open_body(period, bodies.get(key))

    def _open_body(self, period: Period, body: bytes | None) -> OpenRecord | None:
        key = self._find_key(period.key_id)
        if key is None or body is None:
            return None
        open_record = _build_open_record(
            key, period, LedgerRecord(RecordShape(0, period.terms.cap, period.codes))
        )
        try:
            plaintext = sealing.open_sealed(open_record.record_key, body, *period.identity)
        except sealing.SealBrokenError:
            return None
        record = slots.decode_record(plaintext, period.terms.cap, period.codes)
        return replace(open_record, record=record)

    def _find_key(self, key_id: PeriodKeyId) -> bytes | None:
        """Return the period's key; ``None`` if it is lost or the key store is unavailable."""
        if key_id not in self._keys and not self._is_key_store_unavailable:
            try:
                self._keys[key_id] = self._key_store.get(key_id)
            except KeyStoreUnavailableError as error:
                self._is_key_store_unavailable = True
                log_error(logger, "ledger.key_store_unavailable", error)
        return self._keys.get(key_id)


def log_missing_keys(period_count: int) -> None:
    """Log for the operator that *period_count* periods have no key that opens them."""
    action = "ledger.key_missing"
    logger.error(action, extra={"action": action, "count": period_count})


def _build_open_record(key: bytes, period: Period, record: LedgerRecord) -> OpenRecord:
    return OpenRecord(
        record_key=sealing.derive_subkey(key, sealing.RECORD_LABEL, *period.identity),
        token_key=sealing.derive_subkey(key, sealing.TOKEN_LABEL, *period.identity),
        noise_key=sealing.derive_subkey(key, sealing.NOISE_LABEL, *period.identity),
        record=record,
    )


def _seal_record(period: Period, open_record: OpenRecord) -> bytes:
    body = slots.encode_record(open_record.record)
    return sealing.seal(open_record.record_key, body, *period.identity)
