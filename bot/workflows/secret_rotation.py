"""Secret rotation: encrypt with the newest pepper every row that an earlier one encrypted.

Each transaction seals a few rows, and both peppers decrypt them meanwhile, so that a crash between
two transactions loses nothing and the next run continues. At the end every row is decrypted with
the newest pepper alone: only if that succeeds may the earlier one be removed.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.operator_entry import OperatorAction, OperatorActor
from bot.domain.teams.audit_entry import OPERATOR_ID, AuditAction, AuditEntry
from bot.store import key_rotation
from bot.store.encryption import SealState
from bot.store.keys.key_id import InstallationKeyId, PepperKeyId
from bot.store.keys.key_replacement import read_both_keys
from bot.store.paced_writes import PacedWriter
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS

_ROWS_PER_TRANSACTION = 20
"""Rows sealed per transaction, for which a form waits some milliseconds."""

_ROWS_PER_READ = 500

_KEY_DESTRUCTION_DELAY_SECONDS = 1.0
"""Seconds between the last reseal and the destruction of the earlier key.

A request that read a row before it was sealed again still decrypts it with the earlier key, within
about a millisecond.
"""


class RestartNeededError(RuntimeError):
    """No process has encrypted with the configured pepper: one may use the generated one still."""


StepCallback = Callable[[int, int], None]
"""Progress callback: the number of rows sealed so far, and the total."""


@dataclass(frozen=True)
class SealCounts:
    """Counts of the sealed rows, by the pepper or key that decrypts them.

    ``outdated_count``: an earlier pepper than the newest, or a key that is being replaced.
    ``lost_count``: none, so that no secret of this deployment is needed for them.
    """

    row_count: int
    outdated_count: int
    lost_count: int


async def count_seals(store: Store) -> SealCounts:
    """Decrypt every sealed row with the newest pepper alone, else with all of them; only reads.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    secrets, installations = await _load_states(store)
    states = (*secrets, *installations)
    return SealCounts(
        len(states),
        sum(state.is_outdated for state in states),
        sum(not state.is_decryptable for state in states),
    )


async def reseal_outdated(store: Store, on_step: StepCallback = lambda _done, _total: None) -> int:
    """Seal with the newest pepper the rows that an earlier one sealed; return how many changed.

    The mark of the pepper in use is written last. Idempotent, also while other processes write.
    *on_step* is called after each transaction. Raises :class:`bot.errors.StoreBusyError` and
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`; a later call then continues.
    """
    scope, changed_count = store.across_workspaces, 0
    secrets, installations = await _load_states(store)
    names = [("installation", state.name) for state in installations if state.is_outdated]
    names += [("secret", state.name) for state in secrets if state.is_outdated]
    writer, sealed_count = PacedWriter(scope, _ROWS_PER_TRANSACTION), 0
    async for count in writer.write_in_batches(names, _reseal_rows):
        changed_count += count
        sealed_count = min(sealed_count + _ROWS_PER_TRANSACTION, len(names))
        on_step(sealed_count, len(names))
    await scope.write(
        lambda repos: repos.secret_cipher.mark_pepper(),
        timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS,
    )
    return changed_count


async def rotate_pepper(
    store: Store,
    now: datetime,
    *,
    is_configured: bool,
    on_step: StepCallback = lambda _done, _total: None,
    destruction_delay_seconds: float = _KEY_DESTRUCTION_DELAY_SECONDS,
) -> tuple[int, SealCounts]:
    """Seal everything with the newest pepper; return how many rows changed, and the final counts.

    Unless a pepper *is_configured* in the settings, a new one is generated first. The generated one
    before it is destroyed *destruction_delay_seconds* after no row needs it any more, and the
    operator's trail gets an entry. With a configured pepper a running process must have sealed the
    mark with it before: one that was not restarted would seal further rows with the generated one.
    A repeated call completes what a crash interrupted. Raises :class:`RestartNeededError`, with
    nothing changed, without that mark, and the exceptions of :func:`reseal_outdated` and
    :func:`bot.store.key_rotation.begin_replacement`.
    """
    if is_configured:
        await _require_restarted_process(store)
    else:
        begin = partial(key_rotation.begin_replacement, key_id=PepperKeyId())
        await store.run_purge_step(begin, "", now)
    changed_count = await reseal_outdated(store, on_step)
    counts = await count_seals(store)
    if not counts.outdated_count:
        await asyncio.sleep(destruction_delay_seconds)
        finish = partial(key_rotation.finish_pepper_replacement, is_configured=is_configured)
        is_destroyed = await store.run_purge_step(finish, "", now)
        # Also where an interrupted run has sealed everything, and this one changed no row.
        if is_destroyed or changed_count:
            await record_rotation(store, OperatorActor.OPERATOR, now, changed_count)
    return changed_count, counts


