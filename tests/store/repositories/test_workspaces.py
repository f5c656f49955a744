from datetime import datetime, timedelta
from functools import partial

from bot.store.repositories import Repositories
from bot.store.store import Store
from tests.store.sample_jobs import DEADLINE, NOW, PLANNED_CHECKIN


async def test_a_workspace_that_refuses_us_is_told_of_once(store: Store) -> None:
    """The first refusal is news and its reason stays; the next ones are not news."""

    def refuse_twice(repos: Repositories) -> list[bool]:
        return [repos.workspaces.suspend("slack:T1", reason) for reason in ("revoked", "other")]

    assert await store.write(refuse_twice) == [True, False]
    assert (
        await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T1")) == "revoked"
    )
    assert await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T2")) == ""


async def test_a_reason_too_long_or_missing_still_suspends(store: Store) -> None:
    """Whatever a product says, the workspace is left in peace."""

    def refuse(repos: Repositories) -> None:
        repos.workspaces.suspend("slack:T1", "x" * 500)
        repos.workspaces.suspend("slack:T2", "")

    await store.write(refuse)

    assert (
        await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T1")) == "x" * 60
    )
    assert await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T2"))


async def test_a_workspace_can_be_served_again(store: Store) -> None:
    """Once mended it takes messages, and that is news once."""

    def mend(repos: Repositories) -> list[bool]:
        repos.workspaces.suspend("slack:T1", "revoked")
        return [repos.workspaces.resume("slack:T1") for _ in range(2)]

    assert await store.write(mend) == [True, False]
    assert await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T1")) == ""


async def test_a_workspace_that_asked_for_rest_gets_it_from_every_process(store: Store) -> None:
    """Until then it takes nothing and is owed as before; it does not matter who was asked."""
    later = NOW + timedelta(seconds=30)

    def rest(repos: Repositories) -> None:
        repos.deliveries.plan_deliveries([PLANNED_CHECKIN])
        repos.workspaces.set_rest("slack:T1", later)

    await store.write(rest)

    moments = (NOW, later, NOW - timedelta(hours=2))
    takes = [await store.read(partial(_takes, at=at)) for at in moments]
    assert takes == [False, True, True]
    assert await store.read(lambda repos: repos.deliveries.list_due_workspaces(NOW)) == ()
    assert await store.read(lambda repos: repos.deliveries.list_due_workspaces(DEADLINE)) == (
        "slack:T1",
    )


async def test_a_suspended_workspace_takes_nothing(store: Store) -> None:
    """Suspension has no end of its own."""
    await store.write(lambda repos: repos.workspaces.suspend("slack:T1", "revoked"))

    assert not await store.read(
        lambda repos: repos.workspaces.accepts_messages("slack:T1", DEADLINE)
    )
    assert await store.read(lambda repos: repos.workspaces.accepts_messages("slack:T2", DEADLINE))


def _takes(repos: Repositories, at: datetime) -> bool:
    return repos.workspaces.accepts_messages("slack:T1", at)


async def test_after_a_start_everybody_suspended_is_tried_once_more(store: Store) -> None:
    """Whoever set a new token need not mend the database, too."""

    def start(repos: Repositories) -> list[int]:
        for name in ("slack:T1", "slack:T2"):
            repos.workspaces.suspend(name, "token_revoked")
        return [repos.workspaces.resume_all() for _ in range(2)]

    assert await store.write(start) == [2, 0]
    assert await store.read(lambda repos: repos.workspaces.accepts_messages("slack:T1", DEADLINE))
