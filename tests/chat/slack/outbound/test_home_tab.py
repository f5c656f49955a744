from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.conversation import Person
from bot.elements import Bar, Chart, Home, Level, Text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE = Person("slack:T1", "U1")
CHART_HOME = Home((Chart("Form", (Bar("Away", Level.HALF),), "About half moved away."),))
TEXT_HOME = Home((Text("Your page"),))
REJECTION = PlannedAnswer({"ok": False, "error": "invalid_blocks"})


@pytest.fixture
async def api_client(api: FakeWebApi) -> AsyncIterator[ApiClient]:
    """A Web API client of its own."""

    async def get_token(_workspace: str) -> str:
        return "xoxb"

    client = ApiClient(api.url, get_token)
    yield client
    await client.close()


def published_block_types(api: FakeWebApi) -> list[list[str]]:
    """Return the block types of each Home view that was published."""
    return [[block["type"] for block in call.arguments["view"]["blocks"]] for call in api.calls]


async def test_home_is_published_with_charts(api: FakeWebApi, api_client: ApiClient) -> None:
    """Where Slack accepts charts in the Home tab, they are published with their text."""
    await publish_home(api_client, MARIE, CHART_HOME)

    assert published_block_types(api) == [["data_visualization", "section"]]


async def test_rejected_charts_are_replaced_by_text(api: FakeWebApi, api_client: ApiClient) -> None:
    """Where Slack rejects the charts, the Home is published with their text alone."""
    api.planned_answers["views.publish"] = [REJECTION]

    await publish_home(api_client, MARIE, CHART_HOME)

    assert published_block_types(api) == [["data_visualization", "section"], ["section"]]


@pytest.mark.parametrize(
    ("home", "error"), [(TEXT_HOME, "invalid_blocks"), (CHART_HOME, "invalid_auth")]
)
async def test_other_error_is_raised(
    api: FakeWebApi, api_client: ApiClient, home: Home, error: str
) -> None:
    """An error that does not concern charts is raised."""
    api.plan_error("views.publish", error)

    with pytest.raises(SlackApiError, match=error):
        await publish_home(api_client, MARIE, home)

    assert len(api.calls) == 1
