"""The operator trail: purges and rotations of secrets, without the id of a workspace."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from bot.domain.counts import pseudonyms
from bot.domain.operator_entry import OperatorAction, OperatorActor, OperatorEntry
from bot.store.keys.key_id import IdempotencyKeyId
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import from_unix_seconds, to_unix_seconds
from bot.store.schema import operator_entries

_DELETE_BEFORE = delete(operator_entries).where(operator_entries.c.at < bindparam("cutoff"))


class OperatorTrail:
    """Repository of the operator's entries, which a purge does not delete.

    A workspace is stored as a digest with a key that is outside the database: the operator, who has
    the key, finds the entries of a workspace whose id they know, and can say that it was deleted.
    From copies of the database alone no id is read or tried.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection*, and the keys of its *records*."""
        self._connection = connection
        self._records = records

    def record(
        self,
        action: OperatorAction,
        actor: OperatorActor,
        at: datetime,
        *,
        row_count: int = 0,
        reason: str = "",
        workspace: str = "",
    ) -> None:
        """Add an entry; without a digest while the key cannot be read, which prevents no purge."""
        digest = b""
        if workspace:
            try:
                secret_key = self._records.load_request_keys()[0]
                digest = pseudonyms.derive_workspace_digest(secret_key, workspace)
            except KeyStoreUnavailableError:
                pass
        entry = OperatorEntry(at, action, actor, row_count, reason, digest)
        insert_entry(self._connection, entry)

    def list_entries(self, *, workspace: str = "", limit: int = 1000) -> tuple[OperatorEntry, ...]:
        """Return the newest *limit* entries, newest first; of one workspace if it is given.

        Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` then.
        """
        query = select(operator_entries).order_by(operator_entries.c.at.desc())
        if workspace:
            secret_key = self._records.key_source.get(IdempotencyKeyId())
            if secret_key is None:
                return ()
            digest = pseudonyms.derive_workspace_digest(secret_key, workspace)
            query = query.where(operator_entries.c.digest == digest)
        return tuple(map(_parse_row, self._connection.execute(query.limit(limit))))

    def delete_before(self, moment: datetime) -> int:
        """Delete the entries of before *moment*; return how many."""
        parameters = {"cutoff": to_unix_seconds(moment)}
        return self._connection.execute(_DELETE_BEFORE, parameters).rowcount


def insert_entry(connection: Connection, entry: OperatorEntry) -> None:
    """Insert *entry* in the transaction of *connection*."""
    row = {
        "id": uuid4().hex,
        "at": to_unix_seconds(entry.at),
        "action": entry.action.value,
        "actor": entry.actor.value,
        "row_count": entry.row_count,
        "reason": entry.reason,
        "digest": entry.workspace_digest,
    }
    connection.execute(insert(operator_entries), row)


def insert_purge_end(
    connection: Connection, secret_key: bytes | None, workspace: str, now_seconds: int
) -> None:
    """Insert the entry of the end of a purge; *secret_key* is that of digests, if it is known."""
    digest = (
        b"" if secret_key is None else pseudonyms.derive_workspace_digest(secret_key, workspace)
    )
    now = datetime.fromtimestamp(now_seconds, UTC)
    insert_entry(
        connection,
        OperatorEntry(
            now, OperatorAction.PURGE_ENDED, OperatorActor.CLOCK, workspace_digest=digest
        ),
    )


def _parse_row(row: Row[Any]) -> OperatorEntry:
    return OperatorEntry(
        from_unix_seconds(row.at),
        OperatorAction(row.action),
        OperatorActor(row.actor),
        row.row_count,
        row.reason,
        bytes(row.digest),
    )
