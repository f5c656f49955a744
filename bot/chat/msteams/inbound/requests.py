"""Turns Teams' activities into requests that no handler need know Teams to read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from bot.chat.msteams.action_data import Action, ActionData, CardContext, HandlerTable, Surface
from bot.chat.msteams.conversation_ref import ConversationRef
from bot.chat.msteams.inbound import payloads
from bot.chat.msteams.inbound.payloads import PayloadKind
from bot.chat.request_body import Payload
from bot.conversation import Keywords, Person, Profile, Request

_MENTION_PATTERN = re.compile(r"<at>.*?</at>", re.DOTALL)


class Origin(Enum):
    """What the person did, which decides where an answer goes."""

    PERSONAL = "personal"
    """They wrote in their private chat with the bot: the answer follows there."""
    TARGETED = "targeted"
    """They used a command among others, which nobody else saw: nor does anybody the answer."""
    PUBLIC = "public"
    """They wrote before everybody: they are pointed to their private chat, whatever it was."""
    CARD = "card"
    DIALOG = "dialog"


@dataclass(frozen=True)
class Interaction:
    """One activity, read: which table answers it, what is asked, and where answers go.

    ``act`` asks the same once more; ``sender`` is the product's own id of the person in
    this bot's eyes, for answers that they alone see.
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
    """Read what a person wrote. Of their words, only a command and one of its own go further.

    Whoever writes anything else in their private chat asks for their own page.
    """
    where = _parse_origin(payload)
    name, words = "", ""
    if where is not Origin.PUBLIC:
        said = _MENTION_PATTERN.sub(" ", str(payload.get("text") or "")).casefold().split()
        first = said[0].removeprefix("/") if said else ""
        if first in keywords:
            name, words = first, " ".join(said[1:])
    act = Action("commands", name, keyword=keywords.get(name, Keywords()).match(words))
    return Interaction(
        "commands" if name else None,
        act,
        build_request(act, _build_blank_request(payload), channel=_parse_channel_id(payload)),
        where,
        _parse_thread(payload, service_url),
        CardContext(Surface.MESSAGE),
        str(payload["from"]["id"]),
    )


def parse_card_action(
    kind: PayloadKind,
    payload: Payload,
    service_url: str,
    action_data: ActionData,
    keywords: Mapping[str, Keywords],
) -> Interaction:
    """Read a step that somebody took on a card. A double click on a form bears the same key."""
    act, stand = action_data.action, action_data.card_context
    act = replace(act, keyword=keywords.get(act.name, Keywords()).match(act.keyword))
    blank = _build_blank_request(payload)
    if act.table == "forms" and stand.render_id:
        blank = replace(blank, idempotency_key=f"{blank.person.id} {stand.render_id}")
    return Interaction(
        act.table,
        act,
        build_request(act, blank, channel=_parse_channel_id(payload), surface=stand.surface),
        Origin.CARD if kind is PayloadKind.CARD_ACTION else Origin.DIALOG,
        _parse_thread(payload, service_url),
        stand,
        str(payload["from"].get("id") or ""),
    )


def build_request(
    action: Action, blank_request: Request, *, channel: str, surface: Surface = Surface.MESSAGE
) -> Request:
    """Return what *act* asks, on behalf of the person of *blank*."""
    return replace(
        blank_request,
        name=action.name,
        keyword=action.keyword,
        data=action.data,
        answers=action.answers,
        step=action.step,
        channel=channel if surface is Surface.MESSAGE else "",
        inside_form=surface in {Surface.FORM, Surface.DIALOG},
    )


def parse_profile(payload: Payload) -> Profile:
    """Return what an activity tells of its sender: their locale, and their zone if it does.

    Teams tells no bot who looks after an organisation, so nobody is an admin here.
    """
    clients = [one for one in payload.get("entities") or () if one.get("type") == "clientInfo"]
    told = clients[0] if clients else {}
    locale = payload.get("locale") or told.get("locale") or ""
    zone = payload.get("localTimezone") or told.get("timezone") or ""
    return Profile(locale=str(locale), zone=str(zone))


def parse_person(payload: Payload) -> Person | None:
    """Return who sent an activity; ``None`` for whoever has no account of their own."""
    known = (payload.get("from") or {}).get("aadObjectId")
    return Person(parse_workspace(payload), str(known).lower()) if known else None


def parse_workspace(payload: Payload) -> str:
    """Name the tenant that an activity comes from; the guard knows that there is one."""
    named = (payload.get("conversation") or {}).get("tenantId")
    if not named:
        named = ((payload.get("channelData") or {}).get("tenant") or {}).get("id", "")
    return f"msteams:{str(named).lower()}"


def is_personal_chat(payload: Payload) -> bool:
    """Whether an activity comes from somebody's private chat with the bot."""
    return bool(payload["conversation"].get("conversationType") == "personal")


def parse_conversation(payload: Payload, service_url: str) -> ConversationRef:
    """Return the way to the chat that an activity comes from."""
    return ConversationRef(service_url, _parse_channel_id(payload))


def parse_action_data(kind: PayloadKind, payload: Payload) -> ActionData | None:
    """Return what the card carried on which somebody acted; ``None`` when it is not ours."""
    return payloads.parse_action_data(kind, payload)


def _parse_origin(payload: Payload) -> Origin:
    if is_personal_chat(payload):
        return Origin.PERSONAL
    targeted = (payload.get("recipient") or {}).get("isTargeted") is True
    return Origin.TARGETED if targeted else Origin.PUBLIC


def _build_blank_request(payload: Payload) -> Request:
    known = parse_person(payload)
    sender = known or Person(parse_workspace(payload), "")
    key = f"{payload['conversation']['id']} {payload['id']}"
    return Request(sender, "", key, locale=str(payload.get("locale") or ""))


def _parse_channel_id(payload: Payload) -> str:
    """Return the channel or chat itself, without the thread in it."""
    return str(payload["conversation"]["id"]).partition(";")[0]


def _parse_thread(payload: Payload, service_url: str) -> ConversationRef:
    """Return the way back to the very thread that an activity comes from."""
    return ConversationRef(service_url, str(payload["conversation"]["id"]))
