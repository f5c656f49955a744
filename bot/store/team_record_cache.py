"""The team records of one transaction: opened once, changed, and sealed once."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.domain.checkins import team_slots
from bot.domain.checkins.team_slots import TeamRecord
from bot.logs import log_error
from bot.store import sealing
from bot.store.keys.key_id import TeamKeyId
from bot.store.keys.key_store import KeyStore, KeyStoreUnavailableError
from bot.store.schema import team_records

logger = logging.getLogger("attune.team_record")

_MAX_LOADED_AT_ONCE = 500
"""Records per SELECT statement, which bounds its parameters."""

_UPDATE_BODY = (
    update(team_records)
    .where(team_records.c.team == bindparam("key_team"))
    .values(body=bindparam("sealed_body"))
)


@dataclass(frozen=True)
class OpenTeamRecord:
    """A decrypted team record and its team's subkeys, for the time of one transaction."""

    record_key: bytes
    token_key: bytes
    record: TeamRecord
    is_dirty: bool = False


class ReadOnlyRecordsError(Exception):
    """A record was changed in a transaction that writes nothing."""


TeamRecordSnapshot = Mapping[str, OpenTeamRecord | None]
"""The content of a cache at one moment, by team id."""


class TeamRecordCache:
    """The team records that a transaction has opened; a batch of a group commit shares one.

    A record that no key opens is lost. A transaction that can write replaces it at once by an
    empty one under a new key, which is logged: counters start again and reminders are gone. In a
    read transaction, or while the key store is unavailable, the record is ``None`` and changes
    of it are dropped.
    """

    def __init__(
        self, connection: Connection, key_store: KeyStore, *, is_read_only: bool = False
    ) -> None:
        """Use the transaction of *connection*; nothing is read before it is needed."""
        self._connection = connection
        self._key_store = key_store
        self._is_read_only = is_read_only
        self._records: dict[str, OpenTeamRecord | None] = {}
        self._is_key_store_unavailable = False

    def load_records(self, team_ids: Iterable[str]) -> dict[str, OpenTeamRecord]:
        """Return the records of *team_ids* by team id, without those that cannot be opened."""
        wanted = list(dict.fromkeys(team_ids))
        missing = [team_id for team_id in wanted if team_id not in self._records]
        for start in range(0, len(missing), _MAX_LOADED_AT_ONCE):
            self._fetch_records(missing[start : start + _MAX_LOADED_AT_ONCE])
        records = ((team_id, self._records[team_id]) for team_id in wanted)
        return {team_id: record for team_id, record in records if record is not None}

    def add_body(self, team_id: str, body: bytes | None) -> None:
        """Open the *body* of a team's row, unless the cache holds the record already."""
        if team_id not in self._records:
            self._records[team_id] = self._open_body(team_id, body)

    def ensure_slots(self, team_id: str, listed_people: int) -> None:
        """Create the record of a team, or let it grow to the slots of *listed_people*.

        While the key store is unavailable nothing happens; the nightly duty repeats it.
        """
        open_record = self.load_records([team_id]).get(team_id)
        if open_record is None:
            self._create_record(team_id, listed_people)
            return
        record = team_slots.grow_record(open_record.record, listed_people)
        if record != open_record.record:
            self.replace_record(team_id, record)

    def replace_record(self, team_id: str, record: TeamRecord) -> None:
        """Replace the record of a team, which is open, and mark it for writing."""
        if self._is_read_only:
            raise ReadOnlyRecordsError
        open_record = self.load_records([team_id])[team_id]
        self._records[team_id] = replace(open_record, record=record, is_dirty=True)

    def take_snapshot(self) -> TeamRecordSnapshot:
        """Return the present content, for :meth:`restore_snapshot`."""
        return dict(self._records)

    def restore_snapshot(self, snapshot: TeamRecordSnapshot) -> None:
        """Undo every change since *snapshot* was taken."""
        self._records = dict(snapshot)

    def write_dirty(self) -> None:
        """Seal and write every marked record, in one statement."""
        rows = [
            {"key_team": team_id, "sealed_body": _seal_record(team_id, open_record)}
            for team_id, open_record in self._records.items()
            if open_record and open_record.is_dirty
        ]
        if rows:
            self._connection.execute(_UPDATE_BODY, rows)

    def _fetch_records(self, team_ids: list[str]) -> None:
        query = select(team_records).where(team_records.c.team.in_(team_ids))
        bodies = {row.team: bytes(row.body) for row in self._connection.execute(query)}
        for team_id in team_ids:
            self._records[team_id] = self._open_body(team_id, bodies.get(team_id))

    def _create_record(self, team_id: str, listed_people: int) -> None:
        """Insert an empty record, once the team's key is durable, unless there is a row."""
        key = self._get_or_create_key(team_id)
        if key is None:
            return
        record = TeamRecord(team_slots.count_slots(listed_people))
        open_record = _build_open_record(key, team_id, record)
        body = _seal_record(team_id, open_record)
        self._connection.execute(insert(team_records), {"team": team_id, "body": body})
        self._records[team_id] = open_record

    def _open_body(self, team_id: str, body: bytes | None) -> OpenTeamRecord | None:
        if body is None or self._is_key_store_unavailable:
            return None
        try:
            key = self._key_store.get(TeamKeyId(team_id))
        except KeyStoreUnavailableError as error:
            self._mark_unavailable(error)
            return None
        open_record = None if key is None else _open_sealed_record(key, team_id, body)
        if open_record is None and not self._is_read_only:
            return self._reset_record(team_id, body)
        return open_record

    def _reset_record(self, team_id: str, body: bytes) -> OpenTeamRecord | None:
        """Return an empty record in the place of one that no key opens, with as many slots."""
        key = self._get_or_create_key(team_id)
        if key is None:
            return None
        action = "team_record.key_lost"
        logger.error(action, extra={"action": action})
        slot_count = (len(body) - sealing.SEAL_BYTES) // team_slots.SLOT_BYTES
        open_record = _build_open_record(key, team_id, TeamRecord(slot_count))
        return replace(open_record, is_dirty=True)

    def _get_or_create_key(self, team_id: str) -> bytes | None:
        """Return the team's key; ``None`` while the key store is unavailable."""
        if self._is_key_store_unavailable:
            return None
        try:
            return self._key_store.get_or_create(TeamKeyId(team_id))
        except KeyStoreUnavailableError as error:
            self._mark_unavailable(error)
            return None

    def _mark_unavailable(self, error: Exception) -> None:
        self._is_key_store_unavailable = True
        log_error(logger, "team_record.key_store_unavailable", error)


