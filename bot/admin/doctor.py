"""Check-up of a deployment: database, deliveries, keys, workers, credentials and system clock.

Every finding is a catalogue key, so that the operator reads a remedy in their own language.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.admin import key_checkup
from bot.admin.finding import Finding
from bot.admin.key_location import Machine, read_machine
from bot.conversation import parse_product
from bot.domain.checkins.scheduling import REASON_LATE, Blocker
from bot.settings import Settings
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.open_store import open_store
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount, DeliveryState
from bot.store.worker_locks import LiveWorker

_MAX_CLOCK_SKEW_SECONDS = 60.0
"""Maximum difference from the product's server time; Slack rejects signatures after 300 seconds."""

_REPORTED_DELIVERIES = timedelta(days=7)
"""How far back failed and missed deliveries are reported."""

_REQUIRED_SCOPES = frozenset({"commands", "chat:write", "users:read"})


@dataclass(frozen=True)
class SlackCheck:
    """Slack's response about the bot's own account; ``error`` is its error code, if any.

    ``workspace_id`` is the id of the token's workspace, ``""`` when unknown.
    """

    error: str = ""
    workspace: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None
    workspace_id: str = ""


@dataclass(frozen=True)
class MicrosoftCheck:
    """Whether Microsoft's signing keys could be fetched, and an access token for the bot."""

    has_keys: bool
    has_token: bool


async def run_checkup(
    settings: Settings,
    check_slack: Callable[[], Awaitable[SlackCheck]],
    check_microsoft: Callable[[], Awaitable[MicrosoftCheck]],
    *,
    today: date | None = None,
    read_machine: Callable[[], Machine] = read_machine,
) -> tuple[Finding, ...]:
    """Check the database and keys, and the credentials of every configured product.

    Deliveries are reported up to *today*, the current day in UTC if it is not given.
    *check_slack* and *check_microsoft* call the products' APIs; neither is called unless that
    product is configured. *read_machine* returns what decides whether the keys' folder outlives
    a restart. The store is read in a thread, to not block the event loop.
    """
    current_day = today or datetime.now(UTC).date()
    findings = await asyncio.to_thread(_database_findings, settings, current_day, read_machine())
    safety_key = "safety_text" if settings.safety_texts else "safety_text_unset"
    findings += (Finding(is_healthy=True, key=f"operator.doctor.{safety_key}"),)
    if settings.uses_slack:
        slack_check = await check_slack()
        findings += _slack_findings(slack_check)
        if slack_check.workspace_id:
            workspace = f"slack:{slack_check.workspace_id}"
            findings += await asyncio.to_thread(_foreign_team_findings, settings, workspace)
    if settings.uses_teams:
        findings += _microsoft_findings(await check_microsoft())
    return findings


def _database_findings(settings: Settings, today: date, machine: Machine) -> tuple[Finding, ...]:
    """Check connection, schema, deliveries, keys, workers' leases and the people's products."""
    try:
        store = open_store(settings)
        try:
            is_current = store.is_schema_current()
            workers = store.list_live_workers()
            other_roles_count = store.count_other_roles()
            joined_people = store.read_sync(_count_joined_people) if is_current else {}
            delivery_counts = store.read_sync(_count_deliveries) if is_current else ()
            key_findings = key_checkup.check_keys(settings, store, machine)
            suspension_reasons = store.read_sync(_list_suspension_reasons) if is_current else ()
        finally:
            store.close_sync()
    except KeyStoreUnavailableError as error:
        return (key_checkup.build_unavailable_finding(settings, error),)
    except Exception:  # noqa: BLE001 - each driver has its own errors; the remedy is the same
        return (Finding(is_healthy=False, key="operator.doctor.database_unreached"),)
    if not is_current:
        return (Finding(is_healthy=False, key="operator.doctor.migrate"),)
    schema_finding = Finding(is_healthy=True, key="operator.doctor.database")
    worker_findings = (
        () if settings.uses_sqlite else (_worker_finding(workers), _role_finding(other_roles_count))
    )
    return (
        schema_finding,
        *key_findings,
        *worker_findings,
        *_product_findings(settings, joined_people),
        *_suspension_findings(suspension_reasons),
        *_delivery_findings(delivery_counts, today),
    )


def _delivery_findings(
    delivery_counts: tuple[DeliveryCount, ...], today: date
) -> tuple[Finding, ...]:
    """Return how many deliveries of the last days failed or were missed, and with which codes.

    One that was rejected and is queued again has failed, too. A check-in that was skipped on
    purpose, because of a day off, was not missed.
    """
    failed: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row in delivery_counts:
        is_queued_again = row.state is DeliveryState.PLANNED and bool(row.reason)
        if row.day < today - _REPORTED_DELIVERIES:
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


