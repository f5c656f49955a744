from functools import cached_property

from bot.store.repositories import Repositories
from bot.store.store import Store

REPOSITORY_NAMES = {
    name for name, value in vars(Repositories).items() if isinstance(value, cached_property)
}


async def test_repositories_are_built_on_first_use(store: Store) -> None:
    """A job's unused repositories are never built, and a used one is built once."""

    def read_twice(repos: Repositories) -> tuple[set[str], bool]:
        before = {name for name in vars(repos) if name in REPOSITORY_NAMES}
        return before, repos.teams is repos.teams

    assert await store.across_workspaces.read(read_twice) == (set(), True)
    assert await store.across_workspaces.write(read_twice) == (set(), True)


async def test_repositories_are_not_shared_between_jobs_that_read(store: Store) -> None:
    """Each read transaction has its own repositories, on its own connection."""
    first = await store.across_workspaces.read(lambda repos: repos.teams)
    second = await store.across_workspaces.read(lambda repos: repos.teams)

    assert first is not second


async def test_repositories_know_the_workspace_that_they_serve(store: Store) -> None:
    """A job of one workspace gets its name; a job across workspaces gets none."""
    scoped, unscoped = store.for_workspace("slack:T1"), store.across_workspaces

    assert await scoped.read(lambda repos: repos.workspace) == "slack:T1"
    assert await scoped.write(lambda repos: repos.workspace) == "slack:T1"
    assert await unscoped.read(lambda repos: repos.workspace) is None
    assert await unscoped.write(lambda repos: repos.workspace) is None
