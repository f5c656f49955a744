import json

import pytest

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound.guard import MAX_BODY_BYTES, Body, Guard
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.msteams.inbound.token_validation import UnsignedTokenValidator
from bot.chat.request_body import Payload
from tests.chat import asgi
from tests.chat.msteams import activities
from tests.chat.msteams.gates import GuardHarness, build_hello
from tests.chat.msteams.microsoft import TENANT_ID, FakeMicrosoft

ELSEWHERE = "99999999-2222-4333-8444-555555555555"


async def test_what_microsoft_signed_comes_in(gate: GuardHarness) -> None:
    """A genuine activity is handed on with its kind and the service that was signed."""
    answer = await gate.send_activity(build_hello(gate.ms))

    assert (answer.status, answer.json) == (200, {"statusCode": 200})
    assert [(kind, service) for kind, _, service in gate.accepted_payloads] == [
        (PayloadKind.MESSAGE, gate.ms.service_url)
    ]


FOREIGN: dict[str, dict[str, object]] = {
    "another tenant": {
        "conversation": {"id": "a:1", "tenantId": ELSEWHERE},
        "channelData": {"tenant": {"id": ELSEWHERE}},
    },
    "two tenants": {"channelData": {"tenant": {"id": ELSEWHERE}}},
    "no tenant": {"conversation": {"id": "a:1"}, "channelData": {}},
}


@pytest.mark.parametrize("parts", FOREIGN.values(), ids=FOREIGN.keys())
async def test_only_tenants_on_the_list_come_in(
    gate: GuardHarness, parts: dict[str, object]
) -> None:
    """A genuine activity of a tenant that is not on the list gets 403."""
    assert (await gate.send_activity(build_hello(gate.ms, **parts))).status == 403
    assert gate.accepted_payloads == []


async def test_a_tenant_is_known_in_capitals_too(gate: GuardHarness) -> None:
    """Ids are compared without regard to capitals."""
    named = {"id": "a:1", "conversationType": "personal", "tenantId": TENANT_ID.upper()}

    assert (await gate.send_activity(build_hello(gate.ms, conversation=named))).status == 200


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "cut JSON": b'{"type": "message"',
    "a list": b"[1]",
    "null": b"null",
    "bytes that are no text": b"\xff\xfe",
    "nesting without end": b'{"a":' * 20_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_body_that_is_no_activity_is_refused(gate: GuardHarness, body: bytes) -> None:
    """A broken body gets 401 unsigned and 400 signed, never 500."""
    unsigned = await gate.post_body(body)
    signed = await gate.post_body(body, gate.ms.sign_token())

    assert (unsigned.status, signed.status) == (401, 400)


MISSHAPEN: dict[str, dict[str, object]] = {
    "no type": {"type": None},
    "a type that is a number": {"type": 5},
    "no id": {"id": ""},
    "a sender that is a text": {"from": "Marie"},
    "a conversation that is a list": {"conversation": [], "channelData": {"tenant": TENANT_ID}},
    "a text that is a number": {"text": 5},
    "entities that are texts": {"entities": ["x"]},
    "an invoke without a name": {"type": "invoke"},
    "an invoke without a value": {"type": "invoke", "name": "task/fetch"},
    "an invoke of nobody": {
        "type": "invoke",
        "name": "task/submit",
        "value": {},
        "from": {"id": "29:x"},
    },
    "an action that is a text": {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": "x"},
    },
}


@pytest.mark.parametrize("parts", MISSHAPEN.values(), ids=MISSHAPEN.keys())
async def test_a_misshapen_activity_is_refused(
    gate: GuardHarness, parts: dict[str, object]
) -> None:
    """A proven activity of a wrong shape gets 400, never 500, and has no effect."""
    assert (await gate.send_activity(build_hello(gate.ms, **parts))).status == 400
    assert gate.accepted_payloads == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "event", "telepathy", "task/fetch"])
async def test_an_activity_of_an_unknown_type_is_acknowledged(
    gate: GuardHarness, kind: str
) -> None:
    """What asks nothing of this bot gets 200 and has no effect."""
    answer = await gate.send_activity(build_hello(gate.ms, type=kind))

    assert (answer.status, answer.body, gate.accepted_payloads) == (200, b"", [])


@pytest.mark.parametrize("name", ["composeExtension/query", "message", "signin/verifyState"])
async def test_an_unknown_invoke_is_not_found(gate: GuardHarness, name: str) -> None:
    """An invoke that nobody here answers gets 404, never 500."""
    activity = activities.build_invoke(gate.ms.service_url, name, {})

    assert (await gate.send_activity(activity)).status == 404


async def test_a_body_larger_than_teams_is_not_read(gate: GuardHarness) -> None:
    """A body over the limit gets 413, whether its length is said or not."""
    token = gate.ms.sign_token()
    large = await gate.post_body(b"a" * (MAX_BODY_BYTES + 1), token)
    bearer = {"authorization": f"Bearer {token}"}
    said = [
        await asgi.send_request(gate.guard, "POST", "/", b"", bearer | {"content-length": length})
        for length in (str(MAX_BODY_BYTES + 1), "9" * 50)
    ]

    assert [one.status for one in (large, *said)] == [413, 413, 413]
    assert (await gate.post_body(b"a" * MAX_BODY_BYTES, token)).status == 400


async def test_only_posts_are_taken(gate: GuardHarness) -> None:
    """A browser that opens Teams' address is told that it takes posts alone."""
    answer = await asgi.send_request(gate.guard, "GET", "/api/messages")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_the_playground_is_taken_at_its_word_on_this_machine(ms: FakeMicrosoft) -> None:
    """Without proof an activity comes in from loopback, and from no other service."""
    through: list[str] = []

    async def note(_kind: PayloadKind, _payload: Payload, service: str) -> Body:
        through.append(service)
        return {}

    guard = Guard(
        note, UnsignedTokenValidator(), frozenset({TENANT_ID}), AfterResponse(), allow_loopback=True
    )
    statuses = [
        (
            await asgi.send_request(
                guard, "POST", "/", json.dumps(build_hello(ms, **parts)).encode()
            )
        ).status
        for parts in ({}, {"serviceUrl": "http://evil.example"}, {"serviceUrl": 5})
    ]

    assert statuses == [200, 401, 401]
    assert through == [ms.service_url]
