from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError

from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.conversation import Person
from bot.elements import Bar, Chart, Home, Share, Text
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

MARIE = Person("slack:T1", "U1")
DRAWN = Home((Chart("Form", (Bar("Away", Share.HALF),), "About half moved away."),))
PLAIN = Home((Text("Your page"),))
REFUSED = PlannedAnswer({"ok": False, "error": "invalid_blocks"})


@pytest.fixture
async def line(api: FakeWebApi) -> AsyncIterator[ApiClient]:
    """A line of its own."""

    async def token(_workspace: str) -> str:
        return "xoxb"

    opened = ApiClient(api.url, token)
    yield opened
    await opened.close()


def kinds(api: FakeWebApi) -> list[list[str]]:
    """Return the kinds of blocks in each page that was put up."""
    return [[block["type"] for block in call.arguments["view"]["blocks"]] for call in api.calls]


async def test_a_page_is_put_up_with_its_charts(api: FakeWebApi, line: ApiClient) -> None:
    """Where Slack takes charts in the Home, they are drawn, with their words beside them."""
    await publish_home(line, MARIE, DRAWN)

    assert kinds(api) == [["data_visualization", "section"]]


async def test_where_charts_are_refused_their_words_stand_alone(
    api: FakeWebApi, line: ApiClient
) -> None:
    """A Home that takes no charts still tells what they say."""
    api.planned_answers["views.publish"] = [REFUSED]

    await publish_home(line, MARIE, DRAWN)

    assert kinds(api) == [["data_visualization", "section"], ["section"]]


@pytest.mark.parametrize(("home", "error"), [(PLAIN, "invalid_blocks"), (DRAWN, "invalid_auth")])
async def test_any_other_refusal_is_raised(
    api: FakeWebApi, line: ApiClient, home: Home, error: str
) -> None:
    """What has nothing to do with charts is the caller's to tell."""
    api.plan_error("views.publish", error)

    with pytest.raises(SlackApiError, match=error):
        await publish_home(line, MARIE, home)

    assert len(api.calls) == 1