def _product_findings(settings: Settings, joined_people: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return how many people who joined, by workspace, belong to each product not configured."""
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


def _suspension_findings(reasons: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return how many workspaces are suspended, and with which codes."""
    if not reasons:
        return ()
    facts: dict[str, str | int] = {"count": len(reasons), "codes": _format_codes(Counter(reasons))}
    return (Finding(is_healthy=False, key="operator.doctor.workspaces_suspended", facts=facts),)


def _format_codes(counts: Counter[str]) -> str:
    return ", ".join(f"{code} ({number})" for code, number in sorted(counts.items()))


def _worker_finding(workers: tuple[LiveWorker, ...]) -> Finding:
    """Return how many workers hold a lease, and whether several of them share the queue."""
    facts: dict[str, str | int] = {"count": len(workers)}
    if len(workers) < 2:  # noqa: PLR2004 - two workers can share
        return Finding(is_healthy=True, key=f"operator.doctor.workers_{len(workers)}")
    if all(worker.shares_deliveries for worker in workers):
        return Finding(is_healthy=True, key="operator.doctor.workers_sharing", facts=facts)
    return Finding(is_healthy=False, key="operator.doctor.workers_apart", facts=facts)


def _role_finding(other_roles_count: int) -> Finding:
    """Return how many roles besides the bot's may connect and so read the server's counters."""
    if not other_roles_count:
        return Finding(is_healthy=True, key="operator.doctor.roles_alone")
    facts: dict[str, str | int] = {"count": other_roles_count}
    return Finding(is_healthy=False, key="operator.doctor.roles_others", facts=facts)


def _slack_findings(slack_check: SlackCheck) -> tuple[Finding, ...]:
    """Check the bot token, its OAuth scopes and the clock skew that the response reveals."""
    if slack_check.error:
        facts: dict[str, str | int] = {"error": slack_check.error}
        return (Finding(is_healthy=False, key="operator.doctor.token", facts=facts),)
    missing_scopes = ", ".join(sorted(_REQUIRED_SCOPES - slack_check.scopes))
    return (
        Finding(
            is_healthy=True,
            key="operator.doctor.greeted",
            facts={"workspace": slack_check.workspace},
        ),
        Finding(not missing_scopes, "operator.doctor.scopes_lacking", {"scopes": missing_scopes})
        if missing_scopes
        else Finding(is_healthy=True, key="operator.doctor.scopes"),
        _clock_finding(slack_check.server_time),
    )


def _foreign_team_findings(settings: Settings, workspace: str) -> tuple[Finding, ...]:
    """Return how many teams of Slack are set up in another workspace than *workspace*.

    That of the token is the only one that is served. An unreadable database has its own finding.
    """
    try:
        store = open_store(settings)
        try:
            team_counts = store.read_sync(_count_teams) if store.is_schema_current() else {}
        finally:
            store.close_sync()
    except Exception:  # noqa: BLE001 - reported by the check of the database
        return ()
    foreign_count = sum(
        count
        for team_workspace, count in team_counts.items()
        if parse_product(team_workspace) == "slack" and team_workspace != workspace
    )
    facts: dict[str, str | int] = {"count": foreign_count}
    finding = Finding(is_healthy=False, key="operator.doctor.teams_elsewhere", facts=facts)
    return (finding,) if foreign_count else ()


def _microsoft_findings(microsoft_check: MicrosoftCheck) -> tuple[Finding, ...]:
    """Check access to the signing keys, and the client secret that requests the access token."""
    keys = "teams_keys" if microsoft_check.has_keys else "teams_keys_away"
    token = "teams_token" if microsoft_check.has_token else "teams_token_refused"
    return (
        Finding(microsoft_check.has_keys, f"operator.doctor.{keys}"),
        Finding(microsoft_check.has_token, f"operator.doctor.{token}"),
    )


def _clock_finding(server_time: float | None) -> Finding:
    """Compare the system clock to the server time in the response's header."""
    skew = abs(datetime.now(UTC).timestamp() - server_time) if server_time else 0.0
    if skew > _MAX_CLOCK_SKEW_SECONDS:
        return Finding(
            is_healthy=False, key="operator.doctor.clock_off", facts={"seconds": round(skew)}
        )
    return Finding(is_healthy=True, key="operator.doctor.clock")


def _count_joined_people(repos: Repositories) -> dict[str, int]:
    return repos.people.count_joined()


def _count_deliveries(repos: Repositories) -> tuple[DeliveryCount, ...]:
    return repos.deliveries.count_by_state()


def _list_suspension_reasons(repos: Repositories) -> tuple[str, ...]:
    """Return why each suspended workspace is suspended, without ids."""
    suspended = repos.workspaces.list_suspended()
    return tuple(state.suspension_reason for state in suspended.values())


def _count_teams(repos: Repositories) -> dict[str, int]:
    """Count the teams by workspace, without names."""
    return dict(Counter(team.workspace for team in repos.teams.list_teams()))
