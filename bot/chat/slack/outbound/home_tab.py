"""Puts up a person's own page in the app's Home, with charts where Slack takes them."""

from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.render import surfaces
from bot.conversation import Person
from bot.elements import Chart, Home

_INVALID_VIEW_ERRORS = frozenset({"invalid_blocks", "invalid_arguments", "invalid_view"})


async def publish_home(api_client: ApiClient, person: Person, home: Home) -> None:
    """Put up the page. Where Slack refuses its charts, their words are put up without them.

    Slack's own pages disagree on whether the Home holds charts. Raises what the call raises.
    """
    client = await api_client.get_client(person.workspace)
    team = surfaces.extract_team_id(person.workspace)
    try:
        await client.views_publish(user_id=person.id, view=surfaces.render_home(home, team))
    except SlackApiError as error:
        drawn = any(isinstance(one, Chart) for one in home.body)
        if not drawn or error_codes.slack_error_code(error) not in _INVALID_VIEW_ERRORS:
            raise
        view = surfaces.render_home(home, team, supports_charts=False)
        await client.views_publish(user_id=person.id, view=view)
