"""Find and delete rows that are older than the retention periods of single workspaces.

They override the deployment's periods, by which the rows of every workspace are deleted, and are
never longer. :func:`find_expired` runs in a read transaction, so that the writer lock is taken only
when rows have expired.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from bot.retention_periods import RetentionPeriods
from bot.store.repositories import Repositories
from bot.store.repositories.releases import ReleaseKey

WorkspaceRetention = Mapping[str, RetentionPeriods]
"""Retention periods by the id of each workspace that overrides the deployment's."""


class ExpiredRows(NamedTuple):
    """Primary keys of expired published tables, and cutoffs of the audit trail by workspace.

    ``audit_cutoffs`` has only workspaces with an older entry; entries before it are deleted.
    """

    release_keys: tuple[ReleaseKey, ...]
    audit_cutoffs: Mapping[str, datetime]


def find_table_cutoffs(periods_by_workspace: WorkspaceRetention, now: datetime) -> dict[str, date]:
    """Return a day by workspace; published tables of periods that closed before it have expired."""
    return {
        workspace: (now - periods.tables).date()
        for workspace, periods in periods_by_workspace.items()
    }


def find_expired(
    repos: Repositories, periods_by_workspace: WorkspaceRetention, now: datetime
) -> ExpiredRows:
    """Return the rows that have expired at *now*. *periods_by_workspace* must not be empty."""
    audit_cutoffs = {
        workspace: now - periods.audit for workspace, periods in periods_by_workspace.items()
    }
    table_cutoffs = find_table_cutoffs(periods_by_workspace, now)
    oldest = repos.audit_trail.list_oldest_before(max(audit_cutoffs.values()))
    keys = repos.releases.list_keys_before(max(table_cutoffs.values()))
    workspaces = repos.releases.list_workspaces_by_unit() if keys else {}
    return ExpiredRows(
        tuple(
            key
            for key in keys
            if key.closes < table_cutoffs.get(workspaces.get(key.unit, ""), date.min)
        ),
        {
            workspace: cutoff
            for workspace, cutoff in audit_cutoffs.items()
            if workspace in oldest and oldest[workspace] < cutoff
        },
    )


def delete_expired(repos: Repositories, expired: ExpiredRows) -> int:
    """Delete the *expired* rows; return how many were deleted. Idempotent."""
    deleted_count = repos.releases.delete_keys(expired.release_keys)
    for workspace, cutoff in expired.audit_cutoffs.items():
        deleted_count += repos.audit_trail.delete_before(cutoff, workspace)
    return deleted_count
