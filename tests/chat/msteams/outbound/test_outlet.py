import pytest

from bot.conversation import Address, AddressReachable, SearchResult, SendStatus
from bot.elements import Message, Text
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL_ID, CHAT_ID, MARIE
from tests.chat.msteams.microsoft import TENANT_ID, PlannedAnswer
from tests.chat.msteams.testbed import (
    HELLO,
    MARIE_PERSON,
    WORKSPACE,
    AdapterBench,
    collect_texts,
    open_bench,
)

MARIE_ADDRESS = Address(WORKSPACE, MARIE)


async def record_service_url(bench: AdapterBench) -> None:
    """Send an activity, from which the adapter caches the service URL."""
    await bench.send_activity(
        activities.build_installation_update(bench.ms.service_url, **activities.channel_parts())
    )


def marie_route(bench: AdapterBench) -> str:
    """Return the route to Marie's chat as the store contains it."""
    return f'["{bench.ms.service_url}", "{CHAT_ID}"]'


async def test_a_stored_route_needs_no_other_call(bench: AdapterBench) -> None:
    """With a stored route a message is sent in one call, even before any activity is received."""
    result = await bench.adapter.outlet.send(
        Address(WORKSPACE, MARIE, route=marie_route(bench)), HELLO, "k"
    )

    (post,) = bench.ms.calls
    assert (result.status, result.reference, result.route) == (
        SendStatus.SENT,
        "1:1",
        marie_route(bench),
    )
    assert (post.path, post.token) == (f"/v3/conversations/{CHAT_ID}/activities", "made-up")
    assert collect_texts(post.card)[0] == "Hello you"


async def test_a_private_chat_is_created_for_a_new_person(bench: AdapterBench) -> None:
    """The private chat is created first, and the result contains its route."""
    await record_service_url(bench)

    result = await bench.adapter.outlet.send(MARIE_ADDRESS, HELLO, "k")

    create_call, post = bench.ms.calls
    assert create_call.body == {"members": [{"id": MARIE}], "tenantId": TENANT_ID}
    assert post.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert result.route == f'["{bench.ms.service_url}", "a:chat-with-{MARIE}"]'


async def test_the_route_of_a_message_is_cached(bench: AdapterBench) -> None:
    """A message in the private chat caches its route, although the store has none."""
    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    bench.ms.calls.clear()

    result = await bench.adapter.outlet.send(MARIE_ADDRESS, HELLO, "k")

    assert [call.path for call in bench.ms.calls] == [f"/v3/conversations/{CHAT_ID}/activities"]
    assert result.route == marie_route(bench)


async def test_a_local_stand_in_sends_no_request_to_microsoft(bench: AdapterBench) -> None:
    """Before an activity names a service URL, no request is sent to the global one."""
    result = await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), HELLO, "k")

    assert result.status is SendStatus.RETRY_LATER
    assert bench.ms.calls == []


async def test_a_channel_needs_no_route(bench: AdapterBench) -> None:
    """A message to a channel is sent to its id, without a stored route."""
    await record_service_url(bench)

    result = await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), HELLO, "k")

    assert result.status is SendStatus.SENT
    assert [call.path for call in bench.ms.calls] == [f"/v3/conversations/{CHANNEL_ID}/activities"]


async def test_names_of_mentioned_people_are_fetched_once(bench: AdapterBench) -> None:
    """Names in a channel message are fetched and cached; a person without one is a colleague."""
    await record_service_url(bench)
    bench.ms.person_names["sam"] = "Sam Lee"
    message = Message("Team", (Text("@{sam} supervises, with @{kim}."),))

    for _ in range(2):
        await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), message, "k")

    assert [call.path.rpartition("/")[2] for call in bench.ms.calls] == [
        "sam",
        "kim",
        "activities",
        "kim",
        "activities",
    ]
    assert (
        collect_texts(bench.ms.posted_messages[0].card)[1]
        == "<at>Sam Lee</at> supervises, with a colleague."
    )


