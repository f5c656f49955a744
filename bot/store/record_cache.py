"""The record cache of one transaction: the sealed records of both kinds, and their encodings."""

import logging

from sqlalchemy import Connection

from bot.domain.checkins import team_slots
from bot.domain.checkins.team_slots import TeamRecord
from bot.domain.counts import slots
from bot.domain.counts.slots import LedgerRecord
from bot.store import sealing
from bot.store.keys.key_id import PeriodKeyId, TeamKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.period import Period
from bot.store.request_keys import RequestKeys
from bot.store.row_security import set_tenant
from bot.store.schema import ledger_records, team_records
from bot.store.sealed_records import KeySource, RecordSnapshot, SealedRecords

_ledger_logger = logging.getLogger("attune.ledger")


class LedgerCodec:
    """Records of debriefs, by period; a lost one is never replaced.

    A key store that is unavailable is logged by the duties that open and close periods: a
    withdrawal opens more records than other forms, and a line in the log would tell its time.
    """

    table = ledger_records
    log_name = "ledger"
    logger = _ledger_logger
    is_outage_logged = False

    def row_key(self, record_id: Period) -> dict[str, object]:
        """Return the primary key of a period's record."""
        return record_id.row_key

    def key_id(self, record_id: Period) -> PeriodKeyId:
        """Return the id of a period's key."""
        return record_id.key_id

    def identify(self, record_id: Period) -> tuple[bytes, ...]:
        """Return what no other period shares."""
        return record_id.identity

    def encode(self, record: LedgerRecord) -> bytes:
        """Encode a record to its fixed length."""
        return slots.encode_record(record)

    def decode(self, record_id: Period, body: bytes) -> LedgerRecord:
        """Decode the *body* of a period's record."""
        return slots.decode_record(body, record_id.terms.cap, record_id.codes)

    def replace_lost(self, body_length: int) -> LedgerRecord | None:
        """Return ``None``: the key of a period may still be found."""
        return None


class TeamCodec:
    """Records of a team's people, by team id; of a lost one counters and reminders start again."""

    table = team_records
    log_name = "team_record"
    logger = logging.getLogger("attune.team_record")
    is_outage_logged = True

    def row_key(self, record_id: str) -> dict[str, object]:
        """Return the primary key of a team's record."""
        return {"team": record_id}

    def key_id(self, record_id: str) -> TeamKeyId:
        """Return the id of a team's key."""
        return TeamKeyId(record_id)

    def identify(self, record_id: str) -> tuple[bytes, ...]:
        """Return what no other record shares."""
        return b"team", record_id.encode()

    def encode(self, record: TeamRecord) -> bytes:
        """Encode a record to its fixed length."""
        return team_slots.encode_record(record)

    def decode(self, record_id: str, body: bytes) -> TeamRecord:
        """Decode the *body* of a team's record."""
        return team_slots.decode_record(body)

    def replace_lost(self, body_length: int) -> TeamRecord:
        """Return an empty record with as many slots."""
        return TeamRecord(body_length // team_slots.SLOT_BYTES)


class RecordCache:
    """The records that a transaction has opened; a batch of a group commit shares one.

    The writer takes a snapshot before each job, restores it when the job fails, and calls
    :meth:`write_dirty` before the commit. A read transaction has a cache that is never written.
    """

    def __init__(
        self,
        connection: Connection,
        key_store: KeySource,
        request_keys: RequestKeys | None = None,
        *,
        is_read_only: bool = False,
    ) -> None:
        """Use the transaction of *connection*; nothing is read before it is needed.

        *request_keys* are those of the process, which outlive the transaction.
        """
        self._connection = connection
        self._key_store = key_store
        self._request_keys = request_keys or RequestKeys()
        self._loaded_request_keys: tuple[bytes, ...] = ()
        self._workspaces: set[str | None] = set()
        self._request_key_error: KeyStoreUnavailableError | None = None
        self.ledger_records = SealedRecords(
            LedgerCodec(), connection, key_store, is_read_only=is_read_only
        )
        self.team_records = SealedRecords(
            TeamCodec(), connection, key_store, is_read_only=is_read_only
        )

    @property
    def key_source(self) -> KeySource:
        """The keys as this transaction reads and creates them."""
        return self._key_store

    @property
    def is_key_store_unavailable(self) -> bool:
        """Whether a key could not be read in this transaction: it may exist all the same."""
        return (
            self._request_key_error is not None
            or self.ledger_records.is_key_store_unavailable
            or self.team_records.is_key_store_unavailable
        )

    def load_request_keys(self) -> tuple[bytes, ...]:
        """Return the keys of digests of requests, newest first, read once per transaction.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
        """
        if self._request_key_error is not None:
            raise self._request_key_error
        if not self._loaded_request_keys:
            try:
                self._loaded_request_keys = self._request_keys.load_keys(self._key_store)
            except KeyStoreUnavailableError as error:
                self._request_key_error = error
                raise
        return self._loaded_request_keys

    def begin_job(self, workspace: str | None) -> None:
        """Show the next job the records of *workspace* alone, of all workspaces for ``None``."""
        self._workspaces.add(workspace)
        self.ledger_records.visibility.workspace = workspace
        self.team_records.visibility.workspace = workspace

    def take_snapshot(self) -> tuple[RecordSnapshot, RecordSnapshot]:
        """Return the present content, for :meth:`restore_snapshot`."""
        return self.ledger_records.take_snapshot(), self.team_records.take_snapshot()

    def restore_snapshot(self, snapshot: tuple[RecordSnapshot, RecordSnapshot]) -> None:
        """Undo every change since *snapshot* was taken."""
        ledger_snapshot, team_snapshot = snapshot
        self.ledger_records.restore_snapshot(ledger_snapshot)
        self.team_records.restore_snapshot(team_snapshot)

    def write_dirty(self) -> None:
        """Seal and write every marked record, whoever's it is, in one statement per table.

        Where all jobs served one workspace, it is still the tenant, and a round trip is saved.
        """
        is_dirty = self.ledger_records.is_dirty or self.team_records.is_dirty
        if is_dirty and len(self._workspaces) != 1:
            set_tenant(self._connection, None)
        self.ledger_records.write_dirty()
        self.team_records.write_dirty()


def log_missing_keys(period_count: int) -> None:
    """Log for the operator that *period_count* periods have no key that opens them."""
    action = "ledger.key_missing"
    _ledger_logger.error(action, extra={"action": action, "count": period_count})


def seal_new_record(key: bytes, team_id: str, record: TeamRecord) -> bytes:
    """Seal a team's *record* that no transaction has opened, as a migration inserts it."""
    identity = TeamCodec().identify(team_id)
    record_key = sealing.derive_subkey(key, sealing.RECORD_LABEL, *identity)
    return sealing.seal(record_key, team_slots.encode_record(record), *identity)


def derive_token_key(key: bytes, team_id: str) -> bytes:
    """Return the key of the tokens of a team's record."""
    return sealing.derive_subkey(key, sealing.TOKEN_LABEL, *TeamCodec().identify(team_id))
