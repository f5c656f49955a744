import json

import pytest

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.inbound.guard import MAX_BODY_BYTES, Body, Guard, TenantPolicy
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.msteams.inbound.token_validation import UnsignedTokenValidator
from bot.chat.request_body import Payload
from tests.chat import asgi
from tests.chat.msteams import activities
from tests.chat.msteams.guard_harness import GuardHarness, answer_foreign_tenant, build_hello
from tests.chat.msteams.microsoft import TENANT_ID, FakeMicrosoft

OTHER_TENANT_ID = "99999999-2222-4333-8444-555555555555"


async def test_a_signed_activity_is_dispatched(harness: GuardHarness) -> None:
    """A signed activity is dispatched with its kind and the signed service URL."""
    response = await harness.send_activity(build_hello(harness.ms))

    assert (response.status, response.json) == (200, {"statusCode": 200})
    assert [(kind, service) for kind, _, service in harness.accepted_payloads] == [
        (PayloadKind.MESSAGE, harness.ms.service_url)
    ]


FOREIGN_TENANTS: dict[str, dict[str, object]] = {
    "another tenant": {
        "conversation": {"id": "a:1", "tenantId": OTHER_TENANT_ID},
        "channelData": {"tenant": {"id": OTHER_TENANT_ID}},
    },
    "a conversation of another tenant": {
        "conversation": {"id": "a:1", "tenantId": OTHER_TENANT_ID},
        "channelData": {"tenant": {"id": TENANT_ID}},
    },
    "no tenant": {"conversation": {"id": "a:1"}, "channelData": {}},
}


@pytest.mark.parametrize("parts", FOREIGN_TENANTS.values(), ids=FOREIGN_TENANTS.keys())
async def test_only_allowed_tenants_are_accepted(
    harness: GuardHarness, parts: dict[str, object]
) -> None:
    """A signed activity of a conversation outside the allowed tenants is rejected with 403."""
    assert (await harness.send_activity(build_hello(harness.ms, **parts))).status == 403
    assert harness.accepted_payloads == []


async def test_an_action_in_a_foreign_tenant_is_answered(harness: GuardHarness) -> None:
    """An action outside the allowed tenants is answered, and not dispatched."""
    conversation = {"id": "a:1", "tenantId": OTHER_TENANT_ID}
    activity = activities.build_card_action(
        harness.ms.service_url, activities.button_data("tip.next"), conversation=conversation
    )

    response = await harness.send_activity(activity)

    assert response.json == answer_foreign_tenant(PayloadKind.CARD_ACTION, activity)
    assert harness.accepted_payloads == []


async def test_a_member_of_another_tenant_is_dispatched(harness: GuardHarness) -> None:
    """A conversation of an allowed tenant is served to members of other tenants, too."""
    activity = build_hello(harness.ms, channelData={"tenant": {"id": OTHER_TENANT_ID}})

    assert (await harness.send_activity(activity)).status == 200
    assert len(harness.accepted_payloads) == 1


async def test_tenant_ids_are_case_insensitive(harness: GuardHarness) -> None:
    """Tenant ids are compared without regard to case."""
    conversation = {"id": "a:1", "conversationType": "personal", "tenantId": TENANT_ID.upper()}

    assert (
        await harness.send_activity(build_hello(harness.ms, conversation=conversation))
    ).status == 200


BROKEN_BODIES: dict[str, bytes] = {
    "an empty body": b"",
    "truncated JSON": b'{"type": "message"',
    "a list": b"[1]",
    "null": b"null",
    "bytes that are no UTF-8": b"\xff\xfe",
    "nesting without end": b'{"a":' * 20_000,
}


@pytest.mark.parametrize("body", BROKEN_BODIES.values(), ids=BROKEN_BODIES.keys())
async def test_a_malformed_body_is_rejected(harness: GuardHarness, body: bytes) -> None:
    """A malformed body is rejected with 401 without a token and 400 with one, never 500."""
    unsigned = await harness.post_body(body)
    signed = await harness.post_body(body, harness.ms.sign_token())

    assert (unsigned.status, signed.status) == (401, 400)


