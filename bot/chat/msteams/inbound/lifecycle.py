"""Lifecycle events: the app was installed or removed, or a channel was deleted or restored."""

from dataclasses import replace

from bot.chat.msteams.inbound import requests
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import Payload
from bot.conversation import (
    Address,
    AddressReachable,
    AddressUnreachable,
    ChatEvent,
    WorkspaceConnected,
)

_UNINSTALLED = "uninstalled"
_CHANNEL_DELETED, _CHANNEL_RESTORED = "channelDeleted", "channelRestored"


def parse_lifecycle_events(
    kind: PayloadKind, payload: Payload, service_url: str
) -> tuple[ChatEvent, ...]:
    """Parse the lifecycle events of an activity.

    Teams reports each installation in two activities: ``installationUpdate`` names who added the
    app; of the other one only the return to a channel is parsed, in case the first is lost.
    """
    if kind is PayloadKind.INSTALLATION_UPDATE:
        return _parse_installation(payload, service_url)
    if kind is PayloadKind.CONVERSATION_UPDATE:
        return _parse_channel_change(payload, service_url)
    return ()


def _parse_channel_change(payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
    workspace, channel_data = requests.parse_workspace(payload), payload.get("channelData") or {}
    event_type, channel = channel_data.get("eventType"), channel_data.get("channel")
    channel_id = str(channel.get("id") or "") if isinstance(channel, dict) else ""
    if event_type == _CHANNEL_DELETED and channel_id:
        return (AddressUnreachable(Address(workspace, channel=channel_id), _CHANNEL_DELETED),)
    if event_type == _CHANNEL_RESTORED and channel_id:
        return (AddressReachable(Address(workspace, channel=channel_id)),)
    if _adds_bot(payload) and not requests.is_personal_chat(payload):
        conversation = requests.parse_conversation(payload, service_url)
        address = Address(workspace, channel=conversation.id, route=str(conversation))
        return (AddressReachable(address),)
    return ()


def _adds_bot(payload: Payload) -> bool:
    """Whether the added members of a conversation include the bot, the activity's recipient."""
    bot_id, added_members = (payload.get("recipient") or {}).get("id"), payload.get("membersAdded")
    return bool(bot_id) and any(member.get("id") == bot_id for member in added_members or ())


def _parse_installation(payload: Payload, service_url: str) -> tuple[ChatEvent, ...]:
    conversation = requests.parse_conversation(payload, service_url)
    sender, is_personal = requests.parse_person(payload), requests.is_personal_chat(payload)
    sender_id = sender.id if sender else ""
    person, channel = (sender_id, "") if is_personal else ("", conversation.id)
    if not person and not channel:
        return ()
    workspace = requests.parse_workspace(payload)
    address, connected = Address(workspace, person, channel), WorkspaceConnected(workspace)
    reachable_address = replace(address, route=str(conversation))
    match str(payload["action"]):
        case "add" if channel:
            locale = requests.parse_profile(payload).locale
            return (connected, AddressReachable(reachable_address, sender_id, locale))
        case "add" | "add-upgrade":
            return (connected, AddressReachable(reachable_address))
        case "remove":
            return (AddressUnreachable(address, _UNINSTALLED),)
    return ()
