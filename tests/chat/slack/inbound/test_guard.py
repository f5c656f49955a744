import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message

from bot.chat import http
from bot.chat.slack.inbound.guard import MAX_BODY_BYTES
from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

Headers = dict[str, str]
RequestEdit = Callable[[bytes, Headers], tuple[bytes, Headers]]

COMMAND_BODY = payloads.encode_payload(payloads.build_command())[0]


def _replace_headers(**replacements: str) -> RequestEdit:
    return lambda body, headers: (
        body,
        headers | {name.replace("_", "-"): value for name, value in replacements.items()},
    )


def _remove_header(name: str) -> RequestEdit:
    return lambda body, headers: (
        body,
        {header: value for header, value in headers.items() if header != name},
    )


def _sign_at(seconds: float) -> RequestEdit:
    return lambda body, _headers: (
        body,
        payloads.sign_headers(body, timestamp=time.time() + seconds),
    )


INVALID_REQUESTS: dict[str, RequestEdit] = {
    "no signature": _remove_header("x-slack-signature"),
    "no timestamp": _remove_header("x-slack-request-timestamp"),
    "an empty signature": _replace_headers(x_slack_signature=""),
    "a signature of another version": lambda body, headers: (
        body,
        headers | {"x-slack-signature": headers["x-slack-signature"].replace("v0=", "v1=")},
    ),
    "a signature of somebody else": _replace_headers(x_slack_signature="v0=" + "0" * 64),
    "a signature beyond ASCII": _replace_headers(x_slack_signature="v0=é"),
    "a timestamp in words": _replace_headers(x_slack_request_timestamp="yesterday"),
    "an empty timestamp": _replace_headers(x_slack_request_timestamp=""),
    "a timestamp without end": _replace_headers(x_slack_request_timestamp="9" * 400),
    "a timestamp longer than any number": _replace_headers(x_slack_request_timestamp="9" * 5000),
    "a stale timestamp": _sign_at(-400),
    "a timestamp from the future": _sign_at(400),
    "a changed body": lambda body, headers: (body + b"&text=more", headers),
}


@pytest.mark.parametrize("edit_request", INVALID_REQUESTS.values(), ids=INVALID_REQUESTS.keys())
async def test_invalid_signature_is_rejected(
    bench: AdapterBench, edit_request: RequestEdit
) -> None:
    """Unsigned, forged, stale and tampered requests get 401, and reach no handler."""
    response = await bench.post_body(
        *edit_request(COMMAND_BODY, payloads.sign_headers(COMMAND_BODY))
    )

    assert (response.status, response.body) == (401, b"")
    assert bench.handlers.requests == []


async def test_oversized_body_is_rejected(bench: AdapterBench) -> None:
    """A body over 1 MiB gets 413, with or without a Content-Length header."""
    large = b"a" * (MAX_BODY_BYTES + 1)

    undeclared = await bench.post_body(large, payloads.sign_headers(large))
    signature = payloads.sign_headers(b"")
    declared = await bench.post_body(b"", signature | {"content-length": str(len(large))})
    absurd = await bench.post_body(b"", signature | {"content-length": "9" * 50})

    assert [response.status for response in (undeclared, declared, absurd)] == [413, 413, 413]


async def test_refused_signatures_are_counted_and_strangers_are_not(bench: AdapterBench) -> None:
    """A wrong signature may mean a wrong secret; a request without one is not Slack's."""
    assert bench.adapter.asgi
    signed = payloads.sign_headers(b"another body")
    unsigned = {"content-type": "application/x-www-form-urlencoded"}
    for headers in (signed, unsigned):
        await asgi.send_request(bench.adapter.asgi, "POST", "/slack/events", COMMAND_BODY, headers)

    assert bench.adapter.refused_request_count == 1


async def _fail_to_receive() -> Message:
    """Fail: the body of an implausible request is not read."""
    raise AssertionError


@pytest.mark.parametrize(
    "edit_request",
    [edit for name, edit in INVALID_REQUESTS.items() if "body" not in name and "else" not in name],
    ids=[name for name in INVALID_REQUESTS if "body" not in name and "else" not in name],
)
async def test_body_without_a_plausible_signature_is_not_read(
    bench: AdapterBench, edit_request: RequestEdit
) -> None:
    """The headers alone show a stale, missing or malformed signature."""
    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    _body, headers = edit_request(COMMAND_BODY, payloads.sign_headers(COMMAND_BODY))
    raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": raw_headers}
    assert bench.adapter.asgi
    await bench.adapter.asgi(scope, _fail_to_receive, send)

    assert statuses[0] == 401


