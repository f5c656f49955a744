"""Key destruction of a whole workspace, and the end of its purge.

Both are run by :meth:`bot.store.store.Store.run_purge_step`, in a transaction that holds the writer
lock: no process creates a key of the workspace meanwhile.
"""

from sqlalchemy import Connection, Engine, delete, exists, select

from bot.domain.reachability import PURGING
from bot.store import workspace_rows
from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.key_removal import KeyStoreInUseError, delete_keys
from bot.store.keys.key_id import (
    IdempotencyKeyId,
    InstallationKeyId,
    StoredKey,
    TeamKeyId,
    period_key_prefix,
)
from bot.store.keys.key_store import KeyStore
from bot.store.pending_vacuum import mark_vacuum_pending
from bot.store.repositories.installations import unlink_workspaces
from bot.store.repositories.operator_trail import insert_purge_end
from bot.store.row_security import begin_across_workspaces
from bot.store.schema import metadata, people, teams, workspaces

_KEYS_PER_STEP = 20
"""Keys that a transaction deletes at most: tens of milliseconds on a disk, which a form waits."""


def destroy_keys(
    engine: Engine, key_store: KeyStore, workspace: str, claims: KeyClaims, now_seconds: int
) -> int:
    """Destroy some keys of a *workspace* that is being purged; return how many, 0 after the last.

    Idempotent: what a crash interrupted is completed by the next call. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`, and
    :class:`bot.store.key_removal.KeyStoreInUseError` with none destroyed.
    """
    with begin_across_workspaces(engine) as connection:
        if not is_purging(connection, workspace):
            return 0
        _require_claim(claims, connection, now_seconds)
        keys = _list_keys(connection, key_store, workspace)
        return delete_keys(key_store, keys[:_KEYS_PER_STEP])


def finish_purge(
    engine: Engine, key_store: KeyStore, workspace: str, claims: KeyClaims, now_seconds: int
) -> bool:
    """Delete the teams and the row of a *workspace* once nothing else of it is left.

    ``False``, with nothing changed, while another table has rows of it, which other processes may
    have added. Keys that were created meanwhile are destroyed before. ``True`` also where another
    process has finished the purge. Raises what :func:`destroy_keys` does.
    """
    with begin_across_workspaces(engine) as connection:
        if not is_purging(connection, workspace):
            return True
        _require_claim(claims, connection, now_seconds)
        if _has_members(connection, workspace) or any(
            _has_rows(connection, name, workspace) for name in workspace_rows.ROWS_BY_TABLE
        ):
            return False
        delete_keys(key_store, _list_keys(connection, key_store, workspace))
        unlink_workspaces(connection, workspace)
        digest_key = key_store.get(IdempotencyKeyId())
        insert_purge_end(connection, digest_key, workspace, now_seconds)
        for name in workspace_rows.LAST_ROWS_BY_TABLE:
            condition = workspace_rows.build_condition(name, workspace)
            connection.execute(delete(metadata.tables[name]).where(condition))
        mark_vacuum_pending(connection, in_all_tables=True)
        return True


def is_purging(connection: Connection, workspace: str) -> bool:
    """Whether the purge of *workspace* has begun and is not finished.

    Every step asks in its own transaction: after the end the workspace may have been set up anew.
    """
    query = select(exists().where(workspaces.c.id == workspace, workspaces.c.suspended == PURGING))
    return bool(connection.scalar(query))


def _require_claim(claims: KeyClaims, connection: Connection, now_seconds: int) -> None:
    if claims.acquire(connection, now_seconds) is ClaimStatus.IN_USE:
        raise KeyStoreInUseError


def _list_keys(connection: Connection, key_store: KeyStore, workspace: str) -> list[StoredKey]:
    """Return every key of *workspace* and of its teams. A key of a new kind is listed here, too."""
    installation_key = InstallationKeyId(workspace)
    own_names = {installation_key.file_name, installation_key.next_id.file_name}
    team_ids = connection.scalars(select(teams.c.id).where(teams.c.workspace == workspace))
    own_names |= {TeamKeyId(team_id).file_name for team_id in team_ids}
    prefix = period_key_prefix(workspace)
    return [
        key
        for key in key_store.list_ids()
        if key.file_name in own_names or key.file_name.startswith(prefix)
    ]


def _has_members(connection: Connection, workspace: str) -> bool:
    """Whether anybody, of any workspace, has a team of *workspace* as their home team."""
    is_member = people.c.home_team.in_(workspace_rows.select_team_ids(workspace))
    return bool(connection.scalar(select(exists().where(is_member))))


def _has_rows(connection: Connection, table_name: str, workspace: str) -> bool:
    condition = workspace_rows.build_condition(table_name, workspace)
    return bool(connection.scalar(select(exists().where(condition))))
