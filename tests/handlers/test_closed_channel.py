"""A channel that takes no messages is told of to its supervisor, who can mend it."""

import pytest

from bot.context import Desk
from bot.conversation import Person
from tests.handlers.test_home import page
from tests.handlers.test_supervision import AS_IT_IS, opened, sent
from tests.sample_team import DIRECTOR, MARIE, SUPERVISOR, TEAM, set_up, text

TOLD = "Messages to the channel came back"


@pytest.fixture(autouse=True)
async def _archived(desk: Desk) -> None:
    """The team's channel was archived, and a message came back."""
    await set_up(desk)
    await desk.store.write(
        lambda books: books.teams.mark_unreachable(TEAM.workspace, TEAM.channel, "is_archived")
    )


async def test_the_supervisor_reads_it_on_their_own_page(desk: Desk) -> None:
    """With the team's name, and what starts the messages afresh."""
    shown = text(await page(desk, SUPERVISOR))

    assert f"{TOLD}, so none are posted for: {TEAM.name}." in shown


@pytest.mark.parametrize("who", [MARIE, DIRECTOR])
async def test_nobody_else_is_told(desk: Desk, who: Person) -> None:
    """Whoever cannot mend it is spared it."""
    assert TOLD not in text(await page(desk, who))


async def test_it_stands_on_top_of_the_set_up_until_that_is_saved(desk: Desk) -> None:
    """Saved again, the channel is tried again, and the notice is gone from both places."""
    assert TOLD in text(await opened(desk, SUPERVISOR))

    await sent(desk, SUPERVISOR, TEAM.id, AS_IT_IS)

    assert TOLD not in text(await opened(desk, SUPERVISOR))
    assert TOLD not in text(await page(desk, SUPERVISOR))
