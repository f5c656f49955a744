import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.workspace import Message
from tests.sandbox.block_kit.samples import build_section
from tests.sandbox.slack_api.test_web_api import refused


async def test_a_message_to_a_person_opens_their_chat(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """With the scope to write alone, a person's id is enough."""
    posted = await client.chat_postMessage(channel="U0CLIN01", text="x", blocks=[build_section()])

    assert posted["channel"] == "D0CLIN01"
    assert [post.ts for post in engine.workspace.get_bot_chat("U0CLIN01").posts] == [posted["ts"]]
    assert posted["message"]["blocks"][0]["block_id"]


async def test_timestamps_ascend_and_never_repeat(client: AsyncWebClient) -> None:
    """Twenty messages in a row have twenty timestamps in their order."""
    posted = [await client.chat_postMessage(channel="C0NORTH", text="x") for _ in range(20)]

    stamps = [one["ts"] for one in posted]
    assert sorted(set(stamps)) == stamps


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0LOBBY", "not_in_channel"),
        ("C0NOWHERE", "channel_not_found"),
        ("U0STRANGER", "channel_not_found"),
        ("U0CLIN02", "channel_not_found"),
        ("C0RIVER", "is_archived"),
        ("D1CLIN01SUPER1", "channel_not_found"),
    ],
)
async def test_a_place_that_is_closed_to_the_bot_takes_no_message(
    client: AsyncWebClient, engine: SandboxEngine, channel: str, error: str
) -> None:
    """Not a member, unknown, a stranger, deactivated, archived, or other people's chat."""
    engine.workspace.deactivated_ids.add("U0CLIN02")
    engine.workspace.conversations["C0RIVER"].archived = True
    engine.workspace.get_direct_chat("U0CLIN01", "U0SUPER1")

    assert (await refused(client.chat_postMessage(channel=channel, text="x")))["error"] == error


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
)
async def test_what_is_no_message_is_refused(
    client: AsyncWebClient, said: dict[str, object], error: str
) -> None:
    """Each fault of a message has Slack's own error."""
    call = client.api_call("chat.postMessage", json={"channel": "C0NORTH", **said})

    assert (await refused(call))["error"] == error


async def test_a_private_word_reaches_one_person(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An ephemeral message is seen by the one it is for, who has to be in the channel."""
    await client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN01", text="x")
    other = client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN25", text="x")

    assert engine.workspace.conversations["C0NORTH"].posts[-1].only == "U0CLIN01"
    assert (await refused(other))["error"] == "user_not_in_channel"


async def test_the_bot_changes_and_takes_back_its_own_messages_alone(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """What a person wrote is theirs; what the bot wrote it may change, and take back."""
    room = engine.workspace.conversations["C0NORTH"]
    own = (await client.chat_postMessage(channel=room.id, text="x"))["ts"]
    theirs = engine.workspace.add_message(
        room, Message(engine.workspace.clock.next_timestamp(), "U0CLIN01", "y")
    ).ts

    await client.chat_update(channel=room.id, ts=own, text="changed")

    assert (room.posts[0].text, room.posts[0].edited) == ("changed", True)
    foreign = client.chat_update(channel=room.id, ts=theirs, text="z")
    assert (await refused(foreign))["error"] == "cant_update_message"
    unknown = client.chat_update(channel=room.id, ts="1.1", text="z")
    assert (await refused(unknown))["error"] == "message_not_found"
    await client.chat_delete(channel=room.id, ts=own)
    assert [post.text for post in room.posts] == ["y"]
