"""Lifecycle events: the app was installed or removed, or a channel was deleted."""

from dataclasses import replace

from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import Payload
from bot.conversation import Address, AddressReachable, AddressUnreachable, ChatEvent

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
        address = Address(requests.parse_workspace(payload), channel=str(channel.get("id") or ""))
        return (AddressUnreachable(address, _CHANNEL_DELETED),) if address.channel else ()
    return ()


def _parse_installation(payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
    conversation = requests.parse_conversation(payload, service_url)
    sender, is_personal = requests.parse_person(payload), requests.is_personal_chat(payload)
    sender_id = sender.id if sender else ""
    person, channel = (sender_id, "") if is_personal else ("", conversation.id)
    if not person and not channel:
        return ()
    address = Address(requests.parse_workspace(payload), person, channel)
    reachable_address = replace(address, route=str(conversation))
    match str(payload["action"]):
        case "add" if channel:
            locale = requests.parse_profile(payload).locale
            return (AddressReachable(reachable_address, sender_id, locale),)
        case "add" | "add-upgrade":
            return (AddressReachable(reachable_address),)
        case "remove":
            return (AddressUnreachable(address, _UNINSTALLED),)
    return ()
