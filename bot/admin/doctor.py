"""A check-up for the operator: what is missing or wrong, in plain words, with a remedy."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.settings import Settings
from bot.store.store import Store
from bot.store.worker_locks import Worker

_SKEW = 60.0
"""Seconds by which the machine's clock may differ from the product's; Slack signs within 300."""

_SCOPES = frozenset({"commands", "chat:write", "users:read"})


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and the key of the sentence to say."""

    well: bool
    key: str
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Greeting:
    """What a product says of the bot's own account; ``error`` when it says nothing good."""

    error: str = ""
    workspace: str = ""
    scopes: frozenset[str] = frozenset()
    clock: float | None = None


@dataclass(frozen=True)
class Reached:
    """Whether Microsoft tells the keys it signs with, and gives the bot a token."""

    keys: bool
    token: bool


async def examine(
    settings: Settings,
    greet: Callable[[], Awaitable[Greeting]],
    reach: Callable[[], Awaitable[Reached]],
) -> tuple[Finding, ...]:
    """Look at database and pepper, and at each product in use; say of each what to do next.

    *greet* asks Slack and *reach* Microsoft; neither is asked where it is not configured.
    """
    found = await asyncio.to_thread(_database, settings)
    if settings.uses_slack:
        found += _product(await greet())
    if settings.uses_teams:
        found += _microsoft(await reach())
    return found


def _database(settings: Settings) -> tuple[Finding, ...]:
    try:
        store = Store.open(settings.database_url.get_secret_value(), settings.peppers)
        try:
            current = store.current()
            locked = store.locked() if current else 0
            workers = store.workers()
        finally:
            store.shut()
    except Exception:  # noqa: BLE001 - every driver has its own; the remedy is the same
        return (Finding(well=False, key="operator.doctor.database_unreached"),)
    if not current:
        return (Finding(well=False, key="operator.doctor.migrate"),)
    well = Finding(well=True, key="operator.doctor.database")
    beside = () if settings.on_sqlite else (_workers(workers),)
    return (well, _pepper(locked), *beside)


def _workers(workers: tuple[Worker, ...]) -> Finding:
    """Who looks at the clock beside `web`, and whether several of them share what is owed."""
    facts: dict[str, str | int] = {"count": len(workers)}
    if len(workers) < 2:  # noqa: PLR2004 - sharing takes two
        return Finding(well=True, key=f"operator.doctor.workers_{len(workers)}")
    if all(one.shares for one in workers):
        return Finding(well=True, key="operator.doctor.workers_sharing", facts=facts)
    return Finding(well=False, key="operator.doctor.workers_apart", facts=facts)


def _pepper(locked: int) -> Finding:
    """Whether every open period finds the pepper that it opened with."""
    if locked:
        return Finding(well=False, key="operator.doctor.pepper_missing", facts={"count": locked})
    return Finding(well=True, key="operator.doctor.pepper")


def _product(greeting: Greeting) -> tuple[Finding, ...]:
    if greeting.error:
        facts: dict[str, str | int] = {"error": greeting.error}
        return (Finding(well=False, key="operator.doctor.token", facts=facts),)
    lacking = ", ".join(sorted(_SCOPES - greeting.scopes))
    return (
        Finding(well=True, key="operator.doctor.greeted", facts={"workspace": greeting.workspace}),
        Finding(not lacking, "operator.doctor.scopes_lacking", {"scopes": lacking})
        if lacking
        else Finding(well=True, key="operator.doctor.scopes"),
        _clock(greeting.clock),
    )


def _microsoft(reached: Reached) -> tuple[Finding, ...]:
    keys = "teams_keys" if reached.keys else "teams_keys_away"
    token = "teams_token" if reached.token else "teams_token_refused"
    return (
        Finding(reached.keys, f"operator.doctor.{keys}"),
        Finding(reached.token, f"operator.doctor.{token}"),
    )


def _clock(theirs: float | None) -> Finding:
    skew = abs(datetime.now(UTC).timestamp() - theirs) if theirs else 0.0
    if skew > _SKEW:
        return Finding(well=False, key="operator.doctor.clock_off", facts={"seconds": round(skew)})
    return Finding(well=True, key="operator.doctor.clock")
