"""A private chat that the product does not find is opened anew once, and nothing is sent twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.context import Context
from bot.conversation import Address
from bot.elements import Message, Text
from bot.store.repositories import Repositories
from tests.chat.msteams import microsoft
from tests.chat.refusal_bench import (
    TEAMS_CHAT_ID,
    RefusalBench,
    open_slack_bench,
    open_teams_bench,
)
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer
from tests.doubles import (
    FakeClock,
    clock,
    context,
    empty_database,
    full_catalogue,
    outlet,
    prepared_stores,
)

__all__ = ["clock", "context", "empty_database", "full_catalogue", "outlet", "prepared_stores"]

SlackBench = tuple[RefusalBench, FakeWebApi]
TeamsBench = tuple[RefusalBench, microsoft.FakeMicrosoft]
SLACK_CODES = ["channel_not_found", "not_in_channel"]
TEAMS_BODIES = [{"error": {"code": "ConversationNotFound"}}, None]


@pytest.fixture
async def slack(
    context: Context, clock: FakeClock, tmp_path: Path, prepared_stores: Path
) -> AsyncIterator[SlackBench]:
    """Marie's team on Slack."""
    async with open_slack_bench(context, clock, tmp_path, prepared_stores) as bench:
        yield bench


@pytest.fixture
async def teams(
    context: Context, clock: FakeClock, tmp_path: Path, prepared_stores: Path
) -> AsyncIterator[TeamsBench]:
    """Marie's team on Teams."""
    async with open_teams_bench(context, clock, tmp_path, prepared_stores) as bench:
        yield bench


def plan_slack_errors(api: FakeWebApi, method: str, *codes: str) -> None:
    """Respond to the next calls of *method* with error codes, one each."""
    api.planned_answers[method] = [PlannedAnswer({"ok": False, "error": code}) for code in codes]


async def load_result(bench: RefusalBench) -> tuple[list[str], str, str]:
    """Return the states of Marie's check-ins, why she is unreachable, and her route."""

    def read_person(repos: Repositories) -> tuple[str, str]:
        marie = bench.marie
        route = repos.chat_routes.get_route(Address(marie.workspace, marie.id))
        return repos.people.get(marie).unreachable_reason, route

    reason, route = await bench.context.store.across_workspaces.read(read_person)
    return [row.state for row in await bench.load_checkins()], reason, route


@pytest.mark.parametrize("code", SLACK_CODES)
async def test_slack_chat_is_opened_anew(slack: SlackBench, code: str) -> None:
    """The second attempt opens the chat and posts to its id; the person stays reachable."""
    bench, api = slack
    plan_slack_errors(api, "chat.postMessage", code)
    await bench.run_tick()

    assert api.called_methods() == ["chat.postMessage", "conversations.open", "chat.postMessage"]
    assert api.last_arguments("conversations.open")["users"] == bench.marie.id
    assert api.last_arguments("chat.postMessage")["channel"] == "D1"
    assert (await load_result(bench))[:2] == (["sent"], "")


async def test_slack_chat_is_opened_by_a_message_without_the_scope(slack: SlackBench) -> None:
    """Without ``im:write`` the second attempt posts to the user's id, and nothing is suspended."""
    bench, api = slack
    plan_slack_errors(api, "chat.postMessage", "channel_not_found")
    plan_slack_errors(api, "conversations.open", "missing_scope")
    await bench.run_tick()

    assert api.last_arguments("chat.postMessage")["channel"] == bench.marie.id
    assert (await load_result(bench))[:2] == (["sent"], "")


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("user_disabled", "gone", "deactivated"),
        ("users_list_not_supplied", "failed", ""),
        ("ratelimited", "planned", ""),
        ("internal_error", "planned", ""),
    ],
)
async def test_slack_error_of_opening_decides(
    slack: SlackBench, code: str, state: str, reason: str
) -> None:
    """When the chat cannot be opened, nothing was posted, and the code of opening it decides."""
    bench, api = slack
    plan_slack_errors(api, "chat.postMessage", "channel_not_found")
    plan_slack_errors(api, "conversations.open", code)
    await bench.run_tick()

    assert api.called_methods().count("chat.postMessage") == 1
    assert (await load_result(bench))[:2] == ([state], reason)


async def test_second_attempt_in_doubt_is_not_sent_again(slack: SlackBench) -> None:
    """When the response to the second attempt is lost, there is no third one."""
    bench, api = slack
    refused = PlannedAnswer({"ok": False, "error": "channel_not_found"})
    lost = PlannedAnswer(drops_connection=True)
    api.planned_answers["chat.postMessage"] = [refused, lost]
    for minutes in (0, 1, 60):
        bench.clock.advance(minutes=minutes)
        await bench.run_tick()

    assert api.called_methods().count("chat.postMessage") == 2
    assert (await load_result(bench))[0] == ["unconfirmed"]


async def test_each_delivery_opens_the_chat_once(slack: SlackBench) -> None:
    """Next week's check-in may open the chat anew again."""
    bench, api = slack
    for _ in range(2):
        plan_slack_errors(api, "chat.postMessage", "channel_not_found")
        await bench.run_tick()
        bench.clock.advance(weeks=1)

    assert api.called_methods().count("conversations.open") == 2
    assert (await load_result(bench))[:2] == (["sent", "sent"], "")


async def test_slack_channel_is_not_opened_anew(slack: SlackBench) -> None:
    """Only a private chat can be opened: a channel that is not found gets one request."""
    bench, api = slack
    plan_slack_errors(api, "chat.postMessage", "channel_not_found")
    slack_outlet = bench.context.outlets["slack"]
    channel = Address(bench.marie.workspace, channel="C1")

    result = await slack_outlet.send(channel, Message("Hello", (Text("Hello"),)), "k")

    assert (result.reason, result.is_chat_missing) == ("channel_not_found", False)


@pytest.mark.parametrize("body", TEAMS_BODIES, ids=["code", "no_code"])
async def test_teams_chat_is_created_anew(teams: TeamsBench, body: object) -> None:
    """The second attempt creates the chat at the route's service URL and saves its route."""
    bench, ms = teams
    ms.planned_answers["activities"] = [microsoft.PlannedAnswer(404, body)]
    await bench.run_tick()

    chat_id = f"a:chat-with-{bench.marie.id}"
    assert [call.path for call in ms.calls] == [
        f"/v3/conversations/{TEAMS_CHAT_ID}/activities",
        "/v3/conversations",
        f"/v3/conversations/{chat_id}/activities",
    ]
    assert await load_result(bench) == (["sent"], "", f'["{ms.service_url}", "{chat_id}"]')


async def test_teams_error_of_creating_decides(teams: TeamsBench) -> None:
    """A person who removed the app is found out when the chat is created, and loses the route."""
    bench, ms = teams
    ms.planned_answers["activities"] = [microsoft.PlannedAnswer(404, TEAMS_BODIES[0])]
    removed = {"error": {"code": "ForbiddenOperationException"}}
    ms.planned_answers["conversations"] = [microsoft.PlannedAnswer(403, removed)]
    await bench.run_tick()

    assert len(ms.posted_messages) == 1
    assert await load_result(bench) == (["gone"], "ForbiddenOperationException", "")
