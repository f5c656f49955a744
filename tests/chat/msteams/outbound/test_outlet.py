import pytest

from bot.conversation import Address, Fate
from bot.elements import Message, Text
from tests.chat.msteams import activities
from tests.chat.msteams.activities import CHANNEL, CHAT, MARIE
from tests.chat.msteams.microsoft import TENANT, Told
from tests.chat.msteams.testbed import HELLO, WHO, WORKSPACE, Bench, furnished, texts

TO = Address(WORKSPACE, MARIE)


async def known_service(bench: Bench) -> None:
    """Let the room hear of the stand-in's address, as it does from any activity."""
    await bench.send(activities.installed(bench.ms.service, **activities.in_channel()))


def way(bench: Bench) -> str:
    """Return the way to Marie's chat, as the store keeps it."""
    return f'["{bench.ms.service}", "{CHAT}"]'


async def test_a_message_goes_the_way_that_is_known(bench: Bench) -> None:
    """With a stored way nothing is asked first, also when nobody was heard from since a start."""
    outcome = await bench.room.outlet.send(Address(WORKSPACE, MARIE, way=way(bench)), HELLO, "k")

    (post,) = bench.ms.calls
    assert (outcome.fate, outcome.reference, outcome.way) == (Fate.SENT, "1:1", way(bench))
    assert (post.path, post.token) == (f"/v3/conversations/{CHAT}/activities", "made-up")
    assert texts(post.card)[0] == "Hello you"


async def test_whoever_never_wrote_is_reached_too(bench: Bench) -> None:
    """Their chat is opened first, and the way there is told so that it can be kept."""
    await known_service(bench)

    outcome = await bench.room.outlet.send(TO, HELLO, "k")

    opened, post = bench.ms.calls
    assert opened.body == {"members": [{"id": MARIE}], "tenantId": TENANT}
    assert post.path == f"/v3/conversations/a:chat-with-{MARIE}/activities"
    assert outcome.way == f'["{bench.ms.service}", "a:chat-with-{MARIE}"]'


async def test_whoever_wrote_before_they_joined_is_reached_where_they_wrote(bench: Bench) -> None:
    """Their chat is known from what they did in it, though nothing was kept about them then."""
    await bench.send(activities.written(bench.ms.service, "tip"))
    bench.ms.calls.clear()

    outcome = await bench.room.outlet.send(TO, HELLO, "k")

    assert [one.path for one in bench.ms.calls] == [f"/v3/conversations/{CHAT}/activities"]
    assert outcome.way == way(bench)


async def test_a_bot_on_trial_reaches_nobody_outside_this_machine(bench: Bench) -> None:
    """Before any activity told of an address, nothing goes to Microsoft's own."""
    outcome = await bench.room.outlet.send(Address(WORKSPACE, channel=CHANNEL), HELLO, "k")

    assert outcome.fate is Fate.WAIT
    assert bench.ms.calls == []


async def test_a_channel_is_reached_by_its_id(bench: Bench) -> None:
    """A channel other than the one the app was added in needs no way of its own."""
    await known_service(bench)

    outcome = await bench.room.outlet.send(Address(WORKSPACE, channel=CHANNEL), HELLO, "k")

    assert outcome.fate is Fate.SENT
    assert [one.path for one in bench.ms.calls] == [f"/v3/conversations/{CHANNEL}/activities"]


async def test_people_mentioned_in_a_channel_are_called_by_their_names(bench: Bench) -> None:
    """Who supervises is told by name, asked for once; without one they are a colleague."""
    await known_service(bench)
    bench.ms.names["sam"] = "Sam Lee"
    card = Message("Team", (Text("@{sam} supervises, with @{kim}."),))

    for _ in range(2):
        await bench.room.outlet.send(Address(WORKSPACE, channel=CHANNEL), card, "k")

    assert [one.path.rpartition("/")[2] for one in bench.ms.calls] == [
        "sam",
        "kim",
        "activities",
        "kim",
        "activities",
    ]
    assert texts(bench.ms.posted[0].card)[1] == "<at>Sam Lee</at> supervises, with a colleague."


