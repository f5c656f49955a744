import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import FORM, HELLO, AdapterBench
from tests.chat.slack.web_api import FakeWebApi


@pytest.fixture
async def socket_bench(api: FakeWebApi) -> AsyncIterator[AdapterBench]:
    """A Slack adapter that receives payloads by Socket Mode only."""
    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        await asyncio.wait_for(api.socket_connected.wait(), 5)
        yield bench


async def send_envelope(bench: AdapterBench, envelope_type: str, payload: Any) -> dict[str, Any]:
    """Send one envelope, and return its acknowledgement after all background tasks are done."""
    await bench.api.sockets[-1].send_json(
        {
            "type": envelope_type,
            "envelope_id": "e1",
            "payload": payload,
            "accepts_response_payload": True,
        }
    )
    acknowledgement = await asyncio.wait_for(bench.api.acknowledgements.get(), 5)
    await asyncio.sleep(0.01)
    await bench.adapter.wait_for_background_tasks()
    return acknowledgement


async def test_socket_mode_needs_only_app_token(socket_bench: AdapterBench) -> None:
    """The connection is opened with the app-level token; there is no HTTP endpoint."""
    assert socket_bench.api.calls[0].method == "apps.connections.open"
    assert socket_bench.api.calls[0].token == "xapp-planted"
    assert socket_bench.adapter.asgi is None
    assert socket_bench.adapter.is_connected


async def test_message_is_sent_with_acknowledgement(socket_bench: AdapterBench) -> None:
    """The reply to a command is part of the acknowledgement."""
    socket_bench.handlers.replies["tip"] = HELLO

    acknowledgement = await send_envelope(
        socket_bench, "slash_commands", payloads.build_command("/tip")
    )

    assert acknowledgement["envelope_id"] == "e1"
    assert (acknowledgement["payload"]["response_type"], acknowledgement["payload"]["text"]) == (
        "ephemeral",
        "Hello",
    )


async def test_form_opens_after_acknowledgement(socket_bench: AdapterBench) -> None:
    """As with HTTP, the handler commits before the response, and the Web API call follows it."""
    socket_bench.handlers.replies["rupture"] = FORM

    acknowledgement = await send_envelope(socket_bench, "slash_commands", payloads.build_command())

    assert "payload" not in acknowledgement
    assert socket_bench.api.event_order[1:] == ["kept", "answered", "views.open"]


async def test_submitted_form_is_updated(socket_bench: AdapterBench) -> None:
    """A submitted form is replaced by the acknowledgement itself."""
    socket_bench.handlers.replies["debrief"] = FORM

    acknowledgement = await send_envelope(socket_bench, "interactive", payloads.build_submission())

    assert acknowledgement["payload"]["response_action"] == "update"


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "telepathy"},
        {"type": "event_callback", "event": "x"},
        payloads.build_event("unheard"),
    ],
)
async def test_unknown_payload_is_acknowledged(
    socket_bench: AdapterBench, payload: payloads.Payload
) -> None:
    """An unknown or malformed payload is acknowledged, so that Slack does not retry it."""
    acknowledgement = await send_envelope(socket_bench, "events_api", payload)

    assert acknowledgement == {"envelope_id": "e1"}
    assert socket_bench.handlers.requests == []


async def test_stop_closes_connection(api: FakeWebApi) -> None:
    """A stopped adapter is disconnected, even if it was stopped while still connecting."""
    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        pass

    assert not bench.adapter.is_connected


async def test_unreachable_slack_does_not_block_start(api: FakeWebApi) -> None:
    """The adapter starts and reports that it is not connected."""
    api.plan_error("apps.connections.open", "invalid_auth")

    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        await asyncio.sleep(0.05)

        assert not bench.adapter.is_connected
