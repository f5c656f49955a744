from datetime import datetime, timedelta
from functools import partial

from bot.domain.reachability import Evidence
from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import DEADLINE, NOW, PLANNED_CHECKIN


async def test_suspension_is_reported_once(store: Store) -> None:
    """The first suspension is a change and its reason is stored; later ones are no change."""

    def suspend_twice(repos: Repositories) -> list[bool]:
        return [repos.workspaces.suspend("slack:T1", reason) for reason in ("revoked", "other")]

    assert await store.across_workspaces.write(suspend_twice) == [True, False]
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.workspaces.suspension_reason("slack:T1")
        )
        == "revoked"
    )
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.workspaces.suspension_reason("slack:T2")
        )
        == ""
    )


async def test_oversized_or_missing_reason_still_suspends(store: Store) -> None:
    """Any reason suspends the workspace; it is truncated to 60 characters."""

    def suspend_both(repos: Repositories) -> None:
        repos.workspaces.suspend("slack:T1", "x" * 500)
        repos.workspaces.suspend("slack:T2", "")

    await store.across_workspaces.write(suspend_both)

    assert (
        await store.across_workspaces.read(
            lambda repos: repos.workspaces.suspension_reason("slack:T1")
        )
        == "x" * 60
    )
    assert await store.across_workspaces.read(
        lambda repos: repos.workspaces.suspension_reason("slack:T2")
    )


async def test_suspended_workspace_can_be_resumed(store: Store) -> None:
    """A resumed workspace accepts messages, and resuming it again is no change."""

    def suspend_and_resume(repos: Repositories) -> list[bool]:
        repos.workspaces.suspend("slack:T1", "revoked")
        return [repos.workspaces.resume("slack:T1", Evidence.PAYLOAD) for _ in range(2)]

    assert await store.across_workspaces.write(suspend_and_resume) == [True, False]
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.workspaces.suspension_reason("slack:T1")
        )
        == ""
    )


async def test_rest_applies_to_every_process(store: Store) -> None:
    """Until the rest ends nothing is sent, and the deliveries stay planned."""
    later = NOW + timedelta(seconds=30)

    def plan_and_rest(repos: Repositories) -> None:
        repos.deliveries.plan_deliveries([PLANNED_CHECKIN])
        repos.workspaces.set_rest("slack:T1", later)

    await store.across_workspaces.write(plan_and_rest)

    instants = (NOW, later, NOW - timedelta(hours=2))
    results = [
        await store.across_workspaces.read(partial(_accepts_messages, at=at)) for at in instants
    ]
    assert results == [False, True, True]
    assert (
        await store.across_workspaces.read(lambda repos: repos.deliveries.list_due_workspaces(NOW))
        == ()
    )
    assert await store.across_workspaces.read(
        lambda repos: repos.deliveries.list_due_workspaces(DEADLINE)
    ) == ("slack:T1",)


async def test_suspension_does_not_expire(store: Store) -> None:
    """A suspended workspace accepts no messages until it is resumed."""
    await store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend("slack:T1", "revoked")
    )

    assert not await store.across_workspaces.read(
        lambda repos: repos.workspaces.accepts_messages("slack:T1", DEADLINE)
    )
    assert await store.across_workspaces.read(
        lambda repos: repos.workspaces.accepts_messages("slack:T2", DEADLINE)
    )


def _accepts_messages(repos: Repositories, at: datetime) -> bool:
    return repos.workspaces.accepts_messages("slack:T1", at)


async def test_resume_all_resumes_every_suspended_workspace(store: Store) -> None:
    """After a restart with a new token, no database change is needed."""

    def suspend_and_resume_all(repos: Repositories) -> list[int]:
        for name in ("slack:T1", "slack:T2"):
            repos.workspaces.suspend(name, "token_revoked")
        return [repos.workspaces.resume_all() for _ in range(2)]

    assert await store.across_workspaces.write(suspend_and_resume_all) == [2, 0]
    assert await store.across_workspaces.read(
        lambda repos: repos.workspaces.accepts_messages("slack:T1", DEADLINE)
    )


async def test_probes_are_counted_until_they_are_reset(store: Store) -> None:
    """The count and the next probe are stored, bounded, and reset together."""

    def save_and_reset(repos: Repositories) -> list[tuple[int, int]]:
        states = []
        for count in (1, 10**9):
            repos.workspaces.save_probe("slack:T1", count, NOW)
            states.append(repos.workspaces.get_state("slack:T1"))
        repos.workspaces.reset_probes("slack:T1")
        repos.workspaces.reset_probes("slack:T2")
        states += [repos.workspaces.get_state(name) for name in ("slack:T1", "slack:T2")]
        return [(state.probe_count, state.probe_at) for state in states]

    now = int(NOW.timestamp())
    assert await store.across_workspaces.write(save_and_reset) == [
        (1, now),
        (1000, now),
        (0, 0),
        (0, 0),
    ]


async def test_suspended_workspaces_are_listed_with_their_state(store: Store) -> None:
    """A resting or resumed workspace is not listed."""

    def suspend_some(repos: Repositories) -> dict[str, str]:
        for name in ("slack:T1", "slack:T2"):
            repos.workspaces.suspend(name, "token_revoked")
        repos.workspaces.resume("slack:T2", Evidence.PAYLOAD)
        repos.workspaces.set_rest("slack:T3", NOW)
        states = repos.workspaces.list_suspended()
        return {name: state.suspension_reason for name, state in states.items()}

    assert await store.across_workspaces.write(suspend_some) == {"slack:T1": "token_revoked"}
