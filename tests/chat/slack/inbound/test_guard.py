import json
import time
from collections.abc import Callable

import pytest

from bot.chat.slack.inbound.guard import MAX_BODY_BYTES
from tests.chat import asgi
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

Headers = dict[str, str]
Forge = Callable[[bytes, Headers], tuple[bytes, Headers]]

GOOD = payloads.encode_payload(payloads.build_command())[0]


def _with(**replaced: str) -> Forge:
    return lambda body, good: (body, good | {k.replace("_", "-"): v for k, v in replaced.items()})


def _without(name: str) -> Forge:
    return lambda body, good: (body, {k: v for k, v in good.items() if k != name})


def _at(seconds: float) -> Forge:
    return lambda body, _good: (body, payloads.sign_headers(body, timestamp=time.time() + seconds))


FORGERIES: dict[str, Forge] = {
    "no signature": _without("x-slack-signature"),
    "no timestamp": _without("x-slack-request-timestamp"),
    "an empty signature": _with(x_slack_signature=""),
    "a signature of another version": lambda body, good: (
        body,
        good | {"x-slack-signature": good["x-slack-signature"].replace("v0=", "v1=")},
    ),
    "a signature of somebody else": _with(x_slack_signature="v0=" + "0" * 64),
    "a signature beyond ASCII": _with(x_slack_signature="v0=é"),
    "a timestamp in words": _with(x_slack_request_timestamp="yesterday"),
    "an empty timestamp": _with(x_slack_request_timestamp=""),
    "a timestamp without end": _with(x_slack_request_timestamp="9" * 400),
    "a timestamp longer than any number": _with(x_slack_request_timestamp="9" * 5000),
    "a stale timestamp": _at(-400),
    "a timestamp from the future": _at(400),
    "a changed body": lambda body, good: (body + b"&text=more", good),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_what_slack_did_not_sign_is_refused(bench: AdapterBench, forge: Forge) -> None:
    """Unsigned, forged, stale and tampered requests get 401, and no handler hears of them."""
    answer = await bench.post_body(*forge(GOOD, payloads.sign_headers(GOOD)))

    assert (answer.status, answer.body) == (401, b"")
    assert bench.handlers.requests == []


BROKEN = {
    "cut JSON": (b'{"type": "event_callback", "event"', payloads.JSON_TYPE),
    "no JSON in the form": (b"payload=no+json", payloads.FORM_TYPE),
    "a list": (b"[1]", payloads.JSON_TYPE),
    "a number": (b"5", payloads.JSON_TYPE),
    "null": (b"null", payloads.JSON_TYPE),
    "a list in the form": (b"payload=%5B1%5D", payloads.FORM_TYPE),
    "null in the form": (b"payload=null", payloads.FORM_TYPE),
    "an event that is a text": (b'{"type":"event_callback","event":"x"}', payloads.JSON_TYPE),
    "an event without a type": (b'{"type":"event_callback","event":{}}', payloads.JSON_TYPE),
    "authorizations that are a text": (
        b'{"type":"event_callback","event":{"type":"x"},"authorizations":"x"}',
        payloads.JSON_TYPE,
    ),
    "authorizations of texts": (
        b'{"type":"event_callback","event":{"type":"x"},"authorizations":["x"]}',
        payloads.JSON_TYPE,
    ),
    "a type that is a number": (b'{"type":5}', payloads.JSON_TYPE),
    "nothing": (b"", payloads.FORM_TYPE),
    "an empty table": (b"{}", payloads.JSON_TYPE),
    "a command of nobody": (b"command=%2Ftip&team_id=T1", payloads.FORM_TYPE),
    "no action": (
        payloads.encode_interaction({**payloads.build_button_press(), "actions": []}),
        payloads.FORM_TYPE,
    ),
    "actions that are a text": (
        payloads.encode_interaction({**payloads.build_button_press(), "actions": "x"}),
        payloads.FORM_TYPE,
    ),
    "an action that is a text": (
        payloads.encode_interaction({**payloads.build_button_press(), "actions": ["x"]}),
        payloads.FORM_TYPE,
    ),
    "a person that is a text": (
        payloads.encode_interaction({**payloads.build_button_press(), "user": "U1"}),
        payloads.FORM_TYPE,
    ),
    "a view that is a text": (
        payloads.encode_interaction({**payloads.build_submission(), "view": "V"}),
        payloads.FORM_TYPE,
    ),
    "a team that is a text": (
        payloads.encode_interaction({**payloads.build_submission(), "team": "T"}),
        payloads.FORM_TYPE,
    ),
    "answers that are a list": (
        payloads.encode_interaction(payloads.build_submission(state={"values": [1]})),
        payloads.FORM_TYPE,
    ),
    "nesting without end": (b'{"a":' * 20_000, payloads.JSON_TYPE),
    "more fields than Slack sends": (
        b"&".join(b"a%d=1" % i for i in range(200)),
        payloads.FORM_TYPE,
    ),
}


@pytest.mark.parametrize(("body", "kind"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_malformed_body_is_refused_whoever_sent_it(
    bench: AdapterBench, body: bytes, kind: str
) -> None:
    """A malformed body gets 401 unsigned and 400 signed, never 500, and has no effect."""
    unsigned = await bench.post_body(body, {"content-type": kind})
    proven = await bench.post_body(body, payloads.sign_headers(body, kind))

    assert (unsigned.status, proven.status) == (401, 400)
    assert bench.handlers.requests == []
    assert bench.api.calls == []


async def test_bytes_that_are_no_text_prove_nothing(bench: AdapterBench) -> None:
    """A body that is not UTF-8 gets 401, even with a signature made over its bytes."""
    body = b"payload=\xff\xfe"

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 401


async def test_a_shape_that_only_bolt_stumbles_over_is_refused_too(bench: AdapterBench) -> None:
    """Whatever breaks inside before an answer is a 400, not a 500 with a trace."""
    odd = payloads.build_event("unheard_of", item=5, user=7)
    body, kind = payloads.encode_payload(odd)

    assert (await bench.post_body(body, payloads.sign_headers(body, kind))).status == 400


async def test_a_body_larger_than_slacks_is_not_read(bench: AdapterBench) -> None:
    """A body over 1 MiB gets 413, whether its length is said or not."""
    large = b"a" * (MAX_BODY_BYTES + 1)

    silent = await bench.post_body(large, payloads.sign_headers(large))
    said = await bench.post_body(b"", {"content-length": str(len(large))})
    absurd = await bench.post_body(b"", {"content-length": "9" * 50})

    assert [one.status for one in (silent, said, absurd)] == [413, 413, 413]


async def test_a_body_of_the_largest_size_is_read(bench: AdapterBench) -> None:
    """Exactly 1 MiB is still read and judged by its signature."""
    body = b"a" * MAX_BODY_BYTES

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 400


async def test_only_posts_are_taken(bench: AdapterBench) -> None:
    """A browser that opens Slack's address is told that it takes posts alone."""
    assert bench.adapter.asgi
    answer = await asgi.send_request(bench.adapter.asgi, "GET", "/slack/events")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_slacks_question_whether_the_address_is_ours_is_answered(bench: AdapterBench) -> None:
    """A signed url_verification gets its challenge back."""
    answer = await bench.send_payload(
        {"type": "url_verification", "challenge": "3eZb", "token": "x"}
    )

    assert (answer.status, answer.json) == (200, {"challenge": "3eZb"})


UNKNOWN = {
    "throttled events": {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1},
    "a suggestion": {"type": "block_suggestion", "action_id": "x", "user": {"id": "U1"}},
    "an old dialog": {"type": "dialog_submission", "callback_id": "x"},
    "something new": {"type": "telepathy"},
}


@pytest.mark.parametrize("payload", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_a_payload_of_an_unknown_type_is_acknowledged(
    bench: AdapterBench, payload: payloads.Payload
) -> None:
    """What Slack sends that this bot does not know gets 200 and has no effect."""
    answer = await bench.send_payload(payload)

    assert (answer.status, answer.body) == (200, b"")
    assert bench.handlers.requests == []


async def test_a_certificate_check_does_nothing(bench: AdapterBench) -> None:
    """ssl_check gets 200 when signed and 401 when not, and a command beside it is not run."""
    body = b"ssl_check=1&token=x"
    beside = b"ssl_check=1&" + GOOD

    signed = await bench.post_body(body, payloads.sign_headers(body))
    forged = await bench.post_body(beside, {"content-type": payloads.FORM_TYPE})

    assert (signed.status, forged.status) == (200, 401)
    assert bench.handlers.requests == []


async def test_headers_that_no_signature_covers_change_nothing(bench: AdapterBench) -> None:
    """Bolt's own control headers, added by whoever replays a request, are not passed on."""
    bench.handlers.replies["rupture"] = None
    headers = payloads.sign_headers(GOOD) | {"x-slack-bolt-lazy-only": "1"}

    assert (await bench.post_body(GOOD, headers)).status == 200
    assert [one.name for one in bench.handlers.requests] == ["rupture"]


@pytest.mark.parametrize("text", ["payload", "{payload}", "payload=1"])
async def test_a_command_survives_words_that_bolt_trips_over(
    bench: AdapterBench, text: str
) -> None:
    """The word "payload" after a command, which empties Bolt's own reading, does no harm."""
    bench.handlers.replies["rupture"] = None

    assert (await bench.send_payload(payloads.build_command(text=text))).status == 200
    assert [one.name for one in bench.handlers.requests] == ["rupture"]


async def test_json_is_known_by_its_look_too(bench: AdapterBench) -> None:
    """An event whose content type says otherwise is read as the JSON that it is."""
    body = json.dumps(payloads.build_event("unheard_of")).encode()

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 200
