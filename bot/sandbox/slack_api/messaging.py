"""Web API methods that post, update and delete messages."""

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
    """Validate the text and blocks of a message and return them, with ids on all blocks.

    Raises ApiError with Slack's own error code where Slack would reject the message.
    """
    text, blocks = str(arguments.get("text") or ""), arguments.get("blocks") or []
    if not text and not blocks:
        raise ApiError("no_text")
    if len(text) > _MAX_TEXT_LENGTH:
        raise ApiError("msg_too_long")
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if faults := limits.find_faults({"text": text, "blocks": blocks}, "message"):
        raise ApiError("invalid_blocks", tuple(f"[ERROR] {fault}" for fault in faults))
    return text, fill_block_ids(blocks)


def render_message(message: Message) -> Json:
    """Return the message object of a response, without metadata."""
    bot_fields = {"bot_id": BOT_ID, "app_id": APP_ID} if message.author == BOT_USER_ID else {}
    body = {
        "type": "message",
        "user": message.author,
        "ts": message.ts,
        "text": message.text,
        "team": WORKSPACE_ID,
    }
    blocks = {"blocks": message.blocks} if message.blocks else {}
    edited = {"edited": {"user": BOT_USER_ID, "ts": message.ts}} if message.edited else {}
    return body | bot_fields | blocks | edited


def _get_writable_conversation(slack_state: SlackState, channel: str) -> Conversation:
    conversation = resolve_conversation(slack_state, channel)
    if BOT_USER_ID not in conversation.members:
        raise ApiError("not_in_channel")
    if conversation.archived:
        raise ApiError("is_archived")
    if conversation.kind == "app" and slack_state.workspace.deactivated_ids.intersection(
        conversation.members
    ):
        raise ApiError("channel_not_found")
    return conversation


def _parse_metadata(arguments: Json) -> Json | None:
    metadata = arguments.get("metadata")
    if metadata is None:
        return None
    has_fields = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not has_fields or not isinstance(metadata["event_payload"], dict):
        raise ApiError("invalid_metadata_format")
    return dict(metadata)


def _post_message(slack_state: SlackState, arguments: Json) -> Json:
    conversation = _get_writable_conversation(slack_state, arguments["channel"])
    text, blocks = validate_message(arguments)
    metadata = _parse_metadata(arguments)
    message = Message(
        slack_state.workspace.clock.next_timestamp(), BOT_USER_ID, text, blocks, metadata=metadata
    )
    slack_state.workspace.add_message(conversation, message)
    return {"channel": conversation.id, "ts": message.ts, "message": render_message(message)}


def _post_ephemeral(slack_state: SlackState, arguments: Json) -> Json:
    conversation = _get_writable_conversation(slack_state, arguments["channel"])
    if arguments["user"] not in conversation.members:
        raise ApiError("user_not_in_channel")
    text, blocks = validate_message(arguments)
    message = Message(
        slack_state.workspace.clock.next_timestamp(),
        BOT_USER_ID,
        text,
        blocks,
        only=arguments["user"],
    )
    slack_state.workspace.add_message(conversation, message)
    return {"message_ts": message.ts}


def _get_own_message(
    slack_state: SlackState, arguments: Json, not_own_error: str
) -> tuple[Conversation, Message]:
    conversation = resolve_conversation(slack_state, arguments["channel"])
    posts = (message for message in conversation.posts if not message.only)
    message = next((message for message in posts if message.ts == arguments["ts"]), None)
    if message is None:
        raise ApiError("message_not_found")
    if message.author != BOT_USER_ID:
        raise ApiError(not_own_error)
    return conversation, message


def _update_message(slack_state: SlackState, arguments: Json) -> Json:
    conversation, message = _get_own_message(slack_state, arguments, "cant_update_message")
    message.text, message.blocks = validate_message(arguments)
    message.edited = True
    slack_state.workspace.mark_changed()
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "text": message.text,
        "message": render_message(message),
    }


def _delete_message(slack_state: SlackState, arguments: Json) -> Json:
    conversation, message = _get_own_message(slack_state, arguments, "cant_delete_message")
    conversation.posts.remove(message)
    slack_state.workspace.mark_changed()
    return {"channel": conversation.id, "ts": message.ts}


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
