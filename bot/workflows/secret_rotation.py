"""Secret rotation: everything that an earlier pepper sealed is sealed with the newest one.

Each transaction seals a few rows, and both peppers open them meanwhile, so that a crash between any
two of them loses nothing and the next run goes on. What the newest pepper alone opens is tried for
every row at the end: only then may the earlier one be taken away.
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
"""Rows sealed per transaction: some milliseconds, which a form may wait."""

_ROWS_PER_READ = 500

_KEY_DESTRUCTION_DELAY_SECONDS = 1.0
"""Seconds between the last reseal and the destruction of the earlier key.

A request that read a row before it was sealed again still decrypts it with the earlier key, within
about a millisecond.
"""


class RestartNeededError(RuntimeError):
    """No process has sealed with the configured pepper, so that one may need the generated one."""


StepCallback = Callable[[int, int], None]
"""Called with the number of rows that are sealed again, and with how many there were to seal."""


@dataclass(frozen=True)
class SealCounts:
    """How many rows are sealed, and which peppers open them.

    ``outdated_count``: an earlier one than the newest, or a key that is being replaced.
    ``lost_count``: none, so that no secret of this deployment is needed for them.
    """

    row_count: int
    outdated_count: int
    lost_count: int


async def count_seals(store: Store) -> SealCounts:
    """Try every sealed row with the newest pepper alone, then with all of them; nothing is written.

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
    """Seal with the newest pepper what an earlier one sealed; return how many rows changed.

    The mark that names the pepper in use is written last. Idempotent, and safe beside running
    processes. Raises :class:`bot.errors.StoreBusyError` and
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`; a later call goes on then.
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
    before it is destroyed once nothing needs it, also where one is configured instead: then only
    after a running process has sealed the mark with that, as one that was not restarted goes on to
    seal with the generated one. Running it again completes what a crash interrupted. Raises
    :class:`RestartNeededError`, with nothing changed, before that, and what
    :func:`reseal_outdated` and :func:`bot.store.key_rotation.begin_replacement` do.
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
    """Whether a pepper that the bot generated is stored; one may be configured instead.

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
    """Record in the operator's trail that *row_count* rows were sealed with the newest pepper."""

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
    """Replace the key of an installation by a new one; ``False`` if it has none, or no row.

    The earlier key opens no copy of the row that is sealed from now on, and is destroyed. A crash
    leaves both keys, and the next call completes the rotation. Raises what
    :func:`bot.store.key_rotation.begin_replacement` does.
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
    """Seal an installation with its next key, and record it; ``False`` where nothing opens it."""
    if not repos.installations.seals.reseal(workspace):
        return False
    entry = AuditEntry(workspace, "", "", now, OPERATOR_ID, AuditAction.KEY_ROTATED)
    repos.audit_trail.record([entry])
    return True


async def _load_states(store: Store) -> tuple[tuple[SealState, ...], tuple[SealState, ...]]:
    """Return which pepper each secret and each installation needs, read in short transactions."""
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
    """Seal the rows of *names* again, each a kind and a name; return how many there still were."""
    return sum(
        repos.secret_cipher.reseal(name)
        if kind == "secret"
        else repos.installations.seals.reseal(name)
        for kind, name in names
    )