STATUS_BY_ANSWER = {
    "rate limit": (
        PlannedAnswer(429, headers={"Retry-After": "7"}),
        SendStatus.RETRY_LATER,
        7.0,
        "http_429",
    ),
    "rate limit without an end": (
        PlannedAnswer(429, headers={"Retry-After": "inf"}),
        SendStatus.RETRY_LATER,
        3600.0,
        "http_429",
    ),
    "rate limit until a date": (
        PlannedAnswer(429, headers={"Retry-After": "Tue, 01 Jan 2999 00:00:00 GMT"}),
        SendStatus.RETRY_LATER,
        3600.0,
        "http_429",
    ),
    "rate limit without a header": (PlannedAnswer(429), SendStatus.RETRY_LATER, 30.0, "http_429"),
    "a chat that is busy": (PlannedAnswer(412), SendStatus.RETRY_LATER, 30.0, "http_412"),
    "a token that is not accepted": (PlannedAnswer(401), SendStatus.RETRY_LATER, 30.0, "http_401"),
    "removed or blocked": (
        PlannedAnswer(403, {"error": {"code": "BotNotInConversationRoster"}}),
        SendStatus.ADDRESS_UNREACHABLE,
        0.0,
        "BotNotInConversationRoster",
    ),
    "no such chat": (
        PlannedAnswer(404, {"error": {"code": "ConversationNotFound"}}),
        SendStatus.ADDRESS_UNREACHABLE,
        0.0,
        "ConversationNotFound",
    ),
    "blocked, by subcode": (
        PlannedAnswer(403, {"error": {"code": "Forbidden", "subCode": "MessageWritesBlocked"}}),
        SendStatus.ADDRESS_UNREACHABLE,
        0.0,
        "MessageWritesBlocked",
    ),
    "a message over the size limit": (
        PlannedAnswer(413, {"error": {"code": "MessageSizeTooBig"}}),
        SendStatus.FAILED,
        0.0,
        "MessageSizeTooBig",
    ),
    "a rejection without a code": (PlannedAnswer(403, "x"), SendStatus.FAILED, 0.0, "http_403"),
    "a sentence for a code": (
        PlannedAnswer(400, {"error": {"code": "Not for Marie"}}),
        SendStatus.FAILED,
        0.0,
        "unreadable_code",
    ),
    "the whole bot": (
        PlannedAnswer(401, {"error": {"code": "BotNotRegistered"}}),
        SendStatus.REJECTED_BY_WORKSPACE,
        0.0,
        "BotNotRegistered",
    ),
    "a user's app policy, or the tenant's": (
        PlannedAnswer(403, {"error": {"code": "BotDisabledByAdmin"}}),
        SendStatus.FAILED,
        0.0,
        "BotDisabledByAdmin",
    ),
    "a gateway error": (PlannedAnswer(502), SendStatus.UNKNOWN, 0.0, "http_502"),
    "a gateway timeout": (PlannedAnswer(504), SendStatus.UNKNOWN, 0.0, "http_504"),
    "a server error": (PlannedAnswer(500), SendStatus.UNKNOWN, 0.0, "http_500"),
    "a lost response": (
        PlannedAnswer(drops_connection=True),
        SendStatus.UNKNOWN,
        0.0,
        "RemoteProtocolError",
    ),
}


@pytest.mark.parametrize(
    ("answer", "status", "seconds", "reason"),
    STATUS_BY_ANSWER.values(),
    ids=STATUS_BY_ANSWER.keys(),
)
async def test_an_error_is_classified_as_a_send_status(
    bench: AdapterBench, answer: PlannedAnswer, status: SendStatus, seconds: float, reason: str
) -> None:
    """Only a message that was certainly not posted is retried later; no call is repeated."""
    bench.ms.planned_answers["activities"] = [answer]

    result = await bench.adapter.outlet.send(
        Address(WORKSPACE, MARIE, route=marie_route(bench)), HELLO, "k"
    )

    assert (result.status, result.retry_after_seconds, result.reason) == (status, seconds, reason)
    assert len(bench.ms.calls) == 1


