"""Check a deployment: database, deliveries, keys, worker leases, credentials and system clock.

Every finding is a catalogue key, so that the operator reads a remedy in their own language.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from bot.admin import (
    database_checkup,
    database_role_checkup,
    installation_checkup,
    key_checkup,
    microsoft_checkup,
    scheduler_checkup,
    settings_checkup,
    slack_checkup,
    team_checkup,
)
from bot.admin.finding import Finding
from bot.admin.key_location import Machine, read_machine
from bot.admin.microsoft_checkup import MicrosoftCheck, TeamsChannelCheck
from bot.admin.slack_checkup import SlackQueries
from bot.conversation import parse_product
from bot.domain.checkins.scheduling import REASON_LATE, Blocker
from bot.settings import Settings
from bot.settings_validation import reveal_secret
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.open_store import open_store
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState
from bot.store.store import Store
from bot.store.worker_locks import LiveWorker

_REPORTED_DELIVERY_AGE = timedelta(days=7)
"""Age of the oldest failed and missed rows of the delivery queue that are reported."""

Channels = Mapping[str, tuple[str, ...]]
"""The channel ids of the stored teams, by workspace key."""


async def run_checkup(
    settings: Settings,
    slack_queries: SlackQueries,
    check_microsoft: Callable[[], Awaitable[MicrosoftCheck]],
    *,
    check_teams_channels: TeamsChannelCheck | None = None,
    today: date | None = None,
    read_machine: Callable[[], Machine] = read_machine,
) -> tuple[Finding, ...]:
    """Check database, keys and settings, and the credentials of every configured product.

    *slack_queries*, *check_microsoft* and *check_teams_channels* are callbacks that call the
    products' APIs; each is called only if its product is configured. *today* is a day in UTC, by
    default the current one. *read_machine* returns the mounts that decide whether the key folder
    outlives a restart. Raises :class:`bot.errors.FaultyInputError` for a faulty workspaces file.
    """
    machine = await asyncio.to_thread(read_machine)
    day = today or datetime.now(UTC).date()
    findings = await asyncio.to_thread(_check_database, settings, day, machine)
    findings += await asyncio.to_thread(settings_checkup.check_settings, settings)
    if settings.uses_slack:
        findings += await _check_slack(settings, slack_queries)
    if settings.uses_teams:
        microsoft_check = await check_microsoft()
        findings += microsoft_checkup.build_account_findings(microsoft_check)
        if microsoft_check.has_token and check_teams_channels:
            findings += await check_microsoft_teams(settings, check_teams_channels)
    return findings


def _check_database(settings: Settings, today: date, machine: Machine) -> tuple[Finding, ...]:
    """Check the schema, and all else only if it is current. Blocks.

    An exception of the driver or the key store becomes the only finding; a defect is raised.
    """
    if database_checkup.is_before_first_start(settings):
        return database_checkup.check_first_start(settings, machine)
    try:
        store = open_store(settings)
        try:
            schema_finding = database_checkup.find_schema_finding(store)
            if schema_finding:
                return (schema_finding,)
            return _check_current_database(settings, store, today, machine)
        finally:
            store.close_sync()
    except KeyStoreUnavailableError as error:
        return (key_checkup.build_unavailable_finding(settings, error),)
    except Exception as error:  # noqa: BLE001 - a defect is raised again
        return (database_checkup.build_error_finding(error),)


def _check_current_database(
    settings: Settings, store: Store, today: date, machine: Machine
) -> tuple[Finding, ...]:
    """Check a database of this release's schema."""
    key_findings = key_checkup.check_keys(settings, store, machine)
    worker_findings = (
        ()
        if settings.uses_sqlite
        else (
            _check_worker_leases(store.worker_locks.list_live_workers()),
            *database_role_checkup.check_database_roles(store.server_roles),
        )
    )
    return (
        *database_checkup.check_storage_access(settings, store),
        *scheduler_checkup.check_scheduler(store),
        *key_findings,
        *worker_findings,
        *_check_unconfigured_products(settings, store.read_sync(_count_joined_people)),
        *_build_suspension_findings(store.read_sync(_list_suspension_reasons)),
        *_build_pending_purge_findings(store.read_sync(_count_pending_purges)),
        *_build_delivery_findings(store.read_sync(_count_deliveries), today),
        *team_checkup.check_unlisted_members(store),
    )


