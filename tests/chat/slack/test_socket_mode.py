import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.chat.after_response import AfterResponse
from bot.chat.slack.socket_backoff import SocketBackoff
from bot.chat.slack.socket_mode import SocketModeConnection
from tests.chat.slack import payloads, testbed
from tests.chat.slack.testbed import FORM, HELLO, AdapterBench
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer


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


async def test_refused_token_is_retried_and_reported_once(
    api: FakeWebApi, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why there is no connection, and when there is one again."""
    refusal = PlannedAnswer({"ok": False, "error": "invalid_auth"})
    api.planned_answers["apps.connections.open"] = [refusal] * 3
    recovered = asyncio.Event()

    class SpiedBackoff(SocketBackoff):
        def record_stability(self) -> None:
            super().record_stability()
            recovered.set()

    backoff = SpiedBackoff(0.01, stable_seconds=0.01)
    async with open_connection(api, caplog, backoff) as connection:
        await asyncio.wait_for(recovered.wait(), 10)

        assert connection.is_connected
    assert api.called_methods() == ["apps.connections.open"] * 4
    assert list_reports(caplog) == [
        ("slack.socket_refused", "invalid_auth"),
        ("slack.socket_recovered", ""),
    ]


async def test_first_payload_after_an_outage_is_not_logged(
    api: FakeWebApi, caplog: pytest.LogCaptureFixture
) -> None:
    """The time of a payload is that of somebody's action, which the log does not record."""
    refusal = PlannedAnswer({"ok": False, "error": "invalid_auth"})
    api.planned_answers["apps.connections.open"] = [refusal]
    async with open_connection(api, caplog):
        await asyncio.wait_for(api.socket_connected.wait(), 10)
        await send_event(api)

    assert list_reports(caplog) == [("slack.socket_refused", "invalid_auth")]


async def test_connection_too_many_is_replaced_after_a_delay(
    api: FakeWebApi, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that Slack closes as one too many is no reason to open the next at once."""
    delays: list[float] = []

    class SpiedBackoff(SocketBackoff):
        def record_failure(self, reason: str) -> float:
            delays.append(super().record_failure(reason))
            return delays[-1]

    async with open_connection(api, caplog, SpiedBackoff(0.01, lambda: 1.0)):
        for count in range(1, 5):
            await asyncio.wait_for(api.socket_connected.wait(), 10)
            api.socket_connected.clear()
            assert len(api.sockets) == count
            await api.sockets[-1].send_json({"type": "disconnect", "reason": "too_many_websockets"})
        await asyncio.wait_for(api.socket_connected.wait(), 10)

    assert delays == [0.01, 0.02, 0.04, 0.08]
    assert list_reports(caplog) == [("slack.socket_refused", "too_many_websockets")]


async def test_expired_address_is_replaced(
    api: FakeWebApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Each attempt asks Slack for a new address, since the last one may have expired."""
    expired = PlannedAnswer({"ok": True, "url": f"ws://{api.address}/expired"})
    api.planned_answers["apps.connections.open"] = [expired]
    async with open_connection(api, caplog):
        await asyncio.wait_for(api.socket_connected.wait(), 10)

    assert api.called_methods() == ["apps.connections.open"] * 2


@asynccontextmanager
async def open_connection(
    api: FakeWebApi, caplog: pytest.LogCaptureFixture, backoff: SocketBackoff | None = None
) -> AsyncIterator[SocketModeConnection]:
    """Open a connection with delays of milliseconds."""
    async with testbed.open_bench(api, signing_secret="") as bench:
        connection = SocketModeConnection(
            bench.adapter.app,
            "xapp-planted",
            bench.adapter._api_client,
            AfterResponse(),
            backoff or SocketBackoff(0.01),
        )
        caplog.clear()
        await connection.start()
        try:
            yield connection
        finally:
            await connection.stop()


async def send_event(api: FakeWebApi) -> None:
    """Send an event, and wait for its acknowledgement."""
    await api.sockets[-1].send_json(
        {"type": "events_api", "envelope_id": "e1", "payload": payloads.build_event("unheard")}
    )
    await asyncio.wait_for(api.acknowledgements.get(), 5)


def list_reports(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return the log lines about the connection, each with its reason."""
    return [
        (record.message, getattr(record, "reason", ""))
        for record in caplog.records
        if record.message.startswith("slack.socket")
    ]


async def test_unreachable_slack_does_not_block_start(api: FakeWebApi) -> None:
    """The adapter starts and reports that it is not connected."""
    api.plan_error("apps.connections.open", "invalid_auth")

    async with testbed.open_bench(api, app_token="xapp-planted", signing_secret="") as bench:
        await asyncio.sleep(0.05)

        assert not bench.adapter.is_connected


async def test_unstorable_characters_are_replaced(socket_bench: AdapterBench) -> None:
    """As with HTTP, half a surrogate pair in a payload is replaced before it is handled."""
    socket_bench.handlers.replies["tip"] = HELLO

    await send_envelope(
        socket_bench, "slash_commands", payloads.build_command("/tip", channel_id="C\ud800")
    )

    assert [request.channel for request in socket_bench.handlers.requests] == ["C\ufffd"]