async def has_generated_pepper(store: Store) -> bool:
    """Whether the key store has a pepper that the bot generated; one may be configured instead.

    Raises :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    return bool(await asyncio.to_thread(read_both_keys, store.key_store, PepperKeyId()))


async def _require_restarted_process(store: Store) -> None:
    """Raise :class:`RestartNeededError` while only the generated pepper is known to be in use."""
    is_marked = await store.across_workspaces.read(lambda repos: repos.secret_cipher.is_marked())
    if not is_marked and await has_generated_pepper(store):
        raise RestartNeededError


async def record_rotation(
    store: Store, actor: OperatorActor, now: datetime, row_count: int
) -> None:
    """Insert an entry of the operator's trail: the newest pepper sealed *row_count* rows."""

    def record(repos: Repositories) -> None:
        trail = repos.audit_trail.operator_entries
        trail.record(OperatorAction.ROTATED, actor, now, row_count=row_count)

    await store.across_workspaces.write(record, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS)


async def rotate_installation_key(
    store: Store,
    workspace: str,
    now: datetime,
    *,
    destruction_delay_seconds: float = _KEY_DESTRUCTION_DELAY_SECONDS,
) -> bool:
    """Replace the key of an installation by a new one, and destroy the earlier one.

    The row is encrypted with the new key first. Returns ``False`` if it has no row or no key, or
    cannot be decrypted. A crash leaves both keys, and the next call completes the rotation. Raises
    the exceptions of :func:`bot.store.key_rotation.begin_replacement`.
    """
    begin = partial(key_rotation.begin_replacement, key_id=InstallationKeyId(workspace))
    scope = store.for_workspace(workspace)
    state = await scope.read(lambda repos: repos.installations.seals.find_state(workspace))
    is_resealable = state is not None and state.is_decryptable
    if not is_resealable or not await store.run_purge_step(begin, workspace, now):
        return False
    reseal = partial(_reseal_installation, workspace=workspace, now=now)
    if not await scope.write(reseal, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS):
        return False
    await asyncio.sleep(destruction_delay_seconds)
    return await store.run_purge_step(
        key_rotation.finish_installation_key_replacement, workspace, now
    )


def _reseal_installation(repos: Repositories, workspace: str, now: datetime) -> bool:
    """Encrypt an installation with its next key, and insert an audit entry.

    Returns ``False``, with nothing written, if no key decrypts the row.
    """
    if not repos.installations.seals.reseal(workspace):
        return False
    entry = AuditEntry(workspace, "", "", now, OPERATOR_ID, AuditAction.KEY_ROTATED)
    repos.audit_trail.record([entry])
    return True


async def _load_states(store: Store) -> tuple[tuple[SealState, ...], tuple[SealState, ...]]:
    """Return the seal states of all secrets and installations, read in short transactions."""
    scope = store.across_workspaces
    secrets = await scope.read(lambda repos: repos.secret_cipher.list_seals())
    states: list[SealState] = []
    after = ""
    while batch := await scope.read(partial(_list_installations, after)):
        states += batch
        after = batch[-1].name
    return secrets, tuple(states)


def _list_installations(after: str, repos: Repositories) -> tuple[SealState, ...]:
    return repos.installations.seals.list_states(after, _ROWS_PER_READ)


def _reseal_rows(repos: Repositories, names: Sequence[tuple[str, str]]) -> int:
    """Seal rows again by their (kind, name) pairs; return how many still existed."""
    return sum(
        repos.secret_cipher.reseal(name)
        if kind == "secret"
        else repos.installations.seals.reseal(name)
        for kind, name in names
    )
