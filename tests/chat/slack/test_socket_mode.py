import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import FORM, HELLO, AdapterBench
from tests.chat.slack.web_api import FakeWebApi


@pytest.fixture
async def wired(api: FakeWebApi) -> AsyncIterator[AdapterBench]:
    """A room that Slack reaches by Socket Mode alone."""
    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        await asyncio.wait_for(api.socket_connected.wait(), 5)
        yield bench


async def say(bench: AdapterBench, kind: str, payload: Any) -> dict[str, Any]:
    """Send one envelope, and return what it is acknowledged with once all is done."""
    await bench.api.sockets[-1].send_json(
        {
            "type": kind,
            "envelope_id": "e1",
            "payload": payload,
            "accepts_response_payload": True,
        }
    )
    heard = await asyncio.wait_for(bench.api.acknowledgements.get(), 5)
    await asyncio.sleep(0.01)
    await bench.adapter.wait_for_background_tasks()
    return heard


async def test_an_app_token_is_all_it_needs(wired: AdapterBench) -> None:
    """The connection is asked for with the app's token; there is no HTTP door."""
    assert wired.api.calls[0].method == "apps.connections.open"
    assert wired.api.calls[0].token == "xapp-planted"
    assert wired.adapter.asgi is None
    assert wired.adapter.is_connected


async def test_a_message_travels_with_the_acknowledgement(wired: AdapterBench) -> None:
    """A command's answer goes back over the same connection."""
    wired.handlers.replies["tip"] = HELLO

    heard = await say(wired, "slash_commands", payloads.build_command("/tip"))

    assert heard["envelope_id"] == "e1"
    assert (heard["payload"]["response_type"], heard["payload"]["text"]) == ("ephemeral", "Hello")


async def test_a_form_opens_after_the_acknowledgement(wired: AdapterBench) -> None:
    """Over this door, too, first comes the write, then the answer, then the Web API."""
    wired.handlers.replies["rupture"] = FORM

    heard = await say(wired, "slash_commands", payloads.build_command())

    assert "payload" not in heard
    assert wired.api.event_order[1:] == ["kept", "answered", "views.open"]


async def test_a_submission_turns_into_the_guide(wired: AdapterBench) -> None:
    """A form sent off is replaced in the acknowledgement itself."""
    wired.handlers.replies["debrief"] = FORM

    heard = await say(wired, "interactive", payloads.build_submission())

    assert heard["payload"]["response_action"] == "update"


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "telepathy"},
        {"type": "event_callback", "event": "x"},
        payloads.build_event("unheard"),
    ],
)
async def test_what_is_unknown_or_malformed_is_acknowledged(
    wired: AdapterBench, payload: payloads.Payload
) -> None:
    """Slack is not made to send again what this bot cannot use."""
    heard = await say(wired, "events_api", payload)

    assert heard == {"envelope_id": "e1"}
    assert wired.handlers.requests == []


async def test_stopping_hangs_up(api: FakeWebApi) -> None:
    """Nothing arrives at a room that was stopped, and stopping it before it met Slack is fine."""
    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        pass

    assert not bench.adapter.is_connected


async def test_a_slack_out_of_reach_does_not_hold_up_the_start(api: FakeWebApi) -> None:
    """The bot starts, says it is not connected, and keeps trying."""
    api.plan_error("apps.connections.open", "invalid_auth")

    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        await asyncio.sleep(0.05)

        assert not bench.adapter.is_connected
