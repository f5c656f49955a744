import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.workspace import Message
from tests.sandbox.block_kit.samples import build_section
from tests.sandbox.slack_api.test_web_api import read_error_body


async def test_message_to_a_user_id_opens_the_chat(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """With chat:write alone, a user id as the channel posts to the chat with that user."""
    response = await client.chat_postMessage(channel="U0CLIN01", text="x", blocks=[build_section()])

    assert response["channel"] == "D0CLIN01"
    assert [message.ts for message in engine.workspace.get_bot_chat("U0CLIN01").posts] == [
        response["ts"]
    ]
    assert response["message"]["blocks"][0]["block_id"]


async def test_timestamps_ascend_and_never_repeat(client: AsyncWebClient) -> None:
    """Twenty messages in a row have twenty distinct timestamps in ascending order."""
    responses = [await client.chat_postMessage(channel="C0NORTH", text="x") for _ in range(20)]

    timestamps = [response["ts"] for response in responses]
    assert sorted(set(timestamps)) == timestamps


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
async def test_inaccessible_conversation_rejects_messages(
    client: AsyncWebClient, engine: SandboxEngine, channel: str, error: str
) -> None:
    """Each reason why the bot cannot post to a conversation has its error code."""
    engine.workspace.deactivated_ids.add("U0CLIN02")
    engine.workspace.conversations["C0RIVER"].archived = True
    engine.workspace.get_direct_chat("U0CLIN01", "U0SUPER1")

    assert (await read_error_body(client.chat_postMessage(channel=channel, text="x")))[
        "error"
    ] == error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ],
)
async def test_invalid_message_is_rejected(
    client: AsyncWebClient, arguments: dict[str, object], error: str
) -> None:
    """Each fault of a message has Slack's own error code."""
    call = client.api_call("chat.postMessage", json={"channel": "C0NORTH", **arguments})

    assert (await read_error_body(call))["error"] == error


async def test_ephemeral_message_has_one_recipient(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """An ephemeral message has one recipient, who must be a member of the channel."""
    await client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN01", text="x")
    not_member = client.chat_postEphemeral(channel="C0NORTH", user="U0CLIN25", text="x")

    assert engine.workspace.conversations["C0NORTH"].posts[-1].only == "U0CLIN01"
    assert (await read_error_body(not_member))["error"] == "user_not_in_channel"


async def test_bot_updates_and_deletes_only_its_own_messages(
    client: AsyncWebClient, engine: SandboxEngine
) -> None:
    """The bot may update and delete its own messages, but not those of a person."""
    channel = engine.workspace.conversations["C0NORTH"]
    bot_ts = (await client.chat_postMessage(channel=channel.id, text="x"))["ts"]
    person_ts = engine.workspace.add_message(
        channel, Message(engine.workspace.clock.next_timestamp(), "U0CLIN01", "y")
    ).ts

    await client.chat_update(channel=channel.id, ts=bot_ts, text="changed")

    assert (channel.posts[0].text, channel.posts[0].edited) == ("changed", True)
    foreign = client.chat_update(channel=channel.id, ts=person_ts, text="z")
    assert (await read_error_body(foreign))["error"] == "cant_update_message"
    unknown = client.chat_update(channel=channel.id, ts="1.1", text="z")
    assert (await read_error_body(unknown))["error"] == "message_not_found"
    await client.chat_delete(channel=channel.id, ts=bot_ts)
    assert [message.text for message in channel.posts] == ["y"]
