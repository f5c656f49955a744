"""Fixtures of the handlers' tests: a real context with the two doubles."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.content.catalogue import Catalogue
from bot.context import Context
from bot.domain.people import Role
from bot.store.repositories import Repositories
from tests.doubles import (
    FakeClock,
    RecordingOutlet,
    clock,
    empty_database,
    full_catalogue,
    open_double_context,
    outlet,
    prepared_stores,
)
from tests.prepared_stores import FirstStates, prepare_store, share_first_states
from tests.sample_team import DIRECTOR, OTHER_TEAM, SUPERVISOR, TEAM, build_person, set_up_team

__all__ = ["clock", "empty_database", "full_catalogue", "outlet", "prepared_stores"]

OTHER_SUPERVISOR = build_person("other")


@pytest.fixture
async def context(
    clock: FakeClock,
    outlet: RecordingOutlet,
    empty_database: Path,
    full_catalogue: Catalogue,
    tmp_path: Path,
    prepared_stores: Path,
) -> AsyncIterator[Context]:
    """A context with the two doubles, whose sample team is saved once in a test process."""
    async with open_double_context(
        clock, outlet, empty_database, full_catalogue, tmp_path
    ) as double_context:
        first_states = FirstStates(tmp_path, empty_database, prepared_stores)
        share_first_states(double_context.store, first_states)
        yield double_context


@pytest.fixture
async def agreed_context(context: Context, tmp_path: Path, prepared_stores: Path) -> Context:
    """Two teams with a supervisor each, and a director of the first, who all agreed."""
    return await prepare_store(context, tmp_path, prepared_stores / "agreed", _agree)


async def _agree(context: Context) -> None:
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, (), (OTHER_SUPERVISOR,))

    def save_roles(repos: Repositories) -> None:
        repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
        for person, team in (
            (SUPERVISOR, TEAM),
            (DIRECTOR, TEAM),
            (OTHER_SUPERVISOR, OTHER_TEAM),
        ):
            repos.teams.save_agreement(person, team.id)

    await context.store.across_workspaces.write(save_roles)
