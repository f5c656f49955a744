"""Periodic job (duty): delete the rows whose retention period is over, table by table."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.context import Context
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.operator_entry import OperatorActor
from bot.domain.teams.setter_rights import SETTER_WINDOW
from bot.retention_periods import (
    CLASS_RETENTION,
    DELIVERY_RETENTION,
    IDEMPOTENCY_KEY_RETENTION,
    MEMBER_RETENTION,
)
from bot.store import removed_teams
from bot.store.key_removal import KeyStoreInUseError
from bot.store.keys.key_store_error import KeyStoreUnavailableError
from bot.store.release_archive import ReleaseArchive
from bot.store.removed_teams import TeamExpiry
from bot.store.repositories import Repositories
from bot.workflows import workspace_retention
from bot.workflows.secret_rotation import record_rotation, reseal_outdated

_INTENTIONS_WATERMARK = "team_records"
_INTENTIONS_INTERVAL = timedelta(days=1)

_BATCH_SIZE = 50
"""Default batch size: team records per write transaction, some milliseconds of the writer lock."""

_UNEXPIRING_KINDS = (DeliveryKind.INTRODUCTION,)
"""Delivery kinds whose rows are never deleted.

A team is introduced once, however much later its set-up is saved again.
"""


async def run(context: Context, *, batch_size: int = _BATCH_SIZE) -> int:
    """Delete the expired rows of all tables; return how many rows were changed.

    Idempotent. One write transaction deletes idempotency keys after two days; delivery rows after
    five weeks, for which their unique key prevents a second delivery; published tables and the
    audit trail after 24 months, or as the settings shorten it; a set-up before its last change
    after a day; the frozen lists of periods 53 weeks after the close; a unit's class five weeks
    after it expires, unless a period has renewed it; and a choice about the notices of closed
    periods with the person's last role. It marks planned deliveries past their deadline as missed.

    Before it, rows are encrypted with the newest pepper. After it, in transactions of their own:
    single workspaces' shorter periods, removed teams, and the daily pass over the teams' records,
    *batch_size* per transaction, which deletes expired intentions.
    """
    now, periods = context.now(), context.retention

    def delete_expired_rows(repos: Repositories) -> int:
        return (
            repos.idempotency_keys.delete_before((now - IDEMPOTENCY_KEY_RETENTION).date())
            + repos.deliveries.expire_overdue(now)
            + repos.deliveries.delete_before(
                now - DELIVERY_RETENTION, except_kinds=_UNEXPIRING_KINDS
            )
            + repos.releases.delete_before((now - periods.tables).date())
            + repos.audit_trail.delete_before(now - periods.audit)
            + repos.previous_setups.delete_before(now - SETTER_WINDOW)
            + repos.period_members.delete_closed_before((now - MEMBER_RETENTION).date())
            + repos.unit_classes.delete_expired_before((now - CLASS_RETENTION).date())
            + repos.close_notices.delete_without_role()
        )

    with suppress(KeyStoreUnavailableError):
        await _seal_with_newest_pepper(context)
    deleted_count = await context.store.across_workspaces.write(delete_expired_rows)
    deleted_count += await _delete_by_workspace_retention(context)
    deleted_count += await _delete_removed_teams(context)
    return deleted_count + await _delete_expired_intentions(context, batch_size)


async def next_due(_context: Context) -> datetime | None:
    """Return ``None``: it sends nothing, so a simulated clock does not stop for this duty."""
    return None


async def _seal_with_newest_pepper(context: Context) -> None:
    """Encrypt all rows with the newest pepper (secret rotation), unless that is complete.

    The mark of the pepper in use, by which an operator's command with another one is refused, is
    written last. Idempotent: the next run continues a rotation that a crash interrupted.
    """
    scope = context.store.across_workspaces
    if await scope.read(lambda repos: repos.secret_cipher.is_marked()):
        return
    if row_count := await reseal_outdated(context.store):
        await record_rotation(context.store, OperatorActor.CLOCK, context.now(), row_count)


async def _delete_by_workspace_retention(context: Context) -> int:
    """Delete rows older than the shorter periods of single workspaces; return how many.

    They are queried in a read transaction; without any no write transaction begins.
    """
    periods_by_workspace = context.list_workspace_retention()
    scope = context.store.across_workspaces
    if not periods_by_workspace:
        return 0
    expired = await scope.read(
        partial(
            workspace_retention.find_expired,
            periods_by_workspace=periods_by_workspace,
            now=context.now(),
        ),
        reads_many_rows=True,
    )
    if not any(expired):
        return 0
    return await scope.write(partial(workspace_retention.delete_expired, expired=expired))


async def _delete_removed_teams(context: Context) -> int:
    """Delete the teams that were removed before their cutoff, keys first; return how many.

    Each workspace is one job on the writer thread, in a transaction of its own. Nothing is deleted
    while another instance of the database uses the key store, and no team with a published table
    in a file: ``archive_releases`` deletes the file first, and a later run the team. Raises
    :class:`bot.store.keys.key_store.KeyStoreUnavailableError`.
    """
    store, now, deleted_count = context.store, context.now(), 0
    workspace_cutoffs = workspace_retention.find_table_cutoffs(
        context.list_workspace_retention(), now
    )
    shared_cutoff = (now - context.retention.tables).date()
    for cutoff in {shared_cutoff, *workspace_cutoffs.values()}:
        workspaces = await store.across_workspaces.read(
            partial(_list_workspaces_with_expired, cutoff=cutoff)
        )
        due = [name for name in workspaces if workspace_cutoffs.get(name, shared_cutoff) == cutoff]
        if not due:
            continue
        expiry = TeamExpiry(cutoff, await _build_archived_unit_predicate(context.releases_folder))
        step = partial(removed_teams.delete_expired_teams, expiry)
        for workspace in due:
            with suppress(KeyStoreInUseError):
                deleted_count += await store.run_purge_step(step, workspace, now)
    return deleted_count


async def _build_archived_unit_predicate(folder: Path | None) -> Callable[[str], bool]:
    """Return a predicate whether a unit may have a file; always true for an unreadable folder.

    The folder is listed in a worker thread.
    """
    if folder is None:
        return lambda _unit: False
    try:
        return await asyncio.to_thread(ReleaseArchive(folder).build_unit_check)
    except OSError:
        return lambda _unit: True


def _list_workspaces_with_expired(repos: Repositories, cutoff: date) -> tuple[str, ...]:
    return repos.team_lifecycle.list_workspaces_with_expired(cutoff)


async def _delete_expired_intentions(context: Context, batch_size: int) -> int:
    """Delete the expired intentions in all team records, once a day; return how many.

    Every record is encrypted again, changed or not. Records and slots that a set-up could not
    insert, because the key store was unavailable, are inserted. Team ids are queried in pages, each
    processed in one write transaction. The watermark is set at the end: a pass that a crash
    interrupted is repeated, which changes only ciphertext.
    """
    now, scope = context.now(), context.store.across_workspaces
    is_due = await scope.read(
        lambda repos: repos.watermarks.is_due(_INTENTIONS_WATERMARK, _INTENTIONS_INTERVAL, now)
    )
    if not is_due:
        return 0
    deleted_count, after = 0, ""
    while team_ids := await scope.read(partial(_list_team_ids, after=after, limit=batch_size)):
        deleted_count += await scope.write(
            partial(_delete_expired_batch, team_ids=team_ids, today=now.date())
        )
        after = team_ids[-1]
    await scope.write(lambda repos: repos.watermarks.set_watermark(_INTENTIONS_WATERMARK, now))
    return deleted_count


def _list_team_ids(repos: Repositories, after: str, limit: int) -> tuple[str, ...]:
    return repos.team_slots.list_team_ids(after, limit)


def _delete_expired_batch(repos: Repositories, team_ids: tuple[str, ...], today: date) -> int:
    for team_id in team_ids:
        repos.team_slots.ensure_slots(team_id)
    return repos.team_slots.reseal_and_delete_expired(team_ids, today)
