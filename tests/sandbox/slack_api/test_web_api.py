import asyncio
from datetime import timedelta
from typing import Any, Literal

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_api.faults import PlannedFault, RateLimit
from bot.sandbox.workspace.engine import SandboxEngine

When = Literal["before", "after"]


async def refused(call: Any) -> dict[str, Any]:
    """Return the body of an answer that Slack's client takes for an error."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


async def test_the_bot_is_told_who_it_is_and_what_it_may_do(client: AsyncWebClient) -> None:
    """Slack's own client reads its account, and its scopes in the headers."""
    answered = await client.auth_test()

    assert answered["team_id"] == "T0PRACTICE"
    assert answered.headers["x-oauth-scopes"] == "chat:write,commands,users:read"


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("xapp-made-up", "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_opens_nothing(engine: SandboxEngine, token: str, error: str) -> None:
    """No token, another's token and the app's own each have Slack's own error."""
    client = AsyncWebClient(token, engine.api_url, retry_handlers=[])

    assert (await refused(client.auth_test()))["error"] == error


async def test_a_revoked_token_opens_nothing(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """From the moment it is revoked, every call says so."""
    engine.config.credentials.revoked = True

    assert (await refused(client.auth_test()))["error"] == "token_revoked"


async def test_a_method_that_slack_does_not_have_is_unknown(client: AsyncWebClient) -> None:
    """A method that is not there is no 404 but an error of its own."""
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_a_missing_scope_names_what_is_needed(client: AsyncWebClient) -> None:
    """Whoever lacks a scope reads which, and which they have."""
    body = await refused(client.conversations_history(channel="D0CLIN01"))

    assert body["error"] == "missing_scope"
    assert body["needed"] == "im:history"
    assert body["provided"] == "chat:write,commands,users:read"


@pytest.mark.parametrize(
    "said",
    [{"channel": "C0NORTH", "text": "x", "colour": "red"}, {"text": "x"}],
)
async def test_unknown_and_missing_arguments_are_named(
    client: AsyncWebClient, said: dict[str, str]
) -> None:
    """A slip in an argument's name is refused, and said."""
    body = await refused(client.api_call("chat.postMessage", json=said))

    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"]


@pytest.mark.parametrize("kind", ["json", "params"])
async def test_arguments_come_as_json_or_as_a_form(
    client: AsyncWebClient, engine: SandboxEngine, kind: str
) -> None:
    """Both ways of writing a call post the same message."""
    blocks: Any = [{"type": "divider"}]
    said = {"channel": "C0NORTH", "text": "x"}
    form = said | {"blocks": '[{"type": "divider"}]'}
    called = {"json": said | {"blocks": blocks}} if kind == "json" else {"params": form}

    await client.api_call("chat.postMessage", **called)

    assert engine.workspace.conversations["C0NORTH"].posts[-1].blocks[0]["type"] == "divider"


async def test_blocks_that_are_no_json_are_refused(client: AsyncWebClient) -> None:
    """Half a list of blocks is told apart from a wrong block."""
    said = {"channel": "C0NORTH", "text": "x", "blocks": "[{"}

    body = await refused(client.api_call("chat.postMessage", params=said))

    assert body["error"] == "invalid_blocks_format"


async def test_who_is_too_fast_is_told_how_long_to_wait(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Beyond its pace a method answers 429 with the seconds to wait, and nothing is posted."""
    engine.fault_plan.rate_limits["chat.postMessage"] = RateLimit(burst=2, calls_per_second=0.1)
    for _ in range(2):
        await client.chat_postMessage(channel="C0NORTH", text="x")

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NORTH", text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert int(caught.value.response.headers["Retry-After"]) in {9, 10}
    assert len(engine.workspace.conversations["C0NORTH"].posts) == 2


async def test_one_channel_may_be_full_and_another_not(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A pace for each channel holds up nobody else."""
    engine.fault_plan.rate_limits["chat.postMessage#"] = RateLimit(burst=1, calls_per_second=0.1)
    await client.chat_postMessage(channel="C0NORTH", text="x")

    assert (await refused(client.chat_postMessage(channel="C0NORTH", text="x")))["error"]
    assert (await client.chat_postMessage(channel="C0RIVER", text="x"))["ok"]


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_an_answer_can_be_lost_before_or_after_the_message(
    client: AsyncWebClient, engine: SandboxEngine, when: When, posted: int
) -> None:
    """A broken connection tells the bot nothing about whether the message was posted."""
    engine.fault_plan.add_fault("chat.postMessage", PlannedFault(when, drop_connection=True))

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0NORTH", text="x")

    assert len(engine.workspace.conversations["C0NORTH"].posts) == posted


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_slack_can_fail_before_or_after_the_message(
    client: AsyncWebClient, engine: SandboxEngine, when: When, posted: int
) -> None:
    """A 500 comes with or without the message, once, and the next call is well."""
    engine.fault_plan.add_fault("chat.postMessage", PlannedFault(when, status=500, body="<html>"))

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NORTH", text="x")
    await client.chat_postMessage(channel="C0NORTH", text="x")

    assert caught.value.response.status_code == 500
    assert len(engine.workspace.conversations["C0NORTH"].posts) == posted + 1


async def test_slack_can_name_an_error_or_take_its_time(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An error code of Slack's own can be planted, and so can a delay alone."""
    engine.fault_plan.add_fault("auth.test", PlannedFault(error="fatal_error"))
    engine.fault_plan.add_fault("auth.test", PlannedFault(delay_seconds=0.2))
    loop = asyncio.get_running_loop()

    assert (await refused(client.auth_test()))["error"] == "fatal_error"
    begun = loop.time()
    assert (await client.auth_test())["ok"]
    assert loop.time() - begun >= 0.2


async def test_every_call_is_remembered(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """A test can ask what was called, and what was taken."""
    await client.chat_postMessage(channel="C0NORTH", text="x")
    await refused(client.chat_postMessage(channel="C0NOWHERE", text="x"))

    assert [call.error for call in engine.web_api.recorded_calls] == ["", "channel_not_found"]
    assert engine.web_api.successful_calls("chat.postMessage") == [
        {"channel": "C0NORTH", "text": "x"}
    ]


async def test_a_day_that_is_jumped_gives_a_days_worth_of_calls(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Pace goes by practice time, so that a jump of weeks loses no message to it."""
    engine.fault_plan.rate_limits["chat.postMessage"] = RateLimit(burst=1, calls_per_second=0.1)
    await client.chat_postMessage(channel="C0NORTH", text="x")

    engine.workspace.clock.move_to(engine.workspace.clock.now() + timedelta(days=1))

    assert (await client.chat_postMessage(channel="C0NORTH", text="x"))["ok"]