def seal_new_record(key: bytes, team_id: str, record: TeamRecord) -> bytes:
    """Seal a *record* that no transaction has opened, as a migration inserts it."""
    return _seal_record(team_id, _build_open_record(key, team_id, record))


def derive_token_key(key: bytes, team_id: str) -> bytes:
    """Return the key of the tokens of a team's record."""
    return sealing.derive_subkey(key, sealing.TOKEN_LABEL, *_identify_team(team_id))


def _build_open_record(key: bytes, team_id: str, record: TeamRecord) -> OpenTeamRecord:
    return OpenTeamRecord(
        record_key=sealing.derive_subkey(key, sealing.RECORD_LABEL, *_identify_team(team_id)),
        token_key=derive_token_key(key, team_id),
        record=record,
    )


def _open_sealed_record(key: bytes, team_id: str, body: bytes) -> OpenTeamRecord | None:
    """Return the opened record; ``None`` if another key sealed it."""
    open_record = _build_open_record(key, team_id, TeamRecord(0))
    try:
        plaintext = sealing.open_sealed(open_record.record_key, body, *_identify_team(team_id))
    except sealing.SealBrokenError:
        return None
    return replace(open_record, record=team_slots.decode_record(plaintext))


def _seal_record(team_id: str, open_record: OpenTeamRecord) -> bytes:
    body = team_slots.encode_record(open_record.record)
    return sealing.seal(open_record.record_key, body, *_identify_team(team_id))


def _identify_team(team_id: str) -> tuple[bytes, ...]:
    """Return what no other record shares, for subkeys and as associated data."""
    return b"team", team_id.encode()
