"""Sealed records of one transaction and kind: opened once, changed, and sealed once."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from logging import Logger
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, insert

from bot.logs import log_error
from bot.store import record_statements, sealing
from bot.store.key_condition import bind_row_keys
from bot.store.keys.key_id import KeyId, PeriodKeyId, TeamKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.record_visibility import RecordVisibility

_MAX_LOADED_AT_ONCE = 200
"""Records per SELECT statement, which bounds its parameters."""

RecordId = TypeVar("RecordId", bound=Hashable)
Record = TypeVar("Record")
_CodecId_contra = TypeVar("_CodecId_contra", contravariant=True)


class ReadOnlyRecordsError(Exception):
    """A record was changed in a transaction that writes nothing."""


@dataclass(frozen=True)
class OpenRecord(Generic[Record]):
    """A decrypted record and its key, for the time of one transaction."""

    key: bytes
    identity: tuple[bytes, ...]
    record: Record
    is_dirty: bool = False

    @cached_property
    def token_key(self) -> bytes:
        """The key of the tokens in this record."""
        return sealing.derive_subkey(self.key, sealing.TOKEN_LABEL, *self.identity)

    @cached_property
    def noise_key(self) -> bytes:
        """The key of the noise of the table that is made from this record."""
        return sealing.derive_subkey(self.key, sealing.NOISE_LABEL, *self.identity)


class RecordCodec(Protocol[_CodecId_contra, Record]):
    """What distinguishes one kind of record from another: its table, key and encoding."""

    table: Table
    """The table of the bodies; its other columns are the primary key."""

    log_name: str
    """Prefix of the actions that are logged."""

    logger: Logger

    is_outage_logged: bool
    """Whether it is logged at once that the key store is unavailable."""

    def row_key(self, record_id: _CodecId_contra) -> dict[str, object]:
        """Return the primary key of a record's row, in the order of the table's columns."""

    def key_id(self, record_id: _CodecId_contra) -> PeriodKeyId | TeamKeyId:
        """Return the id of the key that seals a record."""

    def identify(self, record_id: _CodecId_contra) -> tuple[bytes, ...]:
        """Return what no other record shares, for subkeys and as associated data."""

    def encode(self, record: Record) -> bytes:
        """Encode a record to its fixed length."""

    def decode(self, record_id: _CodecId_contra, body: bytes) -> Record:
        """Decode a record's *body*."""

    def replace_lost(self, body_length: int) -> Record | None:
        """Return an empty record of *body_length* for one that no key opens; ``None`` for none."""


class KeySource(Protocol):
    """Reads and creates keys; raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`."""

    def get(self, key_id: KeyId) -> bytes | None:
        """Return a key; ``None`` if it is missing."""

    def get_or_create(self, key_id: KeyId) -> bytes:
        """Return a key, created if missing."""


RecordSnapshot = Mapping[Any, OpenRecord[Any] | None]
"""The content of a cache at one moment, by record id."""


