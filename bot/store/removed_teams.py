"""End of a removed team, long after its removal: its key is destroyed, then its rows deleted."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, delete, exists, literal, select

from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.key_removal import KeyStoreInUseError, delete_keys
from bot.store.keys.key_id import StoredKey, TeamKeyId
from bot.store.keys.key_store import KeyStore
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.row_security import begin_across_workspaces
from bot.store.schema import releases, roles, rosters, team_records, teams


class TeamExpiry(NamedTuple):
    """The day before which teams were removed, and which of their units may still have a file.

    ``has_file`` tells it of one; of none where files are not written. It is called in a write
    transaction, for which every form waits, so that it reads no folder, which may never answer.
    """

    cutoff: date
    has_file: Callable[[str], bool] = lambda _unit: False


_HAS_TABLE = exists().where(releases.c.unit == literal(team_unit_key("")) + teams.c.id)
_IS_EXPIRED = (teams.c.removed < bindparam("cutoff")) & ~_HAS_TABLE
_SELECT_WORKSPACES = select(teams.c.workspace).where(_IS_EXPIRED).distinct()
_SELECT_TEAM_IDS = select(teams.c.id).where(
    _IS_EXPIRED, teams.c.workspace == bindparam("workspace_key")
)


def list_workspaces(connection: Connection, cutoff: date) -> tuple[str, ...]:
    """Return the workspaces with teams that were removed before *cutoff*, sorted.

    A team stays while a table of its own is stored: its last period closed after its removal.
    """
    return tuple(sorted(connection.scalars(_SELECT_WORKSPACES, {"cutoff": cutoff})))


def delete_expired_teams(
    expiry: TeamExpiry,
    engine: Engine,
    key_store: KeyStore,
    workspace: str,
    claims: KeyClaims,
    now_seconds: int,
) -> int:
    """Delete the teams of *workspace* by their *expiry*, their keys first; return how many.

    A team stays while a table of its own has a file: without the team nothing says whose file it
    is, and neither the workspace's own period nor its purge would delete it.

    Run by :meth:`bot.store.store.Store.run_purge_step`: the writer lock keeps every process from
    creating a key meanwhile. Idempotent: what a crash interrupted is completed by the next call.
    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError` and
    :class:`bot.store.key_removal.KeyStoreInUseError`, with no row deleted.
    """
    with begin_across_workspaces(engine) as connection:
        parameters = {"cutoff": expiry.cutoff, "workspace_key": workspace}
        team_ids = [
            team_id
            for team_id in connection.scalars(_SELECT_TEAM_IDS, parameters)
            if not expiry.has_file(team_unit_key(team_id))
        ]
        if not team_ids:
            return 0
        if claims.acquire(connection, now_seconds) is ClaimStatus.IN_USE:
            raise KeyStoreInUseError
        delete_keys(key_store, [_identify_key(team_id) for team_id in team_ids])
        for table in (roles, rosters, team_records):
            connection.execute(delete(table).where(table.c.team.in_(team_ids)))
        connection.execute(delete(teams).where(teams.c.id.in_(team_ids)))
        return len(team_ids)


def _identify_key(team_id: str) -> StoredKey:
    return StoredKey(TeamKeyId(team_id).file_name, "team")
