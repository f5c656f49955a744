"""Repository of the operator trail (table ``operator_entry``), without ids of workspaces."""

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
    """Repository of purges and secret rotations, which a purge does not delete.

    A workspace is stored as an HMAC digest whose key is in the key store: the operator, who has the
    key, can look up the entries of a workspace by its id, and confirm that it was deleted. A copy
    of the database alone contains no id, and allows no test of one.
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
        """Insert an entry; if the key store is unavailable, with an empty digest, not an error."""
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
        """Return the newest *limit* entries, newest first, by default of all workspaces.

        With *workspace*, those with its digest; ``()`` without the key. Raises
        :class:`bot.store.keys.key_store.KeyStoreUnavailableError` then.
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
        """Delete the rows older than *moment*; return how many."""
        parameters = {"cutoff": to_unix_seconds(moment)}
        return self._connection.execute(_DELETE_BEFORE, parameters).rowcount


def insert_entry(connection: Connection, entry: OperatorEntry) -> None:
    """Insert *entry* with a random primary key, in the transaction of *connection*."""
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
    """Insert the entry of the end of a purge; the digest is empty without a *secret_key*."""
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
