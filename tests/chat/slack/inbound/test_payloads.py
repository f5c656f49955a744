"""Signed payloads of a malformed shape are rejected, and unstorable characters are replaced."""

import pytest

from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

MALFORMED_BODIES = {
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


@pytest.mark.parametrize(
    ("body", "content_type"), MALFORMED_BODIES.values(), ids=MALFORMED_BODIES.keys()
)
async def test_malformed_body_is_rejected(
    bench: AdapterBench, body: bytes, content_type: str
) -> None:
    """A malformed body gets 401 unsigned and 400 signed, never 500, and has no effect."""
    unsigned = await bench.post_body(body, {"content-type": content_type})
    signed = await bench.post_body(body, payloads.sign_headers(body, content_type))

    assert (unsigned.status, signed.status) == (401, 400)
    assert bench.handlers.requests == []
    assert bench.api.calls == []


async def test_undecodable_body_is_rejected(bench: AdapterBench) -> None:
    """A body that is not UTF-8 gets 401, even with a signature of its bytes."""
    body = b"payload=\xff\xfe"

    assert (await bench.post_body(body, payloads.sign_headers(body))).status == 401


async def test_exception_in_bolt_is_rejected(bench: AdapterBench) -> None:
    """An exception in Bolt before a response becomes a 400, not a 500."""
    payload = payloads.build_event("unheard_of", item=5, user=7)
    body, content_type = payloads.encode_payload(payload)

    assert (await bench.post_body(body, payloads.sign_headers(body, content_type))).status == 400


async def test_payload_of_a_shape_unknown_to_bolt_is_rejected(bench: AdapterBench) -> None:
    """A submission whose view has no type, for which Bolt sends 500, gets 400."""
    submission = payloads.build_submission()
    del submission["view"]["type"]

    assert (await bench.send_payload(submission)).status == 400


async def test_unstorable_characters_are_replaced(bench: AdapterBench) -> None:
    """Half a surrogate pair in an id is replaced before the payload is handled."""
    bench.handlers.replies["rupture"] = None
    press = payloads.build_button_press("rupture", channel={"id": "C\ud800"})

    assert (await bench.send_payload(press)).status == 200
    assert [request.channel for request in bench.handlers.requests] == ["C\ufffd"]
