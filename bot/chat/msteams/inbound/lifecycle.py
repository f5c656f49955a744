"""Lifecycle events: the app was installed or removed, or a channel was deleted."""

from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import Payload
from bot.conversation import ChatEvent

_UNINSTALLED = "uninstalled"
_CHANNEL_DELETED = "channelDeleted"


def parse_lifecycle_events(
    kind: PayloadKind, payload: Payload, service_url: str
) -> tuple[ChatEvent, ...]:
    """Parse the lifecycle events of an activity.

    Teams reports each installation in two activities; only ``installationUpdate`` is parsed.
    """
    if kind is PayloadKind.INSTALLATION_UPDATE:
        return _parse_installation(payload, service_url)
    channel = (payload.get("channelData") or {}).get("channel")
    event_type = (payload.get("channelData") or {}).get("eventType")
    if (
        kind is PayloadKind.CONVERSATION_UPDATE
        and event_type == _CHANNEL_DELETED
        and isinstance(channel, dict)
    ):
        workspace, channel_id = requests.parse_workspace(payload), str(channel.get("id") or "")
        event = ChatEvent("gone", workspace, channel=channel_id, reason=_CHANNEL_DELETED)
        return (event,) if channel_id else ()
    return ()


def _parse_installation(payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
    workspace = requests.parse_workspace(payload)
    conversation = requests.parse_conversation(payload, service_url)
    route = str(conversation)
    sender, is_personal = requests.parse_person(payload), requests.is_personal_chat(payload)
    sender_id = sender.id if sender else ""
    person, channel = (sender_id, "") if is_personal else ("", conversation.id)
    if not person and not channel:
        return ()
    match str(payload["action"]):
        case "add" if channel:
            profile = requests.parse_profile(payload)
            event = ChatEvent("arrived", workspace, "", channel, route, profile, added_by=sender_id)
            return (event,)
        case "add" | "add-upgrade":
            return (ChatEvent("arrived", workspace, person, channel, route),)
        case "remove":
            return (ChatEvent("gone", workspace, person, channel, reason=_UNINSTALLED),)
    return ()