async def test_a_failed_chat_creation_is_never_unknown(bench: AdapterBench) -> None:
    """When the private chat cannot be created, even with a gateway error, nothing was posted."""
    await record_service_url(bench)
    blocked = PlannedAnswer(403, {"error": {"code": "ForbiddenOperationException"}})
    bench.ms.planned_answers["conversations"] = [PlannedAnswer(502), blocked, PlannedAnswer(400)]

    statuses = [
        (await bench.adapter.outlet.send(MARIE_ADDRESS, HELLO, "k")).status for _ in range(3)
    ]

    assert statuses == [SendStatus.RETRY_LATER, SendStatus.ADDRESS_UNREACHABLE, SendStatus.FAILED]
    assert bench.ms.posted_messages == []


async def test_an_unreachable_service_is_retried_later(bench: AdapterBench) -> None:
    """A message to an unreachable service was not posted and is retried later."""
    unreachable_route = f'["http://127.0.0.1:9", "{CHAT_ID}"]'

    result = await bench.adapter.outlet.send(
        Address(WORKSPACE, MARIE, route=unreachable_route), HELLO, "k"
    )

    assert (result.status, result.reason) == (SendStatus.RETRY_LATER, "unreachable")


async def test_posted_messages_cannot_be_searched(bench: AdapterBench) -> None:
    """A bot cannot read its chats in Teams, so an unknown status stays unknown."""
    assert (
        await bench.adapter.outlet.check_posted(MARIE_ADDRESS, "k", 0.0)
        is SearchResult.NOT_SUPPORTED
    )


async def test_the_default_profile_is_blank(bench: AdapterBench) -> None:
    """Without an activity a profile is blank, and no person is an administrator."""
    profile = await bench.adapter.outlet.fetch_profile(MARIE_PERSON)

    assert profile
    assert (profile.is_admin, profile.locale) == (False, "")


async def report_service_url(bench: AdapterBench) -> None:
    """Send an activity, which reports where the tenant's connector is."""
    bench.handlers.replies["tip"] = None
    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))


@pytest.mark.parametrize(
    ("parts", "is_external"), [({}, False), ({"userRole": "guest"}, True)], ids=["member", "guest"]
)
async def test_a_guest_of_a_channel_is_external(
    bench: AdapterBench, parts: dict[str, str], *, is_external: bool
) -> None:
    """An account of the team's channel says whether it is of another organisation."""
    bench.ms.account_parts[MARIE] = parts
    await report_service_url(bench)

    profile = await bench.adapter.outlet.fetch_profile(MARIE_PERSON, CHANNEL_ID)

    assert profile is not None
    assert profile.is_external is is_external


async def test_an_account_outside_the_channel_is_unknown(bench: AdapterBench) -> None:
    """Teams reports no other account to a bot, so that the profile stays the cached one."""
    bench.ms.planned_answers[MARIE] = [PlannedAnswer(404)]
    await report_service_url(bench)

    profile = await bench.adapter.outlet.fetch_profile(MARIE_PERSON, CHANNEL_ID)

    assert profile is not None
    assert not profile.is_external


async def test_a_stored_route_survives_a_restart(bench: AdapterBench) -> None:
    """The route reported by an installation is valid in a new adapter."""
    await bench.send_activity(activities.build_installation_update(bench.ms.service_url))
    stored_route = next(
        event.address.route
        for event in bench.handlers.events
        if isinstance(event, AddressReachable)
    )

    async with open_bench(bench.ms) as restarted:
        result = await restarted.adapter.outlet.send(
            Address(WORKSPACE, MARIE, route=stored_route), HELLO, "k"
        )

    assert result.status is SendStatus.SENT
    assert bench.ms.posted_messages[-1].path == f"/v3/conversations/{CHAT_ID}/activities"
