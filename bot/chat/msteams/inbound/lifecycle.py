"""What Teams tells unasked: that the app was added somewhere, or taken away."""

from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import Payload
from bot.conversation import ChatEvent

_UNINSTALLED = "uninstalled"
_CHANNEL_DELETED = "channelDeleted"


def parse_lifecycle_events(
    kind: PayloadKind, payload: Payload, service_url: str
) -> tuple[ChatEvent, ...]:
    """Return what an activity tells. Teams tells each installing twice; once is enough here."""
    if kind is PayloadKind.INSTALLATION_UPDATE:
        return _parse_installation(payload, service_url)
    channel = (payload.get("channelData") or {}).get("channel")
    said = (payload.get("channelData") or {}).get("eventType")
    if (
        kind is PayloadKind.CONVERSATION_UPDATE
        and said == _CHANNEL_DELETED
        and isinstance(channel, dict)
    ):
        workspace, gone = requests.parse_workspace(payload), str(channel.get("id") or "")
        return (
            (ChatEvent("gone", workspace, channel=gone, reason=_CHANNEL_DELETED),) if gone else ()
        )
    return ()


def _parse_installation(payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
    workspace, way = (
        requests.parse_workspace(payload),
        requests.parse_conversation(payload, service_url),
    )
    known, personal = requests.parse_person(payload), requests.is_personal_chat(payload)
    who = known.id if known else ""
    person, channel = (who, "") if personal else ("", way.id)
    if not person and not channel:
        return ()
    match str(payload["action"]):
        case "add" if channel:
            told = requests.parse_profile(payload)
            return (ChatEvent("arrived", workspace, "", channel, str(way), told, added_by=who),)
        case "add" | "add-upgrade":
            return (ChatEvent("arrived", workspace, person, channel, str(way)),)
        case "remove":
            return (ChatEvent("gone", workspace, person, channel, reason=_UNINSTALLED),)
    return ()
