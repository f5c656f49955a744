"""An unreachable channel is shown to the team's supervisor, who can resolve it."""

import pytest

from bot.context import Context
from bot.conversation import Person
from bot.workflows import team_setup
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.handlers.setup_forms import CURRENT_ANSWERS, open_setup, submit_setup
from tests.handlers.test_home import load_home_page
from tests.sample_team import DIRECTOR, MARIE, SUPERVISOR, TEAM, reply_text, set_up_team

NOTICE = "Messages to the channel came back"


@pytest.fixture(autouse=True)
async def _archived_channel(context: Context) -> None:
    """The team's channel is archived, and marked as unreachable."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.mark_unreachable(TEAM.workspace, TEAM.channel, "is_archived")
    )


async def test_the_supervisors_home_page_shows_the_notice(context: Context) -> None:
    """The home page shows the team's name and how to restart the messages."""
    page_text = reply_text(await load_home_page(context, SUPERVISOR))

    assert f"{NOTICE}, so none are posted for: {TEAM.name}." in page_text


@pytest.mark.parametrize("person", [MARIE, DIRECTOR])
async def test_the_notice_is_hidden_from_other_people(context: Context, person: Person) -> None:
    """The notice is hidden from a person who cannot resolve it."""
    assert NOTICE not in reply_text(await load_home_page(context, person))


async def test_saving_the_set_up_removes_the_notice(context: Context) -> None:
    """Saving the set-up makes the channel reachable, and removes the notice from both places."""
    assert NOTICE in reply_text(await open_setup(context, SUPERVISOR))

    await submit_setup(context, SUPERVISOR, TEAM.id, CURRENT_ANSWERS)

    assert NOTICE not in reply_text(await open_setup(context, SUPERVISOR))
    assert NOTICE not in reply_text(await load_home_page(context, SUPERVISOR))


async def test_a_posted_message_removes_the_notice(context: Context) -> None:
    """A message that is posted in the channel proves that the bot is back in it."""
    now = context.now()
    await context.store.across_workspaces.write(
        lambda repos: team_setup.queue_repost(repos, SUPERVISOR, TEAM.id, now)
    )

    await DeliverySender(context, COMPOSERS).send_all_due()

    assert NOTICE not in reply_text(await load_home_page(context, SUPERVISOR))
