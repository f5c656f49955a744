import asyncio
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property

import pytest
from sqlalchemy import select

from bot.conversation import Address, Person
from bot.domain.people import Role
from bot.store.repositories import Repositories
from bot.store.schema import feeds, people
from bot.store.store import Store
from bot.store.workspace_scope import WorkspaceMismatchError
from tests.store.sample_counts import build_team, declare_team_job
from tests.store.sample_jobs import NOW, PLANNED_CHECKIN, PLANNED_TIP

OWN, FOREIGN = "slack:T1", "msteams:tenant"
MARIE, MARIE_ON_TEAMS = Person(OWN, "UMARIE"), Person(FOREIGN, "marie")
OWN_TEAM = build_team("own")
FOREIGN_TEAM = replace(build_team("foreign"), workspace=FOREIGN)
FOREIGN_SIBLING = replace(build_team("sibling"), workspace=FOREIGN)
FOREIGN_DELIVERY = replace(PLANNED_TIP, workspace=FOREIGN)

FOREIGN_ARGUMENTS = {
    "workspace": FOREIGN,
    "person": MARIE_ON_TEAMS,
    "persons": (MARIE_ON_TEAMS,),
    "address": Address(FOREIGN, "marie"),
    "team": FOREIGN_TEAM,
    "team_id": FOREIGN_TEAM.id,
    "planned_deliveries": (FOREIGN_DELIVERY,),
}
"""Another workspace's argument for each parameter name; all other parameters are ``None``."""

SELF_LIMITED = {("idempotency_keys", "claim"), ("slips", "open_missing_periods")}
"""The methods that limit themselves to the workspace; tests of their own follow below."""


def list_methods() -> Iterator[tuple[str, str]]:
    """Yield (repository, method) for each public method that a job can call."""
    for name, factory in vars(Repositories).items():
        if isinstance(factory, cached_property):
            repository = inspect.signature(factory.func, eval_str=True).return_annotation
            for method, function in vars(repository).items():
                if inspect.isfunction(function) and not method.startswith("_"):
                    yield name, method


async def save_teams(store: Store) -> str:
    """Store a team in either workspace and a foreign delivery, and return the delivery's id."""

    def job(repos: Repositories) -> str:
        for team in (OWN_TEAM, FOREIGN_TEAM, FOREIGN_SIBLING):
            repos.teams.save(team)
        repos.deliveries.plan_deliveries([FOREIGN_DELIVERY])
        return repos.deliveries.list_due_deliveries(FOREIGN, NOW, 1)[0].id

    return await store.across_workspaces.write(job)


def call_with_foreign_arguments(name: str, method: str, delivery_id: str) -> Callable[..., object]:
    """Return a job that calls a method with another workspace's arguments."""

    def job(repos: Repositories) -> object:
        full = Repositories(repos._connection, repos._peppers)
        parameters = inspect.signature(getattr(getattr(full, name), method)).parameters
        arguments = FOREIGN_ARGUMENTS | {"delivery_id": delivery_id}
        return getattr(getattr(repos, name), method)(
            **{parameter: arguments.get(parameter) for parameter in parameters}
        )

    return job


async def test_every_method_rejects_rows_of_another_workspace(store: Store) -> None:
    """No public method of a repository runs on another workspace's rows, nor on those of all."""
    delivery_id = await save_teams(store)
    scope = store.for_workspace(OWN)
    for name, method in set(list_methods()) - SELF_LIMITED:
        with pytest.raises(WorkspaceMismatchError):
            await scope.write(call_with_foreign_arguments(name, method, delivery_id))


async def test_lists_of_all_workspaces_are_rejected(store: Store) -> None:
    """A scoped job cannot list the rows of all workspaces, by default or after a key."""
    scope = store.for_workspace(OWN)
    with pytest.raises(WorkspaceMismatchError):
        await scope.read(lambda repos: repos.teams.list_teams())
    with pytest.raises(WorkspaceMismatchError):
        await scope.read(lambda repos: repos.people.list_joined(MARIE, 9))


