"""What Teams tells unasked: that the app was added somewhere, or taken away."""

from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.payloads import Kind
from bot.chat.request_body import Payload
from bot.conversation import News

_REMOVED = "uninstalled"
_DELETED = "channelDeleted"


def read(kind: Kind, payload: Payload, service: str) -> tuple[News, ...]:
    """Return what an activity tells. Teams tells each installing twice; once is enough here."""
    if kind is Kind.INSTALLED:
        return _installed(payload, service)
    channel = (payload.get("channelData") or {}).get("channel")
    said = (payload.get("channelData") or {}).get("eventType")
    if kind is Kind.CHANGED and said == _DELETED and isinstance(channel, dict):
        workspace, gone = requests.workspace(payload), str(channel.get("id") or "")
        return (News("gone", workspace, channel=gone, reason=_DELETED),) if gone else ()
    return ()


def _installed(payload: Payload, service: str) -> tuple[News, ...]:
    workspace, way = requests.workspace(payload), requests.way(payload, service)
    known, personal = requests.person(payload), requests.is_personal(payload)
    who = known.id if known else ""
    person, channel = (who, "") if personal else ("", way.conversation)
    if not person and not channel:
        return ()
    match str(payload["action"]):
        case "add" if channel:
            told = requests.profile(payload)
            return (News("arrived", workspace, "", channel, str(way), told, by=who),)
        case "add" | "add-upgrade":
            return (News("arrived", workspace, person, channel, str(way)),)
        case "remove":
            return (News("gone", workspace, person, channel, reason=_REMOVED),)
    return ()
