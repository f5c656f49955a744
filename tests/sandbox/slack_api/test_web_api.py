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


async def read_error_body(call: Any) -> dict[str, Any]:
    """Await a call, expect Slack's client to raise an error, and return the response body."""
    with pytest.raises(SlackApiError) as error:
        await call
    return dict(error.value.response.data)


async def test_auth_test_returns_account_and_scopes(client: AsyncWebClient) -> None:
    """The response contains the account of the bot; its headers contain the OAuth scopes."""
    response = await client.auth_test()

    assert response["team_id"] == "T0PRACTICE"
    assert response.headers["x-oauth-scopes"] == "chat:write,commands,users:read"


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-other", "invalid_auth"),
        ("xapp-made-up", "not_allowed_token_type"),
    ],
)
async def test_invalid_token_is_rejected(engine: SandboxEngine, token: str, error: str) -> None:
    """A missing token, an unknown token and the app token have Slack's own error codes."""
    client = AsyncWebClient(token, engine.api_url, retry_handlers=[])

    assert (await read_error_body(client.auth_test()))["error"] == error


async def test_revoked_token_is_rejected(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """A call with a revoked token is an error."""
    engine.config.credentials.revoked = True

    assert (await read_error_body(client.auth_test()))["error"] == "token_revoked"


async def test_unknown_method_is_an_error(client: AsyncWebClient) -> None:
    """An unknown method has an error code, not the HTTP status 404."""
    assert (await read_error_body(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_missing_scope_is_reported(client: AsyncWebClient) -> None:
    """The error contains the required scope and the granted scopes."""
    body = await read_error_body(client.conversations_history(channel="D0CLIN01"))

    assert body["error"] == "missing_scope"
    assert body["needed"] == "im:history"
    assert body["provided"] == "chat:write,commands,users:read"


@pytest.mark.parametrize(
    "arguments",
    [{"channel": "C0NORTH", "text": "x", "colour": "red"}, {"text": "x"}],
)
async def test_unknown_and_missing_arguments_are_reported(
    client: AsyncWebClient, arguments: dict[str, str]
) -> None:
    """An unknown or missing argument is an error with a message."""
    body = await read_error_body(client.api_call("chat.postMessage", json=arguments))

    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"]


@pytest.mark.parametrize("kind", ["json", "params"])
async def test_arguments_are_json_or_a_form(
    client: AsyncWebClient, engine: SandboxEngine, kind: str
) -> None:
    """A JSON body and a form body post the same message."""
    blocks: Any = [{"type": "divider"}]
    arguments = {"channel": "C0NORTH", "text": "x"}
    form = arguments | {"blocks": '[{"type": "divider"}]'}
    body = {"json": arguments | {"blocks": blocks}} if kind == "json" else {"params": form}

    await client.api_call("chat.postMessage", **body)

    assert engine.workspace.conversations["C0NORTH"].posts[-1].blocks[0]["type"] == "divider"


async def test_malformed_blocks_are_rejected(client: AsyncWebClient) -> None:
    """Malformed JSON in a form has an error code of its own, apart from an invalid block."""
    arguments = {"channel": "C0NORTH", "text": "x", "blocks": "[{"}

    body = await read_error_body(client.api_call("chat.postMessage", params=arguments))

    assert body["error"] == "invalid_blocks_format"


async def test_rate_limit_returns_retry_after(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Beyond its rate limit a method has the status 429 with Retry-After, and posts nothing."""
    engine.fault_plan.rate_limits["chat.postMessage"] = RateLimit(burst=2, calls_per_second=0.1)
    for _ in range(2):
        await client.chat_postMessage(channel="C0NORTH", text="x")

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="C0NORTH", text="x")

    assert error.value.response.status_code == 429
    assert error.value.response["error"] == "ratelimited"
    assert int(error.value.response.headers["Retry-After"]) in {9, 10}
    assert len(engine.workspace.conversations["C0NORTH"].posts) == 2


async def test_rate_limit_per_channel(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """A rate limit per channel does not limit another channel."""
    engine.fault_plan.rate_limits["chat.postMessage#"] = RateLimit(burst=1, calls_per_second=0.1)
    await client.chat_postMessage(channel="C0NORTH", text="x")

    assert (await read_error_body(client.chat_postMessage(channel="C0NORTH", text="x")))["error"]
    assert (await client.chat_postMessage(channel="C0RIVER", text="x"))["ok"]


@pytest.mark.parametrize(("when", "message_count"), [("before", 0), ("after", 1)])
async def test_connection_breaks_before_or_after_the_effect(
    client: AsyncWebClient, engine: SandboxEngine, when: When, message_count: int
) -> None:
    """A dropped connection may come before or after the message is posted."""
    engine.fault_plan.add_fault("chat.postMessage", PlannedFault(when, drop_connection=True))

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0NORTH", text="x")

    assert len(engine.workspace.conversations["C0NORTH"].posts) == message_count


@pytest.mark.parametrize(("when", "message_count"), [("before", 0), ("after", 1)])
async def test_server_error_before_or_after_the_effect(
    client: AsyncWebClient, engine: SandboxEngine, when: When, message_count: int
) -> None:
    """A status 500 comes before or after the effect, once; the next call succeeds."""
    engine.fault_plan.add_fault("chat.postMessage", PlannedFault(when, status=500, body="<html>"))

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="C0NORTH", text="x")
    await client.chat_postMessage(channel="C0NORTH", text="x")

    assert error.value.response.status_code == 500
    assert len(engine.workspace.conversations["C0NORTH"].posts) == message_count + 1


async def test_fault_is_an_error_code_or_a_delay(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """A planned fault may be an error code, or only a delay."""
    engine.fault_plan.add_fault("auth.test", PlannedFault(error="fatal_error"))
    engine.fault_plan.add_fault("auth.test", PlannedFault(delay_seconds=0.2))
    loop = asyncio.get_running_loop()

    assert (await read_error_body(client.auth_test()))["error"] == "fatal_error"
    started_at = loop.time()
    assert (await client.auth_test())["ok"]
    assert loop.time() - started_at >= 0.2


async def test_calls_are_recorded(client: AsyncWebClient, engine: SandboxEngine) -> None:
    """Each call is recorded with its error; successful calls can be selected."""
    await client.chat_postMessage(channel="C0NORTH", text="x")
    await read_error_body(client.chat_postMessage(channel="C0NOWHERE", text="x"))

    assert [call.error for call in engine.web_api.recorded_calls] == ["", "channel_not_found"]
    assert engine.web_api.successful_call_arguments("chat.postMessage") == [
        {"channel": "C0NORTH", "text": "x"}
    ]


async def test_rate_limit_uses_the_simulated_clock(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """Token buckets refill by the simulated clock, so a jump of weeks drops no message."""
    engine.fault_plan.rate_limits["chat.postMessage"] = RateLimit(burst=1, calls_per_second=0.1)
    await client.chat_postMessage(channel="C0NORTH", text="x")

    engine.workspace.clock.move_to(engine.workspace.clock.now() + timedelta(days=1))

    assert (await client.chat_postMessage(channel="C0NORTH", text="x"))["ok"]