async def test_path_may_end_with_a_slash(bench: AdapterBench) -> None:
    """A request URL with a slash at its end is served, since Slack follows no redirect."""
    assert bench.adapter.asgi
    app = http.build_http_app(
        {"/slack/events": bench.adapter.asgi},
        http.MonitoringSources(_report, _report, _report),
    )
    headers = payloads.sign_headers(COMMAND_BODY)
    response = await asgi.send_request(app, "POST", "/slack/events/", COMMAND_BODY, headers)

    assert response.status == 200
    assert bench.handlers.requests[0].name == "rupture"


async def _report() -> Any:
    """Report nothing: the tests read no monitoring endpoint."""


async def test_body_of_maximum_size_is_read(bench: AdapterBench) -> None:
    """A body of exactly 1 MiB is read, and its signature is verified."""
    body = b"a" * MAX_BODY_BYTES

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 400


async def test_only_post_is_allowed(bench: AdapterBench) -> None:
    """A GET request to Slack's endpoint gets 405 with an Allow header."""
    assert bench.adapter.asgi
    response = await asgi.send_request(bench.adapter.asgi, "GET", "/slack/events")

    assert (response.status, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("challenge", ["3eZb", "\ud800"])
async def test_url_verification_returns_challenge(bench: AdapterBench, challenge: str) -> None:
    """The response to a signed url_verification is its challenge, a lone surrogate included."""
    response = await bench.send_payload(
        {"type": "url_verification", "challenge": challenge, "token": "x"}
    )

    assert (response.status, response.json) == (200, {"challenge": challenge})


UNKNOWN_PAYLOADS = {
    "throttled events": {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1},
    "a suggestion": {"type": "block_suggestion", "action_id": "x", "user": {"id": "U1"}},
    "an old dialog": {"type": "dialog_submission", "callback_id": "x"},
    "something new": {"type": "telepathy"},
}


@pytest.mark.parametrize("payload", UNKNOWN_PAYLOADS.values(), ids=UNKNOWN_PAYLOADS.keys())
async def test_unknown_payload_type_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """A payload of an unknown type gets 200 and has no effect."""
    response = await bench.send_payload(payload)

    assert (response.status, response.body) == (200, b"")
    assert bench.handlers.requests == []


async def test_ssl_check_has_no_effect(bench: AdapterBench) -> None:
    """ssl_check gets 200 when signed and 401 when not, and a command in it is not run."""
    body = b"ssl_check=1&token=x"
    command_body = b"ssl_check=1&" + COMMAND_BODY

    signed = await bench.post_body(body, payloads.sign_headers(body))
    forged = await bench.post_body(command_body, {"content-type": payloads.FORM_TYPE})

    assert (signed.status, forged.status) == (200, 401)
    assert bench.handlers.requests == []


async def test_unsigned_headers_are_not_forwarded(bench: AdapterBench) -> None:
    """Bolt's control headers, which no signature covers, are not forwarded."""
    bench.handlers.replies["rupture"] = None
    headers = payloads.sign_headers(COMMAND_BODY) | {"x-slack-bolt-lazy-only": "1"}

    assert (await bench.post_body(COMMAND_BODY, headers)).status == 200
    assert [request.name for request in bench.handlers.requests] == ["rupture"]


@pytest.mark.parametrize("text", ["payload", "{payload}", "payload=1"])
async def test_command_text_may_contain_payload(bench: AdapterBench, text: str) -> None:
    """The word "payload" in a command's text, which breaks Bolt's parsing, has no effect."""
    bench.handlers.replies["rupture"] = None

    assert (await bench.send_payload(payloads.build_command(text=text))).status == 200
    assert [request.name for request in bench.handlers.requests] == ["rupture"]


async def test_json_is_detected_by_content(bench: AdapterBench) -> None:
    """An event with another content type is parsed as the JSON that it is."""
    body = json.dumps(payloads.build_event("unheard_of")).encode()

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 200
