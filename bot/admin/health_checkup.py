"""Check-up of the whole deployment: the last tick and the duties."""

from datetime import UTC, datetime

from bot.admin.finding import Finding
from bot.domain import health
from bot.store.repositories import Repositories
from bot.store.store import Store

_SECONDS_PER_MINUTE = 60


def check_service(store: Store, now: datetime | None = None) -> tuple[Finding, ...]:
    """Return the findings about the last tick and the duties of a database of this schema.

    Blocks; *now* is the present instant unless given. Raises the driver's errors of the database.
    """
    instant = now or datetime.now(UTC)
    return (
        store.read_sync(lambda repos: _check_tick(repos, instant)),
        store.read_sync(_check_duties),
    )


def _check_tick(repos: Repositories, now: datetime) -> Finding:
    """Return how long ago a worker ticked; a bot that was never started has no team yet."""
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
    """Return which duties failed at their last three runs, by name."""
    duties = health.list_failing_duties(repos.duty_runs.read_failed_runs())
    if not duties:
        return Finding(is_healthy=True, key="operator.doctor.duties")
    facts: dict[str, str | int] = {"duties": ", ".join(duties)}
    return Finding(is_healthy=False, key="operator.doctor.duties_failing", facts=facts)
