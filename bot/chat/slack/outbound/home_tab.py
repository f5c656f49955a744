"""Publish a user's Home tab, with charts where Slack accepts them."""

from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.render import surfaces
from bot.conversation import Person
from bot.elements import Chart, Home

_INVALID_VIEW_ERRORS = frozenset({"invalid_blocks", "invalid_arguments", "invalid_view"})


async def publish_home(api_client: ApiClient, person: Person, home: Home) -> None:
    """Publish the Home tab; if Slack rejects its charts, publish their text alone.

    Slack's documentation is contradictory on whether the Home tab supports charts. Exceptions
    of the API call are passed to the caller.
    """
    client = await api_client.get_client(person.workspace)
    team_id = surfaces.extract_team_id(person.workspace)
    try:
        await client.views_publish(user_id=person.id, view=surfaces.render_home(home, team_id))
    except SlackApiError as error:
        has_charts = any(isinstance(element, Chart) for element in home.body)
        if not has_charts or error_codes.slack_error_code(error) not in _INVALID_VIEW_ERRORS:
            raise
        view = surfaces.render_home(home, team_id, supports_charts=False)
        await client.views_publish(user_id=person.id, view=view)