INVALID_FIELDS: dict[str, dict[str, object]] = {
    "no type": {"type": None},
    "a type that is a number": {"type": 5},
    "no id": {"id": ""},
    "a sender that is a text": {"from": "Marie"},
    "a conversation that is a list": {"conversation": [], "channelData": {"tenant": TENANT_ID}},
    "a text that is a number": {"text": 5},
    "entities that are texts": {"entities": ["x"]},
    "an invoke without a name": {"type": "invoke"},
    "an invoke without a value": {"type": "invoke", "name": "task/fetch"},
    "an invoke without a sender": {
        "type": "invoke",
        "name": "task/submit",
        "value": {},
        "from": {"aadObjectId": "x"},
    },
    "an action that is a text": {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": "x"},
    },
}


@pytest.mark.parametrize("parts", INVALID_FIELDS.values(), ids=INVALID_FIELDS.keys())
async def test_an_activity_with_invalid_fields_is_rejected(
    harness: GuardHarness, parts: dict[str, object]
) -> None:
    """A signed activity with an invalid schema is rejected with 400 and not dispatched."""
    assert (await harness.send_activity(build_hello(harness.ms, **parts))).status == 400
    assert harness.accepted_payloads == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "event", "telepathy", "task/fetch"])
async def test_an_unknown_activity_type_is_acknowledged(harness: GuardHarness, kind: str) -> None:
    """An activity of an unknown type is acknowledged with 200 and not dispatched."""
    response = await harness.send_activity(build_hello(harness.ms, type=kind))

    assert (response.status, response.body, harness.accepted_payloads) == (200, b"", [])


@pytest.mark.parametrize("name", ["composeExtension/query", "message", "signin/verifyState"])
async def test_an_unknown_invoke_is_rejected(harness: GuardHarness, name: str) -> None:
    """An invoke of an unknown name is rejected with 404, never 500."""
    activity = activities.build_invoke(harness.ms.service_url, name, {})

    assert (await harness.send_activity(activity)).status == 404


async def test_a_malformed_service_url_is_rejected(harness: GuardHarness) -> None:
    """A signed service URL that cannot be parsed is rejected with 401, never 500."""
    activity = build_hello(harness.ms, serviceUrl="https://[")

    assert (await harness.send_activity(activity, serviceurl="https://[")).status == 401


async def test_unstorable_characters_are_replaced(harness: GuardHarness) -> None:
    """Half a surrogate pair in an id is replaced before the activity is dispatched."""
    assert (await harness.send_activity(build_hello(harness.ms, id="1\ud800"))).status == 200
    assert [payload["id"] for _, payload, _ in harness.accepted_payloads] == ["1\ufffd"]


async def test_a_body_over_the_limit_is_rejected(harness: GuardHarness) -> None:
    """A body over the limit is rejected with 413, with and without a ``Content-Length`` header."""
    token = harness.ms.sign_token()
    without_length = await harness.post_body(b"a" * (MAX_BODY_BYTES + 1), token)
    bearer = {"authorization": f"Bearer {token}"}
    with_length = [
        await asgi.send_request(
            harness.guard, "POST", "/", b"", bearer | {"content-length": length}
        )
        for length in (str(MAX_BODY_BYTES + 1), "9" * 50)
    ]

    assert [response.status for response in (without_length, *with_length)] == [413, 413, 413]
    assert (await harness.post_body(b"a" * MAX_BODY_BYTES, token)).status == 400


async def test_only_post_is_allowed(harness: GuardHarness) -> None:
    """Another method is rejected with 405 and an ``Allow`` header."""
    response = await asgi.send_request(harness.guard, "GET", "/api/messages")

    assert (response.status, response.headers["allow"]) == (405, "POST")


async def test_unsigned_activities_are_accepted_from_loopback_only(ms: FakeMicrosoft) -> None:
    """Without token validation only service URLs on this machine are accepted."""
    service_urls: list[str] = []

    async def record_service_url(_kind: PayloadKind, _payload: Payload, service_url: str) -> Body:
        service_urls.append(service_url)
        return {}

    guard = Guard(
        record_service_url,
        UnsignedTokenValidator(),
        TenantPolicy(frozenset({TENANT_ID}), answer_foreign_tenant),
        AfterResponse(),
        allow_loopback=True,
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
    assert service_urls == [ms.service_url]
