"""Fixtures of the schedules' tests: a real context with a team whose first clinician joined."""

import pytest

from bot.context import Context
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import clock, context, empty_database, full_catalogue, outlet
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up_team

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet"]


@pytest.fixture
async def team_context(context: Context) -> Context:
    """A context with one team, of which Marie joined."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    return context


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
async def supervised_context(context: Context) -> Context:
    """A context with one team of nine, before the close of its period."""
    await set_up_team(context)
    return context


@pytest.fixture
def notice_sender(context: Context) -> DeliverySender:
    """A delivery sender over that context."""
    return DeliverySender(context, COMPOSERS)
