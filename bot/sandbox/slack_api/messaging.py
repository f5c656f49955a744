"""The part of Slack's Web API that posts, changes and takes back messages."""

from collections.abc import Mapping

from bot.sandbox.block_kit import limits
from bot.sandbox.slack_api.api_errors import ApiError
from bot.sandbox.slack_api.methods import (
    Method,
    SlackState,
    fixed_scope,
    parse_argument_names,
    resolve_conversation,
)
from bot.sandbox.workspace.modals import fill_block_ids
from bot.sandbox.workspace.personas import APP_ID, BOT_ID, BOT_USER_ID, WORKSPACE_ID
from bot.sandbox.workspace.workspace import Conversation, Json, Message

_MAX_TEXT_LENGTH = 40_000
_WRITE_SCOPE = fixed_scope("chat:write")
_POST_ARGUMENTS = "channel text blocks metadata unfurl_links unfurl_media mrkdwn parse link_names"


def validate_message(arguments: Json) -> tuple[str, list[Json]]:
    """Return a message's text and blocks; refuses what Slack would refuse of them."""
    text, blocks = str(arguments.get("text") or ""), arguments.get("blocks") or []
    if not text and not blocks:
        raise ApiError("no_text")
    if len(text) > _MAX_TEXT_LENGTH:
        raise ApiError("msg_too_long")
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if wrong := limits.find_faults({"text": text, "blocks": blocks}, "message"):
        raise ApiError("invalid_blocks", tuple(f"[ERROR] {fault}" for fault in wrong))
    return text, fill_block_ids(blocks)


def render_message(message: Message) -> Json:
    """Return a message as Slack tells of it; its metadata only where it is asked for."""
    by = {"bot_id": BOT_ID, "app_id": APP_ID} if message.author == BOT_USER_ID else {}
    body = {
        "type": "message",
        "user": message.author,
        "ts": message.ts,
        "text": message.text,
        "team": WORKSPACE_ID,
    }
    blocks = {"blocks": message.blocks} if message.blocks else {}
    return (
        body
        | by
        | blocks
        | ({"edited": {"user": BOT_USER_ID, "ts": message.ts}} if message.edited else {})
    )


def _get_writable_conversation(slack_state: SlackState, channel: str) -> Conversation:
    room = resolve_conversation(slack_state, channel)
    if BOT_USER_ID not in room.members:
        raise ApiError("not_in_channel")
    if room.archived:
        raise ApiError("is_archived")
    if room.kind == "app" and slack_state.workspace.deactivated_ids.intersection(room.members):
        raise ApiError("channel_not_found")
    return room


def _parse_metadata(arguments: Json) -> Json | None:
    metadata = arguments.get("metadata")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not shaped or not isinstance(metadata["event_payload"], dict):
        raise ApiError("invalid_metadata_format")
    return dict(metadata)


def _post_message(slack_state: SlackState, arguments: Json) -> Json:
    room = _get_writable_conversation(slack_state, arguments["channel"])
    text, blocks = validate_message(arguments)
    metadata = _parse_metadata(arguments)
    post = Message(
        slack_state.workspace.clock.next_timestamp(), BOT_USER_ID, text, blocks, metadata=metadata
    )
    slack_state.workspace.add_message(room, post)
    return {"channel": room.id, "ts": post.ts, "message": render_message(post)}


def _post_ephemeral(slack_state: SlackState, arguments: Json) -> Json:
    room = _get_writable_conversation(slack_state, arguments["channel"])
    if arguments["user"] not in room.members:
        raise ApiError("user_not_in_channel")
    text, blocks = validate_message(arguments)
    post = Message(
        slack_state.workspace.clock.next_timestamp(),
        BOT_USER_ID,
        text,
        blocks,
        only=arguments["user"],
    )
    slack_state.workspace.add_message(room, post)
    return {"message_ts": post.ts}


def _get_own_message(
    slack_state: SlackState, arguments: Json, not_own_error: str
) -> tuple[Conversation, Message]:
    room = resolve_conversation(slack_state, arguments["channel"])
    post = next((one for one in room.posts if one.ts == arguments["ts"] and not one.only), None)
    if post is None:
        raise ApiError("message_not_found")
    if post.author != BOT_USER_ID:
        raise ApiError(not_own_error)
    return room, post


def _update_message(slack_state: SlackState, arguments: Json) -> Json:
    room, post = _get_own_message(slack_state, arguments, "cant_update_message")
    post.text, post.blocks = validate_message(arguments)
    post.edited = True
    slack_state.workspace.mark_changed()
    return {"channel": room.id, "ts": post.ts, "text": post.text, "message": render_message(post)}


def _delete_message(slack_state: SlackState, arguments: Json) -> Json:
    room, post = _get_own_message(slack_state, arguments, "cant_delete_message")
    room.posts.remove(post)
    slack_state.workspace.mark_changed()
    return {"channel": room.id, "ts": post.ts}


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(
        _post_message, parse_argument_names(_POST_ARGUMENTS), ("channel",), _WRITE_SCOPE
    ),
    "chat.postEphemeral": Method(
        _post_ephemeral,
        parse_argument_names("channel user text blocks parse link_names"),
        ("channel", "user"),
        _WRITE_SCOPE,
    ),
    "chat.update": Method(
        _update_message,
        parse_argument_names("channel ts text blocks metadata parse link_names"),
        ("channel", "ts"),
        _WRITE_SCOPE,
    ),
    "chat.delete": Method(
        _delete_message, parse_argument_names("channel ts"), ("channel", "ts"), _WRITE_SCOPE
    ),
}
