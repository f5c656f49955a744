"""A channel that takes no messages is told of to its supervisor, who can mend it."""

import pytest

from bot.context import Context
from bot.conversation import Person
from tests.handlers.test_home import page
from tests.handlers.test_supervision import AS_IT_IS, opened, sent
from tests.sample_team import DIRECTOR, MARIE, SUPERVISOR, TEAM, reply_text, set_up_team

TOLD = "Messages to the channel came back"


@pytest.fixture(autouse=True)
async def _archived(context: Context) -> None:
    """The team's channel was archived, and a message came back."""
    await set_up_team(context)
    await context.store.write(
        lambda repos: repos.teams.mark_unreachable(TEAM.workspace, TEAM.channel, "is_archived")
    )


async def test_the_supervisor_reads_it_on_their_own_page(context: Context) -> None:
    """With the team's name, and what starts the messages afresh."""
    shown = reply_text(await page(context, SUPERVISOR))

    assert f"{TOLD}, so none are posted for: {TEAM.name}." in shown


@pytest.mark.parametrize("who", [MARIE, DIRECTOR])
async def test_nobody_else_is_told(context: Context, who: Person) -> None:
    """Whoever cannot mend it is spared it."""
    assert TOLD not in reply_text(await page(context, who))


async def test_it_stands_on_top_of_the_set_up_until_that_is_saved(context: Context) -> None:
    """Saved again, the channel is tried again, and the notice is gone from both places."""
    assert TOLD in reply_text(await opened(context, SUPERVISOR))

    await sent(context, SUPERVISOR, TEAM.id, AS_IT_IS)

    assert TOLD not in reply_text(await opened(context, SUPERVISOR))
    assert TOLD not in reply_text(await page(context, SUPERVISOR))
