"""Puts up a person's own page in the app's Home, with charts where Slack takes them."""

from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import Line
from bot.chat.slack.render import surfaces
from bot.conversation import Person
from bot.elements import Chart, Home

_REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_arguments", "invalid_view"})


async def publish(line: Line, person: Person, home: Home) -> None:
    """Put up the page. Where Slack refuses its charts, their words are put up without them.

    Slack's own pages disagree on whether the Home holds charts. Raises what the call raises.
    """
    client = await line.client(person.workspace)
    team = surfaces.team(person.workspace)
    try:
        await client.views_publish(user_id=person.id, view=surfaces.home_tab(home, team))
    except SlackApiError as error:
        drawn = any(isinstance(one, Chart) for one in home.body)
        if not drawn or error_codes.code(error) not in _REFUSED_BLOCKS:
            raise
        view = surfaces.home_tab(home, team, charts=False)
        await client.views_publish(user_id=person.id, view=view)