FATES = {
    "too many": (Told(429, headers={"Retry-After": "7"}), Fate.WAIT, 7.0, "http_429"),
    "too many, without a time": (Told(429), Fate.WAIT, 30.0, "http_429"),
    "a chat that is busy": (Told(412), Fate.WAIT, 30.0, "http_412"),
    "a token not taken now": (Told(401), Fate.WAIT, 30.0, "http_401"),
    "removed or blocked": (
        Told(403, {"error": {"code": "BotNotInConversationRoster"}}),
        Fate.GONE,
        0.0,
        "BotNotInConversationRoster",
    ),
    "no such chat": (
        Told(404, {"error": {"code": "ConversationNotFound"}}),
        Fate.GONE,
        0.0,
        "ConversationNotFound",
    ),
    "blocked, by subcode": (
        Told(403, {"error": {"code": "Forbidden", "subCode": "MessageWritesBlocked"}}),
        Fate.GONE,
        0.0,
        "MessageWritesBlocked",
    ),
    "too big": (
        Told(413, {"error": {"code": "MessageSizeTooBig"}}),
        Fate.FAILED,
        0.0,
        "MessageSizeTooBig",
    ),
    "a refusal without a code": (Told(403, "x"), Fate.FAILED, 0.0, "http_403"),
    "a sentence for a code": (
        Told(400, {"error": {"code": "Not for Marie"}}),
        Fate.FAILED,
        0.0,
        "unreadable_code",
    ),
    "the whole tenant": (
        Told(403, {"error": {"code": "BotDisabledByAdmin"}}),
        Fate.CLOSED,
        0.0,
        "BotDisabledByAdmin",
    ),
    "a gateway": (Told(502), Fate.UNKNOWN, 0.0, "http_502"),
    "a gateway that waited": (Told(504), Fate.UNKNOWN, 0.0, "http_504"),
    "a server's fault": (Told(500), Fate.UNKNOWN, 0.0, "http_500"),
    "an answer that is lost": (Told(lost=True), Fate.UNKNOWN, 0.0, "RemoteProtocolError"),
}


@pytest.mark.parametrize(("told", "fate", "seconds", "reason"), FATES.values(), ids=FATES.keys())
async def test_a_fate_is_told_without_guessing(
    bench: Bench, told: Told, fate: Fate, seconds: float, reason: str
) -> None:
    """Only what was certainly not posted is to be sent again; nothing is repeated here."""
    bench.ms.told["activities"] = [told]

    outcome = await bench.room.outlet.send(Address(WORKSPACE, MARIE, way=way(bench)), HELLO, "k")

    assert (outcome.fate, outcome.seconds, outcome.reason) == (fate, seconds, reason)
    assert len(bench.ms.calls) == 1


async def test_before_anything_was_posted_nothing_is_unknown(bench: Bench) -> None:
    """When a chat could not be opened, even after a gateway's error, the message is owed still."""
    await known_service(bench)
    blocked = Told(403, {"error": {"code": "ForbiddenOperationException"}})
    bench.ms.told["conversations"] = [Told(502), blocked, Told(400)]

    fates = [(await bench.room.outlet.send(TO, HELLO, "k")).fate for _ in range(3)]

    assert fates == [Fate.WAIT, Fate.GONE, Fate.FAILED]
    assert bench.ms.posted == []


async def test_teams_that_is_away_is_waited_for(bench: Bench) -> None:
    """A service that cannot be reached has posted nothing."""
    nowhere = f'["http://127.0.0.1:9", "{CHAT}"]'

    outcome = await bench.room.outlet.send(Address(WORKSPACE, MARIE, way=nowhere), HELLO, "k")

    assert (outcome.fate, outcome.reason) == (Fate.WAIT, "unreachable")


async def test_nothing_can_be_found_again(bench: Bench) -> None:
    """No bot reads its own chats in Teams, so an unknown outcome stays unknown."""
    assert await bench.room.outlet.find(TO, "k", 0.0) == "unable"


async def test_whoever_is_not_known_has_a_blank_profile(bench: Bench) -> None:
    """Teams tells of nobody that they look after the organisation, and so nobody does."""
    profile = await bench.room.outlet.profile(WHO)

    assert profile
    assert (profile.is_admin, profile.locale) == (False, "")


async def test_a_restart_forgets_no_way(bench: Bench) -> None:
    """What was told at the installing serves a room that was opened afresh."""
    await bench.send(activities.installed(bench.ms.service))
    kept = next(one.way for one in bench.handlers.heard if one.kind == "arrived")

    async with furnished(bench.ms) as again:
        outcome = await again.room.outlet.send(Address(WORKSPACE, MARIE, way=kept), HELLO, "k")

    assert outcome.fate is Fate.SENT
    assert bench.ms.posted[-1].path == f"/v3/conversations/{CHAT}/activities"
