"""The state that many tests of handlers begin with, which the first test of a process saves."""

import pytest

from bot.context import Context
from bot.domain.people import Role
from bot.store.repositories import Repositories
from tests.handlers.conftest import (
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
    prepared_stores,
)
from tests.sample_team import CLINICIANS, STRANGER, SUPERVISOR, TEAM, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet", "prepared_stores"]


@pytest.mark.parametrize("language", ["", "fr-CA"])
@pytest.mark.parametrize("state", ["saved", "copied"])
async def test_sample_team_is_added_to_what_a_store_has(
    context: Context, state: str, language: str
) -> None:
    """A copied team is the one that was saved; a store with rows gets no copy, and loses none."""
    store = context.store.across_workspaces
    if language:
        await store.write(lambda repos: repos.people.set_language(STRANGER, language))
    await set_up_team(context)

    def read_state(repos: Repositories) -> tuple[object, ...]:
        (team,) = repos.teams.list_teams()
        return (
            team,
            repos.people.get(STRANGER).language,
            repos.teams.list_declared_clinicians(TEAM.id),
            repos.teams.list_role_holders(TEAM.id, Role.SUPERVISOR),
        )

    assert await store.read(read_state) == (TEAM, language, CLINICIANS, (SUPERVISOR,))
