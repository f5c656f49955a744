"""Publish a user's Home tab with ``views.publish``; a fallback renders charts as text."""

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.render import surfaces
from bot.conversation import Person, Reply, RequestStep
from bot.elements import Chart, Form, Home

_INVALID_VIEW_ERRORS = frozenset({"invalid_blocks", "invalid_arguments", "invalid_view"})


async def publish_home(api_client: ApiClient, person: Person, home: Home) -> None:
    """Call ``views.publish``; if Slack rejects a view with charts, call it again without them.

    Slack's documentation is contradictory on whether the Home tab supports charts. Raises
    :class:`SlackApiError` for any other error, and what the HTTP client raises.
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


def changes_home(reply: Reply, interaction: Interaction) -> bool:
    """Whether the Home tab has to be published again after an interaction that began in it.

    Not after a changed field, an opened form, which has written no data yet, or a reply that is
    itself a Home tab.
    """
    is_current = isinstance(reply, Home) or (
        interaction.reply_target.origin is Origin.HOME and isinstance(reply, Form)
    )
    return (
        interaction.reply_target.from_home
        and interaction.request.step is not RequestStep.CHANGED
        and not is_current
    )
