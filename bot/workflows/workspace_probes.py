"""Schedule the probes of workspaces after an outage or suspension, and record their results."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from bot.conversation import Address
from bot.domain.probe_backoff import (
    OUTAGE_BACKOFF,
    SUSPENSION_BACKOFF,
    is_probe_due,
    next_probe_delay,
)
from bot.domain.reachability import Evidence, may_resume
from bot.outlet import ProbeResult, ProbeStatus
from bot.store.repositories import Repositories
from bot.store.repositories.column_codecs import from_unix_seconds
from bot.store.repositories.workspaces import MAX_REST, WorkspaceState
from bot.workflows.reachability import suspend_workspace


class Availability(Enum):
    """Whether messages may be sent to a workspace at an instant."""

    AVAILABLE = "available"
    PROBE_DUE = "probe_due"
    """A probe is due and must succeed before the next message."""
    UNAVAILABLE = "unavailable"


def check_availability(repos: Repositories, workspace: str, now: datetime) -> Availability:
    """Return from the row of *workspace* whether messages may be sent at *now*; only reads."""
    state = repos.workspaces.get_state(workspace)
    if state.suspension_reason:
        is_due = _is_retry_due(state, now)
        return Availability.PROBE_DUE if is_due else Availability.UNAVAILABLE
    if state.is_resting(now):
        return Availability.UNAVAILABLE
    return Availability.PROBE_DUE if state.probe_count else Availability.AVAILABLE


def list_due_retries(repos: Repositories, now: datetime) -> tuple[str, ...]:
    """Return the suspended workspaces whose next probe is due at *now*; none is uninstalled."""
    suspended = repos.workspaces.list_suspended()
    return tuple(workspace for workspace, state in suspended.items() if _is_retry_due(state, now))


def find_probe_address(repos: Repositories, workspace: str, now: datetime) -> Address:
    """Return an address with its chat route for a probe of *workspace*.

    It is that of a delivery which is due, else in doubt, else a team's channel, ``""`` without one:
    the probe then uses the chat that the next message uses.
    """
    deliveries = repos.deliveries.list_due_deliveries(
        workspace, now, limit=1
    ) or repos.deliveries.list_unfinished_attempts(workspace, now, 1, timedelta(0))
    channels = [team.channel for team in repos.teams.list_teams() if team.workspace == workspace]
    if deliveries:
        address = Address(workspace, deliveries[0].person, deliveries[0].channel)
    else:
        address = Address(workspace, channel=next(iter(channels), ""))
    return replace(address, route=repos.chat_routes.get_route(address))


def schedule_next_probe(
    repos: Repositories,
    workspace: str,
    now: datetime,
    jitter_fraction: float,
    retry_after_seconds: float = 0.0,
) -> None:
    """Increment the probe count of *workspace*, and store the next delay of its backoff.

    A suspended workspace is probed after the delay. Any other one rests for it, at least for
    *retry_after_seconds*, of which at most :data:`MAX_REST` counts; an earlier rest that ends later
    remains. *jitter_fraction* is a random number from 0 to 1.
    """
    state = repos.workspaces.get_state(workspace)
    policy = SUSPENSION_BACKOFF if state.suspension_reason else OUTAGE_BACKOFF
    delay = next_probe_delay(policy, state.probe_count, jitter_fraction)
    repos.workspaces.save_probe(workspace, state.probe_count + 1, now + delay)
    if not state.suspension_reason:
        requested_seconds = min(retry_after_seconds, MAX_REST.total_seconds())
        rest_until = now + max(delay, timedelta(seconds=requested_seconds))
        if state.is_resting(now):
            rest_until = max(rest_until, from_unix_seconds(state.resting_until))
        repos.workspaces.set_rest(workspace, rest_until)


def record_probe_result(
    repos: Repositories,
    workspace: str,
    result: ProbeResult,
    now: datetime,
    jitter_fraction: float,
) -> str:
    """Record the *result* of a probe; return the log action, ``""`` for no change of state.

    A success ends a suspension; any other result schedules the next probe, and a refusal also
    suspends the workspace. Only a message that was sent resets the probe count, so that the backoff
    continues for a workspace that accepts probes and rejects messages.
    """
    if result.status is ProbeStatus.AVAILABLE:
        # The event of an uninstallation may have arrived while the probe was under way.
        is_ended = repos.workspaces.resume(workspace, Evidence.PROBE)
        return "workspaces.opened" if is_ended else ""
    is_change = result.status is ProbeStatus.REFUSED and suspend_workspace(
        repos, workspace, result.reason, now
    )
    schedule_next_probe(repos, workspace, now, jitter_fraction, result.retry_after_seconds)
    return "workspaces.closed" if is_change else ""


def _is_retry_due(state: WorkspaceState, now: datetime) -> bool:
    can_resume = may_resume(state.suspension_reason, Evidence.PROBE)
    return can_resume and is_probe_due(state.probe_at, now.timestamp())
