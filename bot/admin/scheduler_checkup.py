"""Check by database rows whether any worker's scheduler runs: the last tick, the failed duties."""

from datetime import UTC, datetime

from bot.admin.finding import Finding
from bot.domain import health
from bot.store.repositories import Repositories
from bot.store.store import Store

_SECONDS_PER_MINUTE = 60


def check_scheduler(store: Store, now: datetime | None = None) -> tuple[Finding, ...]:
    """Return the findings about the last tick and the duties, from two read transactions.

    Requires this release's schema. Blocks. *now* is by default the current time. Raises the
    driver's exceptions.
    """
    instant = now or datetime.now(UTC)
    return (
        store.read_sync(lambda repos: _check_tick(repos, instant)),
        store.read_sync(_check_duties),
    )


def _check_tick(repos: Repositories, now: datetime) -> Finding:
    """Compare the last tick of any worker to *now*; without one, a stored team makes it a fault."""
    last_tick = repos.duty_runs.read_last_tick()
    if last_tick is None:
        has_teams = bool(repos.teams.list_teams())
        key = "not_ticked" if has_teams else "ticked_never"
        return Finding(not has_teams, f"operator.doctor.{key}")
    if health.is_tick_recent(last_tick, now):
        return Finding(is_healthy=True, key="operator.doctor.ticked")
    minutes = round(abs(now - last_tick).total_seconds() / _SECONDS_PER_MINUTE)
    facts: dict[str, str | int] = {"count": minutes}
    return Finding(is_healthy=False, key="operator.doctor.ticked_long_ago", facts=facts)


def _check_duties(repos: Repositories) -> Finding:
    """Return a finding with the names of the duties whose last three runs failed."""
    duties = health.list_failing_duties(repos.duty_runs.read_consecutive_failures())
    if not duties:
        return Finding(is_healthy=True, key="operator.doctor.duties")
    facts: dict[str, str | int] = {"duties": ", ".join(duties)}
    return Finding(is_healthy=False, key="operator.doctor.duties_failing", facts=facts)
