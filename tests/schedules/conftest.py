"""Every schedule is tested at a real desk, for a team whose first clinician joined."""

import pytest

from bot.context import Desk
from schedules import COMPOSERS, weekly_checkin
from schedules.delivery.sender import Drain
from tests.doubles import clock, desk, migrated, outlet, words_in_all_languages
from tests.sample_team import CLINICIANS, MARIE, TEAM, set_up

__all__ = ["clock", "desk", "migrated", "outlet", "words_in_all_languages"]


@pytest.fixture
async def practice(desk: Desk) -> Desk:
    """The desk of a practice whose one team is set up, and of which Marie joined."""
    await set_up(desk)
    await desk.store.write(lambda books: books.people.join(MARIE, TEAM.id))
    return desk


@pytest.fixture
async def owed(practice: Desk) -> Desk:
    """The desk of a practice of nine, each of whom is owed this week's question."""
    await practice.store.write(
        lambda books: [books.people.join(one, TEAM.id) for one in CLINICIANS]
    )
    await weekly_checkin.run(practice)
    return practice


@pytest.fixture
def drain(practice: Desk) -> Drain:
    """What hands out what that practice is owed."""
    return Drain(practice, COMPOSERS)
