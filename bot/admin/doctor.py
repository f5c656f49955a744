"""A check-up for the operator: what is missing or wrong, in plain words, with a remedy."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.settings import Settings
from bot.store.store import Store
from bot.store.worker_locks import LiveWorker

_MAX_CLOCK_SKEW_SECONDS = 60.0
"""Seconds by which the machine's clock may differ from the product's; Slack signs within 300."""

_REQUIRED_SCOPES = frozenset({"commands", "chat:write", "users:read"})


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and the key of the sentence to say."""

    is_healthy: bool
    key: str
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class SlackCheck:
    """What a product says of the bot's own account; ``error`` when it says nothing good."""

    error: str = ""
    workspace: str = ""
    scopes: frozenset[str] = frozenset()
    server_time: float | None = None


@dataclass(frozen=True)
class MicrosoftCheck:
    """Whether Microsoft tells the keys it signs with, and gives the bot a token."""

    has_keys: bool
    has_token: bool


async def run_checkup(
    settings: Settings,
    check_slack: Callable[[], Awaitable[SlackCheck]],
    check_microsoft: Callable[[], Awaitable[MicrosoftCheck]],
) -> tuple[Finding, ...]:
    """Look at database and pepper, and at each product in use; say of each what to do next.

    *greet* asks Slack and *reach* Microsoft; neither is asked where it is not configured.
    """
    found = await asyncio.to_thread(_database_findings, settings)
    if settings.uses_slack:
        found += _slack_findings(await check_slack())
    if settings.uses_teams:
        found += _microsoft_findings(await check_microsoft())
    return found


def _database_findings(settings: Settings) -> tuple[Finding, ...]:
    try:
        store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
        try:
            current = store.is_schema_current()
            locked = store.count_locked_periods() if current else 0
            workers = store.list_live_workers()
        finally:
            store.close_sync()
    except Exception:  # noqa: BLE001 - every driver has its own; the remedy is the same
        return (Finding(is_healthy=False, key="operator.doctor.database_unreached"),)
    if not current:
        return (Finding(is_healthy=False, key="operator.doctor.migrate"),)
    well = Finding(is_healthy=True, key="operator.doctor.database")
    beside = () if settings.uses_sqlite else (_worker_finding(workers),)
    return (well, _pepper_finding(locked), *beside)


def _worker_finding(workers: tuple[LiveWorker, ...]) -> Finding:
    """Who looks at the clock beside `web`, and whether several of them share what is owed."""
    facts: dict[str, str | int] = {"count": len(workers)}
    if len(workers) < 2:  # noqa: PLR2004 - sharing takes two
        return Finding(is_healthy=True, key=f"operator.doctor.workers_{len(workers)}")
    if all(one.shares_deliveries for one in workers):
        return Finding(is_healthy=True, key="operator.doctor.workers_sharing", facts=facts)
    return Finding(is_healthy=False, key="operator.doctor.workers_apart", facts=facts)


def _pepper_finding(unreadable_periods: int) -> Finding:
    """Whether every open period finds the pepper that it opened with."""
    if unreadable_periods:
        return Finding(
            is_healthy=False,
            key="operator.doctor.pepper_missing",
            facts={"count": unreadable_periods},
        )
    return Finding(is_healthy=True, key="operator.doctor.pepper")


def _slack_findings(slack_check: SlackCheck) -> tuple[Finding, ...]:
    if slack_check.error:
        facts: dict[str, str | int] = {"error": slack_check.error}
        return (Finding(is_healthy=False, key="operator.doctor.token", facts=facts),)
    lacking = ", ".join(sorted(_REQUIRED_SCOPES - slack_check.scopes))
    return (
        Finding(
            is_healthy=True,
            key="operator.doctor.greeted",
            facts={"workspace": slack_check.workspace},
        ),
        Finding(not lacking, "operator.doctor.scopes_lacking", {"scopes": lacking})
        if lacking
        else Finding(is_healthy=True, key="operator.doctor.scopes"),
        _clock_finding(slack_check.server_time),
    )


def _microsoft_findings(microsoft_check: MicrosoftCheck) -> tuple[Finding, ...]:
    keys = "teams_keys" if microsoft_check.has_keys else "teams_keys_away"
    token = "teams_token" if microsoft_check.has_token else "teams_token_refused"
    return (
        Finding(microsoft_check.has_keys, f"operator.doctor.{keys}"),
        Finding(microsoft_check.has_token, f"operator.doctor.{token}"),
    )


def _clock_finding(server_time: float | None) -> Finding:
    skew = abs(datetime.now(UTC).timestamp() - server_time) if server_time else 0.0
    if skew > _MAX_CLOCK_SKEW_SECONDS:
        return Finding(
            is_healthy=False, key="operator.doctor.clock_off", facts={"seconds": round(skew)}
        )
    return Finding(is_healthy=True, key="operator.doctor.clock")
