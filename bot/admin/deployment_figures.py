"""Load the figures of a deployment from its database and key store, for metrics and health checks.

Any process of the deployment can query them. They are counts and states, without personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.health import HealthFault, is_tick_recent
from bot.store.claimed_key_store import ClaimedKeyStoreHealth
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import DeliveryCount
from bot.store.store import Store

_UNAVAILABLE_KEY_STORE = ClaimedKeyStoreHealth(is_available=False)


@dataclass(frozen=True)
class DeploymentFigures:
    """Figures of the database and the key store; no figure changes with what people file.

    ``last_tick`` is the last one of any worker; ``failed_runs`` is the number of failed runs in a
    row, by duty. ``unreachable_count`` is the number of people who joined and accept no messages.
    """

    last_tick: datetime | None = None
    failed_runs: Mapping[str, int] = field(default_factory=dict)
    delivery_counts: tuple[DeliveryCount, ...] = ()
    suspended_count: int = 0
    resting_count: int = 0
    unreachable_count: int = 0
    team_count: int = 0
    worker_count: int = 0
    key_store_health: ClaimedKeyStoreHealth = _UNAVAILABLE_KEY_STORE


@dataclass(frozen=True)
class ProcessFigures:
    """Figures in the metrics of a process that are rendered also without a readable database.

    ``faults`` are those of the process and of the deployment. ``tick_age_seconds`` is ``None``
    before the first tick of any worker or if it cannot be read. ``refused_requests`` is the number
    of requests with a wrong signature or token, and ``sockets`` whether the socket is connected:
    dicts by product, the latter of those with a socket.
    """

    is_ready: bool = True
    faults: tuple[HealthFault, ...] = ()
    tick_age_seconds: float | None = None
    refused_requests: Mapping[str, int] = field(default_factory=dict)
    sockets: Mapping[str, bool] = field(default_factory=dict)


def load_figures(store: Store, now: datetime) -> DeploymentFigures:
    """Read all figures at *now*, in several short read transactions; blocks.

    Raises the driver's exceptions. ``key_store_health`` reports an unreadable key store.
    """
    figures = store.read_sync(lambda repos: _read_figures(repos, now))
    return replace(
        figures,
        worker_count=_count_workers(store, figures.last_tick, now),
        key_store_health=store.claimed_key_store.read_health(now),
    )


def _read_figures(repos: Repositories, now: datetime) -> DeploymentFigures:
    """Query the tables in the caller's read transaction."""
    suspended_count, resting_count = repos.workspaces.count_suspended_and_resting(now)
    return DeploymentFigures(
        last_tick=repos.duty_runs.read_last_tick(),
        failed_runs=repos.duty_runs.read_consecutive_failures(),
        delivery_counts=repos.deliveries.count_by_state(),
        suspended_count=suspended_count,
        resting_count=resting_count,
        unreachable_count=repos.people.count_unreachable(),
        team_count=len(repos.teams.list_teams()),
    )


def _count_workers(store: Store, last_tick: datetime | None, now: datetime) -> int:
    """Count the workers' leases; on SQLite, without leases, 1 if the last tick is recent."""
    if store.database_probe.is_embedded:
        return int(is_tick_recent(last_tick, now))
    return len(store.worker_locks.list_live_workers())
