"""Steps of a key rotation that touch the key store: of the generated pepper, and of a workspace.

All are run by :meth:`bot.store.store.Store.run_purge_step`, each in a transaction of its own that
holds the writer lock. Whatever another process sealed is committed before or waits, and is sealed
with the newest key then: see :mod:`bot.store.keys.key_replacement`.
"""

from sqlalchemy import Connection, Engine

from bot.store.key_claims import ClaimStatus, KeyClaims
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.keys.key_replacement import ReplaceableKeyId, finish_replacement, read_both_keys
from bot.store.keys.key_store import KeyStore
from bot.store.row_security import begin_across_workspaces
from bot.store.workspace_keys import is_purging


def begin_replacement(
    engine: Engine,
    key_store: KeyStore,
    workspace: str,
    claims: KeyClaims,
    now_seconds: int,
    *,
    key_id: ReplaceableKeyId,
) -> bool:
    """Create the key that replaces *key_id*, unless an interrupted rotation has created it.

    ``False``, with nothing created, without a present key and during a purge. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`, and
    :class:`bot.store.key_removal.KeyStoreInUseError` while a copy of the database uses the keys.
    """
    with begin_across_workspaces(engine) as connection:
        _require_claim(claims, connection, now_seconds)
        if is_purging(connection, workspace) or not read_both_keys(key_store, key_id):
            return False
        key_store.get_or_create(key_id.next_id)
        return True


def finish_pepper_replacement(
    engine: Engine,
    key_store: KeyStore,
    _workspace: str,
    claims: KeyClaims,
    now_seconds: int,
    *,
    is_configured: bool,
) -> bool:
    """Destroy the generated pepper that nothing needs any more; the next one takes its place.

    Where a pepper *is_configured* in the settings, no generated one stays. Returns whether there
    was one to destroy. Idempotent. Raises what :func:`begin_replacement` does.
    """
    with begin_across_workspaces(engine) as connection:
        _require_claim(claims, connection, now_seconds)
        if not is_configured:
            return finish_replacement(key_store, PepperKeyId())
        has_generated = bool(read_both_keys(key_store, PepperKeyId()))
        for key_id in (PepperKeyId(), PepperKeyId().next_id):
            key_store.delete(key_id)
        return has_generated


def finish_installation_key_replacement(
    engine: Engine, key_store: KeyStore, workspace: str, claims: KeyClaims, now_seconds: int
) -> bool:
    """Destroy the key of an installation that nothing needs any more, if it is being replaced.

    ``False``, with nothing changed, during a purge, which destroys both keys. Raises what
    :func:`begin_replacement` does.
    """
    with begin_across_workspaces(engine) as connection:
        _require_claim(claims, connection, now_seconds)
        if is_purging(connection, workspace):
            return False
        return finish_replacement(key_store, InstallationKeyId(workspace))


def _require_claim(claims: KeyClaims, connection: Connection, now_seconds: int) -> None:
    if claims.acquire(connection, now_seconds) is ClaimStatus.IN_USE:
        raise KeyStoreInUseError
