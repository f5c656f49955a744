import time

import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import ERROR_TEXT, FORM, HELLO, AdapterBench
from tests.chat.slack.web_api import PlannedAnswer

PAYLOAD_BY_KIND = {
    "a command": payloads.build_command(),
    "a button": payloads.build_button_press("rupture"),
    "a form": payloads.build_submission("rupture"),
    "a form put away": payloads.build_view_closed("rupture"),
    "a shortcut": payloads.build_shortcut("rupture"),
    "the Home": payloads.build_event(),
}


async def test_bolt_has_one_listener_per_kind(bench: AdapterBench) -> None:
    """Bolt has six catch-all listeners, however many handlers are registered."""
    assert len(bench.adapter.app._async_listeners) == 6


@pytest.mark.parametrize("payload", PAYLOAD_BY_KIND.values(), ids=PAYLOAD_BY_KIND.keys())
async def test_every_kind_is_dispatched_and_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """A payload of each kind reaches its handler once and is acknowledged within a second."""
    bench.handlers.replies["rupture"] = None

    started_at = time.monotonic()
    response = await bench.send_payload(payload)

    assert response.status == 200
    assert time.monotonic() - started_at < 1
    assert len(bench.handlers.requests) == 1


UNHANDLED_PAYLOADS = {
    "a form put away": payloads.build_view_closed("unknown"),
    "an event": payloads.build_event("reaction_added"),
    "another tab": payloads.build_event(tab="messages"),
    "a member's own token": payloads.build_event("tokens_revoked", tokens={"oauth": ["U9"]}),
}


@pytest.mark.parametrize("payload", UNHANDLED_PAYLOADS.values(), ids=UNHANDLED_PAYLOADS.keys())
async def test_payload_without_handler_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """An unknown event or closed form, to which no user expects an answer, gets a bare 200."""
    response = await bench.send_payload(payload)

    assert (response.status, response.body) == (200, b"")
    assert bench.handlers.requests == []
    assert bench.api.calls == []


async def test_response_follows_commit_and_precedes_api_call(
    bench: AdapterBench,
) -> None:
    """The handler commits, then the response is sent, then the Web API is called."""
    bench.handlers.replies["rupture"] = FORM

    await bench.send_payload(payloads.build_command())

    assert bench.api.event_order == ["kept", "answered", "views.open"]


async def test_error_after_acknowledgement_is_reported(bench: AdapterBench) -> None:
    """When a form fails to open, Slack already has its 200, and the user gets an error message."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.plan_error("views.open", "expired_trigger_id")

    started_at = time.monotonic()
    response = await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))

    assert (response.status, response.body) == (200, b"")
    assert time.monotonic() - started_at < 1
    message = bench.api.last_arguments("response_url")
    assert (message["response_type"], message["text"]) == ("ephemeral", ERROR_TEXT)


async def test_error_without_response_url_goes_to_private_chat(
    bench: AdapterBench,
) -> None:
    """A shortcut has no response URL, so its error message is posted to the private chat."""
    bench.handlers.replies["debrief"] = FORM
    bench.api.plan_error("views.open", "internal_error", status=500)

    await bench.send_payload(payloads.build_shortcut())

    assert bench.api.called_methods() == ["views.open", "chat.postMessage"]
    message = bench.api.last_arguments("chat.postMessage")
    assert (message["channel"], message["text"]) == (payloads.MARIE, ERROR_TEXT)
    assert "metadata" not in message


@pytest.mark.parametrize(
    "failure",
    [PlannedAnswer(drops_connection=True), PlannedAnswer("<html>", 502), PlannedAnswer("no json")],
)
async def test_broken_web_api_is_reported(bench: AdapterBench, failure: PlannedAnswer) -> None:
    """A lost connection, a gateway's page and invalid JSON lead to the same error message."""
    bench.handlers.replies["rupture"] = FORM
    bench.api.planned_answers["views.open"] = failure

    await bench.send_payload(payloads.build_command(response_url=bench.api.response_url))

    assert bench.api.last_arguments("response_url")["text"] == ERROR_TEXT


async def test_failed_error_message_is_ignored(bench: AdapterBench) -> None:
    """When the error message fails as well, the bot continues to serve other requests."""
    bench.handlers.replies |= {"rupture": FORM, "tip": HELLO}
    for method in ("views.open", "chat.postMessage"):
        bench.api.plan_error(method, "fatal_error")

    await bench.send_payload(payloads.build_command())

    assert (await bench.send_payload(payloads.build_command("/tip"))).json["text"] == "Hello"


async def test_handler_exception_becomes_error_message(bench: AdapterBench) -> None:
    """A handler's exception is replaced by an error message; the listener does not raise."""
    bench.handlers.replies["tip"] = RuntimeError("a bug")

    response = await bench.send_payload(payloads.build_command("/tip"))

    assert (response.status, response.json["text"]) == (200, ERROR_TEXT)


async def test_failed_error_handler_has_static_fallback(bench: AdapterBench) -> None:
    """When the error handler raises too, a static English text is shown."""
    bench.handlers.replies["debrief"] = RuntimeError("a bug")
    bench.handlers.error_reply = RuntimeError("another")

    response = await bench.send_payload(payloads.build_submission())

    text = response.json["view"]["blocks"][0]["text"]["text"]
    assert text.startswith("Something went wrong on our side")


async def test_unknown_form_is_replaced(bench: AdapterBench) -> None:
    """The submission of an unknown form is answered in its place, with no call to the Web API."""
    response = await bench.send_payload(payloads.build_submission("unknown"))

    assert (response.status, response.json["response_action"]) == (200, "update")
    assert bench.api.calls == []


async def test_unparsable_payload_is_acknowledged(bench: AdapterBench) -> None:
    """A signed payload whose parsing raises is acknowledged, with no effect and no 500."""
    response = await bench.send_payload(payloads.build_submission(blocks="x"))

    assert (response.status, response.json) == (200, {"response_action": "clear"})
    assert bench.handlers.requests == []


async def test_retries_share_idempotency_key(bench: AdapterBench) -> None:
    """A payload that is sent again has the same idempotency key, the next action another."""
    bench.handlers.replies |= {"rupture": None, "debrief": None, "tip.next": None}
    for payload in (
        payloads.build_command(),
        payloads.build_submission(),
        payloads.build_button_press(),
        payloads.build_event(),
    ):
        await bench.send_payload(payload)
        await bench.send_payload({**payload, "trigger_id": payload.get("trigger_id", "")})
    await bench.send_payload(payloads.build_command(trigger_id="9.9"))
    await bench.send_payload(payloads.build_submission(id="V2"))

    keys = [request.idempotency_key for request in bench.handlers.requests]
    assert keys[0:8:2] == keys[1:8:2]
    assert len(set(keys)) == 6


async def test_double_submission_shares_idempotency_key(
    bench: AdapterBench,
) -> None:
    """Two submissions of one form have one idempotency key, despite different trigger ids."""
    bench.handlers.replies["debrief"] = None

    await bench.send_payload(payloads.build_submission())
    await bench.send_payload({**payloads.build_submission(), "trigger_id": "another"})

    assert len({request.idempotency_key for request in bench.handlers.requests}) == 1


async def test_authorization_makes_no_api_call(bench: AdapterBench) -> None:
    """Authorization needs no Web API call: a reply with a message causes none at all."""
    bench.handlers.replies["tip"] = HELLO

    await bench.send_payload(payloads.build_command("/tip"))

    assert bench.api.calls == []
