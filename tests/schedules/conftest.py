"""Fixtures of the schedules' tests: a real context with a team whose first clinician joined."""

from pathlib import Path

import pytest

from bot.context import Context
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import (
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
    prepared_stores,
)
from tests.prepared_stores import prepare_store
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet", "prepared_stores"]


@pytest.fixture
async def team_context(context: Context, tmp_path: Path, prepared_stores: Path) -> Context:
    """A context with one team, of which Marie joined."""
    return await prepare_store(context, tmp_path, prepared_stores / "joined by Marie", _join_marie)


async def _join_marie(context: Context) -> None:
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )


@pytest.fixture
async def planned_context(team_context: Context) -> Context:
    """A context with nine clinicians, each with this week's check-in planned."""
    await team_context.store.across_workspaces.write(
        lambda repos: [repos.people.join_team(clinician, TEAM.id) for clinician in CLINICIANS]
    )
    await weekly_checkin.run(team_context)
    return team_context


@pytest.fixture
def sender(team_context: Context) -> DeliverySender:
    """A delivery sender over that context."""
    return DeliverySender(team_context, COMPOSERS)


@pytest.fixture
async def supervised_context(context: Context, tmp_path: Path, prepared_stores: Path) -> Context:
    """A context with one team of nine, before the close of its period."""
    return await prepare_store(context, tmp_path, prepared_stores / "declared", set_up_team)


@pytest.fixture
def notice_sender(context: Context) -> DeliverySender:
    """A delivery sender over that context."""
    return DeliverySender(context, COMPOSERS)
