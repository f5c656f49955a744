"""What the results of probes change in the store."""

from datetime import timedelta

import pytest

from bot.outlet import ProbeResult, ProbeStatus
from bot.store.repositories import Repositories
from bot.store.repositories.workspaces import MAX_REST
from bot.store.store import Store
from bot.workflows.workspace_probes import (
    Availability,
    check_availability,
    list_due_retries,
    record_probe_result,
    schedule_next_probe,
)
from tests.store.sample_counts import NOW, WORKSPACE

AVAILABLE = ProbeResult(ProbeStatus.AVAILABLE)
MINUTE = timedelta(minutes=1)


async def test_each_failed_probe_lengthens_the_rest(store: Store) -> None:
    """The rests of an outage double from a minute, and end at a quarter of an hour."""

    def fail_probes(repos: Repositories) -> list[float]:
        now, rests = NOW, []
        for _ in range(6):
            schedule_next_probe(repos, WORKSPACE, now, 0.0)
            rest_end = repos.workspaces.get_state(WORKSPACE).resting_until
            rests.append((rest_end - now.timestamp()) / 60)
            now += timedelta(minutes=rests[-1])
        return rests

    assert await store.across_workspaces.write(fail_probes) == [1, 2, 4, 8, 15, 15]


async def test_a_longer_rest_stays(store: Store) -> None:
    """A rest that the product requested is not shortened by a probe's."""

    def rest_twice(repos: Repositories) -> int:
        repos.workspaces.set_rest(WORKSPACE, NOW + 30 * MINUTE)
        schedule_next_probe(repos, WORKSPACE, NOW, 0.0)
        return repos.workspaces.get_state(WORKSPACE).resting_until

    expected = int((NOW + 30 * MINUTE).timestamp())
    assert await store.across_workspaces.write(rest_twice) == expected


@pytest.mark.parametrize("seconds", [float("inf"), 1e15, -5.0])
async def test_a_requested_delay_is_bounded(store: Store, seconds: float) -> None:
    """Whatever delay a product requests, the rest ends between a minute and an hour later."""
    result = ProbeResult(ProbeStatus.UNAVAILABLE, "ratelimited", seconds)

    def fail_probe(repos: Repositories) -> int:
        record_probe_result(repos, WORKSPACE, result, NOW, 0.0)
        return repos.workspaces.get_state(WORKSPACE).resting_until

    rest_end = await store.across_workspaces.write(fail_probe)
    assert (NOW + MINUTE).timestamp() <= rest_end <= (NOW + MAX_REST).timestamp()


async def test_a_success_keeps_the_count(store: Store) -> None:
    """A probe ends the suspension; until a message was sent, another probe precedes it."""

    def suspend_and_probe(repos: Repositories) -> tuple[str, int, Availability]:
        repos.workspaces.suspend(WORKSPACE, "token_revoked")
        schedule_next_probe(repos, WORKSPACE, NOW, 0.0)
        action = record_probe_result(repos, WORKSPACE, AVAILABLE, NOW, 0.0)
        count = repos.workspaces.get_state(WORKSPACE).probe_count
        return action, count, check_availability(repos, WORKSPACE, NOW)

    assert await store.across_workspaces.write(suspend_and_probe) == (
        "workspaces.opened",
        1,
        Availability.PROBE_DUE,
    )


async def test_a_probe_does_not_revive_an_uninstalled_workspace(store: Store) -> None:
    """An uninstallation that was reported during the probe outlasts the probe's success."""

    def uninstall_and_probe(repos: Repositories) -> tuple[str, str]:
        repos.workspaces.suspend(WORKSPACE, "app_uninstalled")
        action = record_probe_result(repos, WORKSPACE, AVAILABLE, NOW, 0.0)
        return action, repos.workspaces.suspension_reason(WORKSPACE)

    assert await store.across_workspaces.write(uninstall_and_probe) == ("", "app_uninstalled")


async def test_suspended_workspaces_are_listed_when_their_probe_is_due(store: Store) -> None:
    """A suspension without a planned probe is due at once, later ones after their delay."""

    def list_retries(repos: Repositories) -> list[tuple[str, ...]]:
        repos.workspaces.suspend(WORKSPACE, "token_revoked")
        repos.workspaces.suspend("slack:T0GONE", "app_uninstalled")
        due = [list_due_retries(repos, NOW)]
        schedule_next_probe(repos, WORKSPACE, NOW, 0.0)
        return due + [list_due_retries(repos, NOW + delay) for delay in (0 * MINUTE, MINUTE)]

    assert await store.across_workspaces.write(list_retries) == [(WORKSPACE,), (), (WORKSPACE,)]


async def test_a_refused_probe_is_reported_once(store: Store) -> None:
    """The first refusal suspends the workspace; the next one only lengthens the delay."""
    refused = ProbeResult(ProbeStatus.REFUSED, "token_revoked")

    def refuse_twice(repos: Repositories) -> list[str]:
        return [record_probe_result(repos, WORKSPACE, refused, NOW, 0.0) for _ in range(2)]

    assert await store.across_workspaces.write(refuse_twice) == ["workspaces.closed", ""]
