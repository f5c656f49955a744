"""The part of Slack's Web API that posts, changes and takes back messages."""

from collections.abc import Mapping

from bot.sandbox.block_kit import limits
from bot.sandbox.slack_api.api_errors import RefusedError
from bot.sandbox.slack_api.methods import Method, Place, known, room_of, scoped
from bot.sandbox.workspace.modals import identified
from bot.sandbox.workspace.personas import APP, BOT, BOT_ID, TEAM
from bot.sandbox.workspace.workspace import Json, Post, Room

_TEXT_MOST = 40_000
_WRITE = scoped("chat:write")
_TO_POST = "channel text blocks metadata unfurl_links unfurl_media mrkdwn parse link_names"


def checked(said: Json) -> tuple[str, list[Json]]:
    """Return a message's text and blocks; refuses what Slack would refuse of them."""
    text, blocks = str(said.get("text") or ""), said.get("blocks") or []
    if not text and not blocks:
        raise RefusedError("no_text")
    if len(text) > _TEXT_MOST:
        raise RefusedError("msg_too_long")
    if not isinstance(blocks, list):
        raise RefusedError("invalid_blocks_format")
    if wrong := limits.faults({"text": text, "blocks": blocks}, "message"):
        raise RefusedError("invalid_blocks", tuple(f"[ERROR] {fault}" for fault in wrong))
    return text, identified(blocks)


def told(post: Post) -> Json:
    """Return a message as Slack tells of it; its metadata only where it is asked for."""
    by = {"bot_id": BOT_ID, "app_id": APP} if post.author == BOT else {}
    body = {"type": "message", "user": post.author, "ts": post.ts, "text": post.text, "team": TEAM}
    blocks = {"blocks": post.blocks} if post.blocks else {}
    return body | by | blocks | ({"edited": {"user": BOT, "ts": post.ts}} if post.edited else {})


def _to_write_in(place: Place, channel: str) -> Room:
    room = room_of(place, channel)
    if BOT not in room.members:
        raise RefusedError("not_in_channel")
    if room.archived:
        raise RefusedError("is_archived")
    if room.kind == "app" and place.workspace.deactivated.intersection(room.members):
        raise RefusedError("channel_not_found")
    return room


def _metadata(said: Json) -> Json | None:
    metadata = said.get("metadata")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not shaped or not isinstance(metadata["event_payload"], dict):
        raise RefusedError("invalid_metadata_format")
    return dict(metadata)


def _post(place: Place, said: Json) -> Json:
    room = _to_write_in(place, said["channel"])
    text, blocks = checked(said)
    metadata = _metadata(said)
    post = Post(place.workspace.clock.stamp(), BOT, text, blocks, metadata=metadata)
    place.workspace.post(room, post)
    return {"channel": room.id, "ts": post.ts, "message": told(post)}


def _post_ephemeral(place: Place, said: Json) -> Json:
    room = _to_write_in(place, said["channel"])
    if said["user"] not in room.members:
        raise RefusedError("user_not_in_channel")
    text, blocks = checked(said)
    post = Post(place.workspace.clock.stamp(), BOT, text, blocks, only=said["user"])
    place.workspace.post(room, post)
    return {"message_ts": post.ts}


def _own_post(place: Place, said: Json, error: str) -> tuple[Room, Post]:
    room = room_of(place, said["channel"])
    post = next((one for one in room.posts if one.ts == said["ts"] and not one.only), None)
    if post is None:
        raise RefusedError("message_not_found")
    if post.author != BOT:
        raise RefusedError(error)
    return room, post


def _update(place: Place, said: Json) -> Json:
    room, post = _own_post(place, said, "cant_update_message")
    post.text, post.blocks = checked(said)
    post.edited = True
    place.workspace.changed()
    return {"channel": room.id, "ts": post.ts, "text": post.text, "message": told(post)}


def _delete(place: Place, said: Json) -> Json:
    room, post = _own_post(place, said, "cant_delete_message")
    room.posts.remove(post)
    place.workspace.changed()
    return {"channel": room.id, "ts": post.ts}


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(_post, known(_TO_POST), ("channel",), _WRITE),
    "chat.postEphemeral": Method(
        _post_ephemeral,
        known("channel user text blocks parse link_names"),
        ("channel", "user"),
        _WRITE,
    ),
    "chat.update": Method(
        _update,
        known("channel ts text blocks metadata parse link_names"),
        ("channel", "ts"),
        _WRITE,
    ),
    "chat.delete": Method(_delete, known("channel ts"), ("channel", "ts"), _WRITE),
}
