import pytest

from bot.conversation import Address, SendStatus
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

TO = Address(WORKSPACE, MARIE)


async def known_service(bench: AdapterBench) -> None:
    """Let the room hear of the stand-in's address, as it does from any activity."""
    await bench.send_activity(
        activities.build_installation_update(bench.ms.service_url, **activities.channel_parts())
    )


def way(bench: AdapterBench) -> str:
    """Return the way to Marie's chat, as the store keeps it."""
    return f'["{bench.ms.service_url}", "{CHAT_ID}"]'


async def test_a_message_goes_the_way_that_is_known(bench: AdapterBench) -> None:
    """With a stored way nothing is asked first, also when nobody was heard from since a start."""
    outcome = await bench.adapter.outlet.send(
        Address(WORKSPACE, MARIE, route=way(bench)), HELLO, "k"
    )

    (post,) = bench.ms.calls
    assert (outcome.status, outcome.reference, outcome.route) == (
        SendStatus.SENT,
        "1:1",
        way(bench),
    )
    assert (post.path, post.token) == (f"/v3/conversations/{CHAT_ID}/activities", "made-up")
    assert collect_texts(post.card)[0] == "Hello you"


async def test_whoever_never_wrote_is_reached_too(bench: AdapterBench) -> None:
    """Their chat is opened first, and the way there is told so that it can be kept."""
    await known_service(bench)

    outcome = await bench.adapter.outlet.send(TO, HELLO, "k")

    opened, post = bench.ms.calls
    assert opened.body == {"members": [{"id": MARIE}], "tenantId": TENANT_ID}
    assert post.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert outcome.route == f'["{bench.ms.service_url}", "a:chat-with-{MARIE}"]'


async def test_whoever_wrote_before_they_joined_is_reached_where_they_wrote(
    bench: AdapterBench,
) -> None:
    """Their chat is known from what they did in it, though nothing was kept about them then."""
    await bench.send_activity(activities.build_message(bench.ms.service_url, "tip"))
    bench.ms.calls.clear()

    outcome = await bench.adapter.outlet.send(TO, HELLO, "k")

    assert [one.path for one in bench.ms.calls] == [f"/v3/conversations/{CHAT_ID}/activities"]
    assert outcome.route == way(bench)


async def test_a_bot_on_trial_reaches_nobody_outside_this_machine(bench: AdapterBench) -> None:
    """Before any activity told of an address, nothing goes to Microsoft's own."""
    outcome = await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), HELLO, "k")

    assert outcome.status is SendStatus.RETRY_LATER
    assert bench.ms.calls == []


async def test_a_channel_is_reached_by_its_id(bench: AdapterBench) -> None:
    """A channel other than the one the app was added in needs no way of its own."""
    await known_service(bench)

    outcome = await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), HELLO, "k")

    assert outcome.status is SendStatus.SENT
    assert [one.path for one in bench.ms.calls] == [f"/v3/conversations/{CHANNEL_ID}/activities"]


