"""Parse Teams' activities into product-neutral requests for the handlers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from bot.affiliation import Affiliation
from bot.chat.msteams.action_data import Action, ActionData, CardContext, CardSurface, HandlerTable
from bot.chat.msteams.conversation_ref import ConversationRef, format_channel_name
from bot.chat.msteams.inbound import payloads
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import MAX_TYPED_LENGTH, Payload
from bot.conversation import Channel, PayloadReceived, Person, Profile, Request, Surface
from bot.keywords import Keywords

_MENTION_PATTERN = re.compile(r"<at>[^<]*</at>")
"""A mention; a name holds no bare ``<``. Any wider pattern takes quadratic time for open tags."""

_GUEST_ROLES = frozenset({"guest", "anonymous"})

_LOCALE_PATTERN = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
"""A language tag, as BCP 47 defines it; a client can send any other text as its locale."""

_SURFACES: Mapping[CardSurface, Surface] = {
    CardSurface.MESSAGE: Surface.MESSAGE,
    CardSurface.HOME: Surface.HOME,
    CardSurface.FORM: Surface.FORM,
    CardSurface.DIALOG: Surface.FORM,
}
"""The surface of an action, by that of its card."""


class Origin(Enum):
    """Kind of interaction; decides where the reply is sent."""

    PERSONAL = "personal"
    """Message in the private chat with the bot: the reply is sent to that chat."""
    TARGETED = "targeted"
    """Private slash command in a channel: the reply is visible to its sender only."""
    PUBLIC = "public"
    """Message visible to a whole channel: the reply is one fixed text, whatever its command."""
    CARD = "card"
    DIALOG = "dialog"


@dataclass(frozen=True)
class Interaction:
    """One parsed activity: the handler table and request, and the target of the reply.

    ``table`` is ``None`` for a message without a command. ``action`` repeats the same request.
    ``sender_id`` is the sender's id in the bot's channel, the recipient of an ephemeral reply.
    """

    table: HandlerTable | None
    action: Action
    request: Request
    origin: Origin
    conversation: ConversationRef
    card_context: CardContext
    sender_id: str = ""


def parse_message(
    payload: Payload, service_url: str, keywords: Mapping[str, Keywords]
) -> Interaction:
    """Parse a message. Of its text only a command and one of its keywords are passed on.

    Any other text in the private chat is a request for the person's home page.
    """
    origin = _parse_origin(payload)
    name, keyword_text = "", ""
    if origin is not Origin.PUBLIC:
        text = str(payload.get("text") or "")[:MAX_TYPED_LENGTH]
        words = _MENTION_PATTERN.sub(" ", text).casefold().split()
        command = words[0].removeprefix("/") if words else ""
        if command in keywords:
            name, keyword_text = command, " ".join(words[1:])
    action = Action("commands", name, keyword=keywords.get(name, Keywords()).match(keyword_text))
    return Interaction(
        "commands" if name else None,
        action,
        build_request(
            action,
            _build_blank_request(payload),
            channel=_parse_channel_id(payload),
            surface=Surface.COMMAND,
        ),
        origin,
        _parse_thread(payload, service_url),
        CardContext(CardSurface.MESSAGE),
        str(payload["from"]["id"]),
    )


def parse_card_action(
    kind: PayloadKind,
    payload: Payload,
    service_url: str,
    action_data: ActionData,
    keywords: Mapping[str, Keywords],
) -> Interaction:
    """Parse a card action. A double click on a form has the same idempotency key."""
    action, card_context = action_data.action, action_data.card_context
    action = replace(action, keyword=keywords.get(action.name, Keywords()).match(action.keyword))
    blank_request = _build_blank_request(payload)
    if action.table == "forms" and card_context.render_id:
        blank_request = replace(
            blank_request, idempotency_key=f"{blank_request.person.id} {card_context.render_id}"
        )
    return Interaction(
        action.table,
        action,
        build_request(
            action,
            blank_request,
            channel=_parse_channel_id(payload),
            surface=_SURFACES[card_context.surface],
        ),
        parse_invoke_origin(kind),
        _parse_thread(payload, service_url),
        card_context,
        str(payload["from"].get("id") or ""),
    )


def add_channel_names(interaction: Interaction, names: Mapping[str, str]) -> Interaction:
    """Return *interaction* with the channels that forms offer; *names* are theirs by id."""
    request, channel = interaction.request, interaction.request.command_channel
    if channel and not channel.name:
        channel = Channel(channel.id, names.get(channel.id, ""))
    request = replace(request, listed_channels=frozenset(names), command_channel=channel)
    return replace(interaction, request=request)


def parse_invoke_origin(kind: PayloadKind) -> Origin:
    """Return where the response to an invoke of *kind* is shown."""
    return Origin.CARD if kind is PayloadKind.CARD_ACTION else Origin.DIALOG


def build_request(
    action: Action, blank_request: Request, *, channel: str, surface: Surface = Surface.MESSAGE
) -> Request:
    """Build the request of *action* on behalf of the person of *blank_request*."""
    return replace(
        blank_request,
        name=action.name,
        keyword=action.keyword,
        data=action.data,
        answers=action.answers,
        step=action.step,
        channel="" if surface is Surface.HOME else channel,
        surface=surface,
    )


def parse_profile(payload: Payload) -> Profile:
    """Parse the sender's profile: their locale and time zone, where the activity has them.

    Teams does not report an organisation's administrators to a bot, so ``is_admin`` is false.
    """
    client_infos = [
        entity for entity in payload.get("entities") or () if entity.get("type") == "clientInfo"
    ]
    client_info = client_infos[0] if client_infos else {}
    locale = _parse_locale(payload.get("locale") or client_info.get("locale"))
    zone = payload.get("localTimezone") or client_info.get("timezone") or ""
    return Profile(locale=locale, zone=str(zone))


def parse_person(payload: Payload) -> Person | None:
    """Parse the sender; return ``None`` for a sender without an account in the directory."""
    object_id = (payload.get("from") or {}).get("aadObjectId")
    return Person(parse_workspace(payload), str(object_id).lower()) if object_id else None


def parse_received_payload(kind: PayloadKind, payload: Payload) -> PayloadReceived:
    """Parse what an activity without a handler proves: the tenant, and the sender if they acted.

    A change of a conversation's members is no action of one of them.
    """
    acted = kind is PayloadKind.MESSAGE or kind in payloads.INVOKE_KINDS
    person = parse_person(payload) if acted else None
    return PayloadReceived(parse_workspace(payload), person.id if person else "")


def parse_workspace(payload: Payload) -> str:
    """Return the workspace of an activity: the tenant that hosts the conversation."""
    conversation = payload.get("conversation")
    tenant_id = conversation.get("tenantId") if isinstance(conversation, dict) else ""
    return f"msteams:{str(tenant_id or _read_channel_tenant(payload)).lower()}"


def parse_affiliation(payload: Payload) -> Affiliation:
    """Return whether the sender belongs to the tenant that hosts the conversation.

    A sender without an account in a directory does not, nor does one whose activity names
    another tenant (a federated user, or a member of another tenant in a shared channel). A guest
    account of the tenant is not recognizable by an activity unless Teams names its role: see
    :class:`bot.chat.msteams.outbound.member_lookup.MemberLookup`.
    """
    sender = payload.get("from") or {}
    tenant_ids = {_read_channel_tenant(payload), str(sender.get("tenantId") or "")} - {""}
    is_external = (
        parse_person(payload) is None
        or {f"msteams:{id_.lower()}" for id_ in tenant_ids} - {parse_workspace(payload)}
        or is_guest_account(
            str(sender.get("userRole") or ""), str(sender.get("userPrincipalName") or "")
        )
    )
    return Affiliation.EXTERNAL if is_external else Affiliation.MEMBER


def is_guest_account(role: str, principal_name: str) -> bool:
    """Whether an account of the tenant belongs to a person of another organisation.

    Microsoft marks the principal name of an invited person with ``#EXT#``.
    """
    return role.casefold() in _GUEST_ROLES or "#ext#" in principal_name.casefold()


def parse_channel(payload: Payload) -> tuple[str, str] | None:
    """Parse the channel of an activity: its id, and a name of its team and itself, if any.

    Returns ``None`` for an activity outside a channel. The values are those of Teams' service.
    """
    if payload["conversation"].get("conversationType") != "channel":
        return None
    channel_data = payload.get("channelData") or {}
    names = (_parse_name(channel_data.get(part)) for part in ("team", "channel"))
    return _parse_channel_id(payload), format_channel_name(*names)


def is_personal_chat(payload: Payload) -> bool:
    """Whether an activity was sent in a private chat with the bot."""
    return bool(payload["conversation"].get("conversationType") == "personal")


def parse_conversation(payload: Payload, service_url: str) -> ConversationRef:
    """Return the reference of the chat or channel of an activity, without the thread."""
    return ConversationRef(service_url, _parse_channel_id(payload))


def parse_action_data(kind: PayloadKind, payload: Payload) -> ActionData | None:
    """Parse the action data of an invoke; return ``None`` when this bot did not create it."""
    return payloads.parse_action_data(kind, payload)


def _parse_name(part: object) -> str:
    return str(part.get("name") or "") if isinstance(part, dict) else ""


def _parse_locale(locale: object) -> str:
    """Return a locale that is a language tag, ``""`` for any other value."""
    return locale if isinstance(locale, str) and _LOCALE_PATTERN.fullmatch(locale) else ""


def _parse_origin(payload: Payload) -> Origin:
    if is_personal_chat(payload):
        return Origin.PERSONAL
    is_targeted = (payload.get("recipient") or {}).get("isTargeted") is True
    return Origin.TARGETED if is_targeted else Origin.PUBLIC


def _build_blank_request(payload: Payload) -> Request:
    """Build a request without an action; a sender without an account has the id of the chat."""
    workspace, sender_id = parse_workspace(payload), str(payload["from"]["id"])
    channel = parse_channel(payload)
    return Request(
        parse_person(payload) or Person(workspace, sender_id),
        "",
        f"{payload['conversation']['id']} {payload['id']}",
        locale=_parse_locale(payload.get("locale")),
        affiliation=parse_affiliation(payload),
        command_channel=Channel(*channel) if channel else None,
    )


def _parse_channel_id(payload: Payload) -> str:
    """Return the id of the channel or chat, without the suffix of a thread."""
    return str(payload["conversation"]["id"]).partition(";")[0]


def _parse_thread(payload: Payload, service_url: str) -> ConversationRef:
    """Return the reference of the thread that an activity was sent in."""
    return ConversationRef(service_url, str(payload["conversation"]["id"]))


def _read_channel_tenant(payload: Payload) -> str:
    channel_data = payload.get("channelData")
    tenant = channel_data.get("tenant") if isinstance(channel_data, dict) else None
    return str(tenant.get("id") or "") if isinstance(tenant, dict) else ""
