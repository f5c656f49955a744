"""Every schedule is tested at a real desk, for a team whose first clinician joined."""

import pytest

from bot.context import Context
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import DeliverySender
from tests.doubles import clock, context, migrated, outlet, words_in_all_languages
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up_team

__all__ = ["clock", "context", "migrated", "outlet", "words_in_all_languages"]


@pytest.fixture
async def practice(context: Context) -> Context:
    """The desk of a practice whose one team is set up, and of which Marie joined."""
    await set_up_team(context)
    await context.store.write(lambda repos: repos.people.join_team(MARIE, TEAM.id))
    return context


@pytest.fixture
async def owed(practice: Context) -> Context:
    """The desk of a practice of nine, each of whom is owed this week's question."""
    await practice.store.write(
        lambda repos: [repos.people.join_team(one, TEAM.id) for one in CLINICIANS]
    )
    await weekly_checkin.run(practice)
    return practice


@pytest.fixture
def drain(practice: Context) -> DeliverySender:
    """What hands out what that practice is owed."""
    return DeliverySender(practice, COMPOSERS)