class SealedRecords(Generic[RecordId, Record]):
    """The records of one kind that a transaction has opened.

    A record that cannot be opened is ``None``: its key is lost, another key sealed it, or the key
    store is unavailable. Where the codec replaces a lost record, a
    transaction that can write does so at once, under a new key, which is logged.
    """

    def __init__(
        self,
        codec: RecordCodec[RecordId, Record],
        connection: Connection,
        key_store: KeySource,
        *,
        is_read_only: bool = False,
    ) -> None:
        """Use the transaction of *connection*; nothing is read before it is needed."""
        self._codec = codec
        self._connection = connection
        self._key_store = key_store
        self._is_read_only = is_read_only
        self._records: dict[RecordId, OpenRecord[Record] | None] = {}
        self._unopened_bodies: dict[RecordId, bytes | None] = {}
        self._keys: dict[PeriodKeyId | TeamKeyId, bytes | None] = {}
        self._durable_keys: dict[PeriodKeyId | TeamKeyId, bytes] = {}
        self.visibility: RecordVisibility[RecordId] = RecordVisibility(connection, codec)
        self.is_key_store_unavailable = False

    def insert_record(self, record_id: RecordId, build_record: Callable[[bytes], Record]) -> None:
        """Insert a new record, once its key is durable; it is sealed once.

        *build_record* receives the key of the tokens in it. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        key_id, identity = self._codec.key_id(record_id), self._codec.identify(record_id)
        key = self._ensure_durable_key(key_id)
        token_key = sealing.derive_subkey(key, sealing.TOKEN_LABEL, *identity)
        open_record = OpenRecord(key, identity, build_record(token_key))
        row = {**self._codec.row_key(record_id), "body": self._seal(open_record)}
        self._connection.execute(insert(self._codec.table), row)
        self._unopened_bodies.pop(record_id, None)
        self._records[record_id] = open_record
        self.visibility.mark_visible(record_id)

    @property
    def is_dirty(self) -> bool:
        """Whether any record is marked for writing."""
        return any(record and record.is_dirty for record in self._records.values())

    def load_records(self, record_ids: Iterable[RecordId]) -> dict[RecordId, OpenRecord[Record]]:
        """Return the records by id, without those that cannot be opened."""
        wanted = self.visibility.exclude_hidden(record_ids, self._records, self._unopened_bodies)
        for record_id in wanted:
            if record_id in self._unopened_bodies:
                body = self._unopened_bodies.pop(record_id)
                self._records[record_id] = self._open_body(record_id, body)
        missing = [record_id for record_id in wanted if record_id not in self._records]
        for start in range(0, len(missing), _MAX_LOADED_AT_ONCE):
            self._fetch_records(missing[start : start + _MAX_LOADED_AT_ONCE])
        records = ((record_id, self._records.get(record_id)) for record_id in wanted)
        return {record_id: record for record_id, record in records if record is not None}

    def add_body(self, record_id: RecordId, body: bytes | None) -> None:
        """Hold the *body* of a row until its record is loaded, unless it is open already.

        ``None`` for a record without a row.
        """
        if record_id not in self._records:
            self._unopened_bodies[record_id] = body
        self.visibility.mark_visible(record_id)

    def is_lost(self, record_id: RecordId) -> bool:
        """Whether a record can never be opened, as far as the key store knows."""
        return not self.load_records([record_id]) and not self.is_key_store_unavailable

    def has_key(self, record_id: RecordId) -> bool:
        """Whether the key store holds the key of a record.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        key_id = self._codec.key_id(record_id)
        return key_id in self._durable_keys or self._key_store.get(key_id) is not None

    def replace_record(self, record_id: RecordId, record: Record) -> None:
        """Replace a record, which is open, and mark it for writing.

        Raises :class:`ReadOnlyRecordsError` in a read transaction.
        """
        if self._is_read_only:
            raise ReadOnlyRecordsError
        open_record = self.load_records([record_id])[record_id]
        self._records[record_id] = replace(open_record, record=record, is_dirty=True)

    def mark_dirty(self, record_ids: Iterable[RecordId]) -> None:
        """Mark records for writing, changed or not, where they can be opened."""
        for record_id, open_record in self.load_records(record_ids).items():
            self.replace_record(record_id, open_record.record)

    def delete_record(self, record_id: RecordId) -> None:
        """Delete a record."""
        table = self._codec.table
        row_key = self._codec.row_key(record_id)
        in_row = [table.c[name] == value for name, value in row_key.items()]
        self._connection.execute(delete(table).where(*in_row))
        self._records.pop(record_id, None)
        self._unopened_bodies.pop(record_id, None)

    def take_snapshot(self) -> RecordSnapshot:
        """Return the present content, for :meth:`restore_snapshot`."""
        return dict(self._records)

    def restore_snapshot(self, snapshot: RecordSnapshot) -> None:
        """Undo every change since *snapshot* was taken."""
        self._records = dict(snapshot)
        self._unopened_bodies.clear()
        self._durable_keys.clear()  # the row of a key's claim may be undone as well

    def write_dirty(self) -> None:
        """Seal and write every marked record, in one statement."""
        rows = [
            {
                **{f"key_{name}": value for name, value in self._codec.row_key(record_id).items()},
                "sealed_body": self._seal(open_record),
            }
            for record_id, open_record in self._records.items()
            if open_record and open_record.is_dirty
        ]
        if rows:
            self._connection.execute(record_statements.build_update(self._codec.table), rows)

    def mark_unavailable(self, error: Exception) -> None:
        """Open no record any more; log the outage of the key store if the codec says so."""
        self.is_key_store_unavailable = True
        if self._codec.is_outage_logged:
            log_error(self._codec.logger, f"{self._codec.log_name}.key_store_unavailable", error)

    def _fetch_records(self, record_ids: list[RecordId]) -> None:
        query = record_statements.build_select(self._codec.table)
        keys = [tuple(self._codec.row_key(record_id).values()) for record_id in record_ids]
        rows = self._connection.execute(query, bind_row_keys(keys))
        bodies: dict[tuple[object, ...], bytes] = {tuple(row[:-1]): bytes(row[-1]) for row in rows}
        for record_id, key in zip(record_ids, keys, strict=True):
            if key in bodies:  # another job of the transaction may see a row that this one does not
                self._records[record_id] = self._open_body(record_id, bodies[key])
                self.visibility.mark_visible(record_id)

    def _open_body(self, record_id: RecordId, body: bytes | None) -> OpenRecord[Record] | None:
        if body is None:
            return None
        key = self._find_key(self._codec.key_id(record_id))
        open_record = None if key is None else self._unseal(record_id, key, body)
        if open_record is None and not self._is_read_only and not self.is_key_store_unavailable:
            return self._replace_lost(record_id, body)
        return open_record

    def _unseal(self, record_id: RecordId, key: bytes, body: bytes) -> OpenRecord[Record] | None:
        """Return the opened record; ``None`` if another key sealed it."""
        identity = self._codec.identify(record_id)
        record_key = sealing.derive_subkey(key, sealing.RECORD_LABEL, *identity)
        try:
            plaintext = sealing.open_sealed(record_key, body, *identity)
        except sealing.SealBrokenError:
            return None
        return OpenRecord(key, identity, self._codec.decode(record_id, plaintext))

    def _replace_lost(self, record_id: RecordId, body: bytes) -> OpenRecord[Record] | None:
        record = self._codec.replace_lost(len(body) - sealing.SEAL_BYTES)
        if record is None:
            return None
        key_id = self._codec.key_id(record_id)
        try:
            key = self._ensure_durable_key(key_id)
        except KeyStoreUnavailableError as error:
            self.mark_unavailable(error)
            return None
        action = f"{self._codec.log_name}.key_lost"
        self._codec.logger.error(action, extra={"action": action})
        return OpenRecord(key, self._codec.identify(record_id), record, is_dirty=True)

    def _find_key(self, key_id: PeriodKeyId | TeamKeyId) -> bytes | None:
        """Return a key; ``None`` if it is lost or the key store is unavailable."""
        if key_id not in self._keys and not self.is_key_store_unavailable:
            try:
                self._keys[key_id] = self._key_store.get(key_id)
            except KeyStoreUnavailableError as error:
                self.mark_unavailable(error)
        return self._keys.get(key_id)

    def _ensure_durable_key(self, key_id: PeriodKeyId | TeamKeyId) -> bytes:
        """Return a key that is on the disk, created if missing, once per transaction."""
        if key_id not in self._durable_keys:
            self._durable_keys[key_id] = self._key_store.get_or_create(key_id)
        key = self._keys[key_id] = self._durable_keys[key_id]
        return key

    def _seal(self, open_record: OpenRecord[Record]) -> bytes:
        identity = open_record.identity
        record_key = sealing.derive_subkey(open_record.key, sealing.RECORD_LABEL, *identity)
        return sealing.seal(record_key, self._codec.encode(open_record.record), *identity)
