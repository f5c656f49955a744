"""Find and delete what is older than a workspace's own retention periods.

They are shorter than the deployment's, by which every workspace's rows are deleted in any case.
Nothing is locked to look: as a rule nothing has expired since the last run.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from bot.retention_periods import RetentionPeriods
from bot.store.repositories import Repositories
from bot.store.repositories.releases import ReleaseKey

OwnRetention = Mapping[str, RetentionPeriods]
"""The periods by workspace that has its own."""


class ExpiredRows(NamedTuple):
    """Tables by their keys, and the workspaces whose audit trail has older entries than allowed.

    ``audit_cutoffs`` are the moments before which these are deleted.
    """

    release_keys: tuple[ReleaseKey, ...]
    audit_cutoffs: Mapping[str, datetime]


def find_table_cutoffs(periods: OwnRetention, now: datetime) -> dict[str, date]:
    """Return the day by workspace: tables of periods that closed before are to be deleted."""
    return {workspace: (now - own.tables).date() for workspace, own in periods.items()}


def find_expired(repos: Repositories, periods: OwnRetention, now: datetime) -> ExpiredRows:
    """Return what is stored and older than *periods* allow at *now*."""
    audit_cutoffs = {workspace: now - own.audit for workspace, own in periods.items()}
    table_cutoffs = find_table_cutoffs(periods, now)
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
    """Delete the rows and return how many were deleted."""
    deleted_count = repos.releases.delete_keys(expired.release_keys)
    for workspace, cutoff in expired.audit_cutoffs.items():
        deleted_count += repos.audit_trail.delete_before(cutoff, workspace)
    return deleted_count
