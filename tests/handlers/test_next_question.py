"""The next question on the home page never lies in the past."""

import pytest

from bot.context import Context
from tests.doubles import FakeClock
from tests.handlers.test_home import load_home_page
from tests.sample_team import MARIE, TEAM, reply_text, set_up_team


@pytest.mark.parametrize(
    ("hours", "next_question"),
    [
        (-1, "Next one: **Monday, June 29, 9:00"),
        (0, "This week's question is on its way"),
        (6, "This week's question is on its way"),
        (12, "Next one: **Tuesday, June 30, 7:30"),
        (30, "This week's question is on its way"),
        (31, "Next one: **Monday, July 6, 9:00"),
    ],
)
async def test_the_page_shows_no_question_in_the_past(
    context: Context, clock: FakeClock, hours: int, next_question: str
) -> None:
    """While a message is late the page says so, or from when on it may be sent again."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(MARIE, TEAM.id)
    )
    clock.advance(hours=hours)

    assert next_question in reply_text(await load_home_page(context, MARIE))