async def test_scoped_job_accesses_its_own_rows(store: Store) -> None:
    """A person, a team, a channel and a delivery of the workspace are read and written."""
    await save_teams(store)
    scope = store.for_workspace(OWN)

    def use_own_rows(repos: Repositories) -> tuple[object, ...]:
        repos.teams.declare_clinicians(OWN_TEAM.id, (person for person in (MARIE,)))
        repos.people.join_team(MARIE, OWN_TEAM.id)
        planned = repos.deliveries.plan_deliveries(iter([PLANNED_CHECKIN]))
        home_team = repos.teams.get_home_team(MARIE)
        return planned, home_team, repos.teams.list_declared_clinicians(OWN_TEAM.id)

    assert await scope.write(use_own_rows) == (1, OWN_TEAM, (MARIE,))


async def test_rejected_write_is_rolled_back(store: Store) -> None:
    """A job that reaches for another workspace leaves none of its own changes."""

    def set_languages(repos: Repositories) -> None:
        repos.people.set_language(MARIE, "fr")
        repos.people.set_language(MARIE_ON_TEAMS, "fr")

    with pytest.raises(WorkspaceMismatchError):
        await store.for_workspace(OWN).write(set_languages)
    assert not await store.across_workspaces.read(
        lambda repos: list(repos._connection.scalars(select(people.c.id)))
    )


async def test_stored_team_of_another_workspace_is_not_taken_over(store: Store) -> None:
    """A team with the id of another workspace's team cannot be saved over it."""
    await save_teams(store)
    with pytest.raises(WorkspaceMismatchError):
        await store.for_workspace(OWN).write(
            lambda repos: repos.teams.save(replace(FOREIGN_TEAM, workspace=OWN))
        )


async def test_home_team_of_a_linked_account_is_accessible(store: Store) -> None:
    """A person linked to an account elsewhere uses its home team, and no other team there."""
    await save_teams(store)

    def link_and_join(repos: Repositories) -> None:
        repos.linked_accounts.set_links([(MARIE_ON_TEAMS, MARIE)])
        repos.people.join_team(MARIE_ON_TEAMS, FOREIGN_TEAM.id)

    await store.across_workspaces.write(link_and_join)

    def read_home_team(repos: Repositories) -> tuple[object, ...]:
        _, team = repos.teams.get_person_and_team(MARIE)
        return team, repos.teams.list_role_holders(FOREIGN_TEAM.id, Role.SUPERVISOR)

    def read_sibling(repos: Repositories) -> object:
        repos.teams.get_home_team(MARIE)
        return repos.teams.list_roster(FOREIGN_SIBLING.id)

    scope = store.for_workspace(OWN)
    assert await scope.read(read_home_team) == (FOREIGN_TEAM, ())
    with pytest.raises(WorkspaceMismatchError):
        await scope.read(read_sibling)


async def test_idempotency_keys_of_two_workspaces_are_apart(store: Store) -> None:
    """The same key is claimed once in each workspace, and across workspaces."""

    def claim(repos: Repositories) -> bool:
        return repos.idempotency_keys.claim("debrief", "trigger 1", date(2026, 9, 7))

    scopes = (store.for_workspace(OWN), store.for_workspace(FOREIGN), store.across_workspaces)
    assert [await scope.write(claim) for scope in scopes] == [True, True, True]
    assert [await scope.write(claim) for scope in scopes] == [False, False, False]


async def test_periods_are_opened_for_the_teams_of_the_workspace(store: Store) -> None:
    """A scoped job opens no period of another workspace's team."""

    def declare_teams(repos: Repositories) -> None:
        for team in (OWN_TEAM, FOREIGN_TEAM):
            declare_team_job(team, 9)(repos)

    await store.across_workspaces.write(declare_teams)
    await store.for_workspace(OWN).write(lambda repos: repos.slips.open_missing_periods(NOW))

    assert await store.across_workspaces.read(
        lambda repos: set(repos._connection.scalars(select(feeds.c.team)))
    ) == {OWN_TEAM.id}


async def test_concurrent_jobs_keep_their_own_scopes(store: Store) -> None:
    """Jobs that may share one commit each see the repositories of their own scope."""

    def own_workspace(repos: Repositories) -> str | None:
        return repos.workspace

    scopes = (store.for_workspace(OWN), store.across_workspaces, store.for_workspace(FOREIGN))
    workspaces = await asyncio.gather(*(scope.write(own_workspace) for scope in scopes))
    assert workspaces == [OWN, None, FOREIGN]