async def test_people_mentioned_in_a_channel_are_called_by_their_names(bench: AdapterBench) -> None:
    """Who supervises is told by name, asked for once; without one they are a colleague."""
    await known_service(bench)
    bench.ms.person_names["sam"] = "Sam Lee"
    card = Message("Team", (Text("@{sam} supervises, with @{kim}."),))

    for _ in range(2):
        await bench.adapter.outlet.send(Address(WORKSPACE, channel=CHANNEL_ID), card, "k")

    assert [one.path.rpartition("/")[2] for one in bench.ms.calls] == [
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


FATES = {
    "too many": (
        PlannedAnswer(429, headers={"Retry-After": "7"}),
        SendStatus.RETRY_LATER,
        7.0,
        "http_429",
    ),
    "too many, without a time": (PlannedAnswer(429), SendStatus.RETRY_LATER, 30.0, "http_429"),
    "a chat that is busy": (PlannedAnswer(412), SendStatus.RETRY_LATER, 30.0, "http_412"),
    "a token not taken now": (PlannedAnswer(401), SendStatus.RETRY_LATER, 30.0, "http_401"),
    "removed or blocked": (
        PlannedAnswer(403, {"error": {"code": "BotNotInConversationRoster"}}),
        SendStatus.GONE,
        0.0,
        "BotNotInConversationRoster",
    ),
    "no such chat": (
        PlannedAnswer(404, {"error": {"code": "ConversationNotFound"}}),
        SendStatus.GONE,
        0.0,
        "ConversationNotFound",
    ),
    "blocked, by subcode": (
        PlannedAnswer(403, {"error": {"code": "Forbidden", "subCode": "MessageWritesBlocked"}}),
        SendStatus.GONE,
        0.0,
        "MessageWritesBlocked",
    ),
    "too big": (
        PlannedAnswer(413, {"error": {"code": "MessageSizeTooBig"}}),
        SendStatus.FAILED,
        0.0,
        "MessageSizeTooBig",
    ),
    "a refusal without a code": (PlannedAnswer(403, "x"), SendStatus.FAILED, 0.0, "http_403"),
    "a sentence for a code": (
        PlannedAnswer(400, {"error": {"code": "Not for Marie"}}),
        SendStatus.FAILED,
        0.0,
        "unreadable_code",
    ),
    "the whole tenant": (
        PlannedAnswer(403, {"error": {"code": "BotDisabledByAdmin"}}),
        SendStatus.CLOSED,
        0.0,
        "BotDisabledByAdmin",
    ),
    "a gateway": (PlannedAnswer(502), SendStatus.UNKNOWN, 0.0, "http_502"),
    "a gateway that waited": (PlannedAnswer(504), SendStatus.UNKNOWN, 0.0, "http_504"),
    "a server's fault": (PlannedAnswer(500), SendStatus.UNKNOWN, 0.0, "http_500"),
    "an answer that is lost": (
        PlannedAnswer(drops_connection=True),
        SendStatus.UNKNOWN,
        0.0,
        "RemoteProtocolError",
    ),
}


@pytest.mark.parametrize(("told", "fate", "seconds", "reason"), FATES.values(), ids=FATES.keys())
async def test_a_fate_is_told_without_guessing(
    bench: AdapterBench, told: PlannedAnswer, fate: SendStatus, seconds: float, reason: str
) -> None:
    """Only what was certainly not posted is to be sent again; nothing is repeated here."""
    bench.ms.planned_answers["activities"] = [told]

    outcome = await bench.adapter.outlet.send(
        Address(WORKSPACE, MARIE, route=way(bench)), HELLO, "k"
    )

    assert (outcome.status, outcome.retry_after_seconds, outcome.reason) == (fate, seconds, reason)
    assert len(bench.ms.calls) == 1


async def test_before_anything_was_posted_nothing_is_unknown(bench: AdapterBench) -> None:
    """When a chat could not be opened, even after a gateway's error, the message is owed still."""
    await known_service(bench)
    blocked = PlannedAnswer(403, {"error": {"code": "ForbiddenOperationException"}})
    bench.ms.planned_answers["conversations"] = [PlannedAnswer(502), blocked, PlannedAnswer(400)]

    fates = [(await bench.adapter.outlet.send(TO, HELLO, "k")).status for _ in range(3)]

    assert fates == [SendStatus.RETRY_LATER, SendStatus.GONE, SendStatus.FAILED]
    assert bench.ms.posted_messages == []


async def test_teams_that_is_away_is_waited_for(bench: AdapterBench) -> None:
    """A service that cannot be reached has posted nothing."""
    nowhere = f'["http://127.0.0.1:9", "{CHAT_ID}"]'

    outcome = await bench.adapter.outlet.send(Address(WORKSPACE, MARIE, route=nowhere), HELLO, "k")

    assert (outcome.status, outcome.reason) == (SendStatus.RETRY_LATER, "unreachable")


async def test_nothing_can_be_found_again(bench: AdapterBench) -> None:
    """No bot reads its own chats in Teams, so an unknown outcome stays unknown."""
    assert await bench.adapter.outlet.check_posted(TO, "k", 0.0) == "unable"


async def test_whoever_is_not_known_has_a_blank_profile(bench: AdapterBench) -> None:
    """Teams tells of nobody that they look after the organisation, and so nobody does."""
    profile = await bench.adapter.outlet.fetch_profile(MARIE_PERSON)

    assert profile
    assert (profile.is_admin, profile.locale) == (False, "")


async def test_a_restart_forgets_no_way(bench: AdapterBench) -> None:
    """What was told at the installing serves a room that was opened afresh."""
    await bench.send_activity(activities.build_installation_update(bench.ms.service_url))
    kept = next(one.route for one in bench.handlers.events if one.kind == "arrived")

    async with open_bench(bench.ms) as again:
        outcome = await again.adapter.outlet.send(Address(WORKSPACE, MARIE, route=kept), HELLO, "k")

    assert outcome.status is SendStatus.SENT
    assert bench.ms.posted_messages[-1].path == f"/v3/conversations/{CHAT_ID}/activities"
