"""What an organisation's token can access is applied by the Slack adapter."""

from bot.context import Context
from bot.conversation import OrganisationAccessChanged
from handlers import EVENT_HANDLER
from tests.sample_team import WORKSPACE


async def test_an_organisations_access_is_left_to_the_adapter(context: Context) -> None:
    """The adapter reports each workspace that it concerns by an event of its own."""
    await EVENT_HANDLER(
        OrganisationAccessChanged("slack:E0CLINICS", (WORKSPACE,), is_granted=False), context
    )

    assert await context.store.across_workspaces.read(
        lambda repos: repos.workspaces.accepts_messages(WORKSPACE, context.now())
    )