def _build_delivery_findings(
    delivery_counts: tuple[DeliveryCount, ...], today: date
) -> tuple[Finding, ...]:
    """Count the failed and the missed rows of the last seven days by error code.

    A rejected row that is queued for a retry counts as failed. A check-in that was skipped for a
    reason in :class:`Blocker`, such as a day off, does not count as missed.
    """
    failed: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row in delivery_counts:
        is_queued_again = row.state is DeliveryState.PLANNED and bool(row.reason)
        if row.day < today - _REPORTED_DELIVERY_AGE:
            continue
        if row.state is DeliveryState.FAILED or is_queued_again:
            failed[row.reason] += row.count
        elif row.state is DeliveryState.MISSED and row.reason not in set(Blocker):
            missed[row.reason or REASON_LATE] += row.count
    findings = tuple(
        Finding(
            is_healthy=False,
            key=f"operator.doctor.deliveries_{status}",
            facts={"count": codes.total(), "codes": _format_codes(codes)},
        )
        for status, codes in (("failed", failed), ("missed", missed))
        if codes
    )
    return findings or (Finding(is_healthy=True, key="operator.doctor.deliveries"),)


def _check_unconfigured_products(
    settings: Settings, joined_people: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Count *joined_people*, a dict by workspace key, for each product that is not configured."""
    is_configured = {"slack": settings.uses_slack, "msteams": settings.uses_teams}
    people_count: Counter[str] = Counter()
    for workspace, count in joined_people.items():
        people_count[parse_product(workspace)] += count
    return tuple(
        Finding(
            is_healthy=False,
            key=f"operator.doctor.{product}_not_configured",
            facts={"count": people_count[product]},
        )
        for product in is_configured
        if people_count[product] and not is_configured[product]
    )


def _build_suspension_findings(reasons: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return the number of suspended workspaces by error code; ``()`` for none."""
    if not reasons:
        return ()
    facts: dict[str, str | int] = {"count": len(reasons), "codes": _format_codes(Counter(reasons))}
    return (Finding(is_healthy=False, key="operator.doctor.workspaces_suspended", facts=facts),)


def _build_pending_purge_findings(count: int) -> tuple[Finding, ...]:
    """Return the number of workspaces with a pending purge, as the app was uninstalled."""
    if not count:
        return ()
    key = "operator.doctor.workspaces_doomed"
    return (Finding(is_healthy=False, key=key, facts={"count": count}),)


def _format_codes(counts: Counter[str]) -> str:
    return ", ".join(f"{code} ({number})" for code, number in sorted(counts.items()))


def _check_worker_leases(workers: tuple[LiveWorker, ...]) -> Finding:
    """Return the number of worker leases; a fault if several workers do not share the queue."""
    facts: dict[str, str | int] = {"count": len(workers)}
    if len(workers) < 2:  # noqa: PLR2004 - two workers can share
        return Finding(is_healthy=True, key=f"operator.doctor.workers_{len(workers)}")
    if all(worker.shares_deliveries for worker in workers):
        return Finding(is_healthy=True, key="operator.doctor.workers_sharing", facts=facts)
    return Finding(is_healthy=False, key="operator.doctor.workers_apart", facts=facts)


async def _check_slack(settings: Settings, queries: SlackQueries) -> tuple[Finding, ...]:
    """Check Slack's tokens, the signing secret, and the teams' channels by the bot token.

    With installation from a link, the rows of installations are checked instead of a bot token.
    """
    if settings.installs_from_link:
        findings = await installation_checkup.check_installations(settings)
        findings += await _check_signatures(settings, queries)
        return findings + slack_checkup.build_app_token_findings(await queries.check_app_token())
    slack_check = await queries.check_account()
    findings = slack_checkup.build_account_findings(slack_check)
    findings += await _check_signatures(settings, queries)
    if slack_check.error and not slack_check.is_refusal:
        return findings
    findings += slack_checkup.build_app_token_findings(await queries.check_app_token())
    return findings + await _check_slack_channels(settings, queries, slack_check.workspace_id)


async def _check_signatures(settings: Settings, queries: SlackQueries) -> tuple[Finding, ...]:
    refused_count = await queries.count_refused_requests()
    signing_secret = reveal_secret(settings.slack_signing_secret)
    return slack_checkup.build_signature_findings(refused_count, signing_secret)


async def check_slack_teams(settings: Settings, queries: SlackQueries) -> tuple[Finding, ...]:
    """Check the stored teams' channels with the bot token, or the rows of installations."""
    if settings.installs_from_link:
        return await installation_checkup.check_installations(settings)
    slack_check = await queries.check_account()
    return await _check_slack_channels(settings, queries, slack_check.workspace_id)


async def _check_slack_channels(
    settings: Settings, queries: SlackQueries, workspace_id: str
) -> tuple[Finding, ...]:
    """Check the stored teams' workspaces and channels by the bot token; ``()`` for a blank id."""
    if not workspace_id:
        return ()
    no_channels: Channels = {}
    channels_by_workspace = await asyncio.to_thread(
        database_checkup.read_or_default, settings, _list_channels, no_channels
    )
    workspace = f"slack:{workspace_id}"
    channels = channels_by_workspace.get(workspace, ())[: slack_checkup.MAX_CHECKED_CHANNELS]
    errors = await queries.check_channels(channels) if channels else {}
    return (
        *_check_foreign_teams(channels_by_workspace, workspace),
        *slack_checkup.build_channel_findings(channels, errors),
    )


def _check_foreign_teams(channels_by_workspace: Channels, workspace: str) -> tuple[Finding, ...]:
    """Count the teams on Slack in another workspace than *workspace*, the only one of the token."""
    foreign_count = sum(
        len(channels)
        for team_workspace, channels in channels_by_workspace.items()
        if parse_product(team_workspace) == "slack" and team_workspace != workspace
    )
    facts: dict[str, str | int] = {"count": foreign_count}
    finding = Finding(is_healthy=False, key="operator.doctor.teams_elsewhere", facts=facts)
    return (finding,) if foreign_count else ()


async def check_microsoft_teams(
    settings: Settings, check: TeamsChannelCheck
) -> tuple[Finding, ...]:
    """Check the stored teams against the allowed tenants, and their channels by requests."""
    no_channels: microsoft_checkup.ChannelsByTenant = {}
    channels = await asyncio.to_thread(
        database_checkup.read_or_default, settings, microsoft_checkup.list_channels, no_channels
    )
    return await microsoft_checkup.check_teams(channels, settings.allowed_tenants, check)


def _count_joined_people(repos: Repositories) -> dict[str, int]:
    return repos.people.count_joined()


def _count_deliveries(repos: Repositories) -> tuple[DeliveryCount, ...]:
    return repos.deliveries.count_by_state()


def _count_pending_purges(repos: Repositories) -> int:
    return len(repos.workspace_purges.list_pending())


def _list_suspension_reasons(repos: Repositories) -> tuple[str, ...]:
    """Return the stored reason of each suspended workspace, without its key."""
    suspended = repos.workspaces.list_suspended()
    return tuple(state.suspension_reason for state in suspended.values())


def _list_channels(repos: Repositories) -> Channels:
    """Return the channel ids of all teams in a dict by workspace key, without names."""
    channels: dict[str, tuple[str, ...]] = {}
    for team in repos.teams.list_teams():
        channels[team.workspace] = (*channels.get(team.workspace, ()), team.channel)
    return channels
