"""Turns Teams' activities into requests that no handler need know Teams to read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from bot.chat.msteams.action_data import Act, Carried, Place, Stand, Table
from bot.chat.msteams.conversation_ref import Way
from bot.chat.msteams.inbound import payloads
from bot.chat.msteams.inbound.payloads import Kind
from bot.chat.request_body import Payload
from bot.conversation import Keywords, Person, Profile, Request

_MENTION = re.compile(r"<at>.*?</at>", re.DOTALL)


class Where(Enum):
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
class Asked:
    """One activity, read: which table answers it, what is asked, and where answers go.

    ``act`` asks the same once more; ``sender`` is the product's own id of the person in
    this bot's eyes, for answers that they alone see.
    """

    table: Table | None
    act: Act
    request: Request
    where: Where
    way: Way
    stand: Stand
    sender: str = ""


def message(payload: Payload, service: str, keywords: Mapping[str, Keywords]) -> Asked:
    """Read what a person wrote. Of their words, only a command and one of its own go further.

    Whoever writes anything else in their private chat asks for their own page.
    """
    where = _where(payload)
    name, words = "", ""
    if where is not Where.PUBLIC:
        said = _MENTION.sub(" ", str(payload.get("text") or "")).casefold().split()
        first = said[0].removeprefix("/") if said else ""
        if first in keywords:
            name, words = first, " ".join(said[1:])
    act = Act("commands", name, keyword=keywords.get(name, Keywords()).match(words))
    return Asked(
        "commands" if name else None,
        act,
        request_of(act, _blank(payload), channel=_channel(payload)),
        where,
        _way(payload, service),
        Stand(Place.MESSAGE),
        str(payload["from"]["id"]),
    )


def acted(
    found: Kind,
    payload: Payload,
    service: str,
    carried: Carried,
    keywords: Mapping[str, Keywords],
) -> Asked:
    """Read a step that somebody took on a card. A double click on a form bears the same key."""
    act, stand = carried.act, carried.stand
    act = replace(act, keyword=keywords.get(act.name, Keywords()).match(act.keyword))
    blank = _blank(payload)
    if act.table == "forms" and stand.key:
        blank = replace(blank, key=f"{blank.person.id} {stand.key}")
    return Asked(
        act.table,
        act,
        request_of(act, blank, channel=_channel(payload), place=stand.place),
        Where.CARD if found is Kind.EXECUTED else Where.DIALOG,
        _way(payload, service),
        stand,
        str(payload["from"].get("id") or ""),
    )


def request_of(act: Act, blank: Request, *, channel: str, place: Place = Place.MESSAGE) -> Request:
    """Return what *act* asks, on behalf of the person of *blank*."""
    return replace(
        blank,
        name=act.name,
        keyword=act.keyword,
        data=act.data,
        answers=act.answers,
        step=act.step,
        channel=channel if place is Place.MESSAGE else "",
        inside_form=place in {Place.FORM, Place.DIALOG},
    )


def profile(payload: Payload) -> Profile:
    """Return what an activity tells of its sender: their locale, and their zone if it does.

    Teams tells no bot who looks after an organisation, so nobody is an admin here.
    """
    clients = [one for one in payload.get("entities") or () if one.get("type") == "clientInfo"]
    told = clients[0] if clients else {}
    locale = payload.get("locale") or told.get("locale") or ""
    zone = payload.get("localTimezone") or told.get("timezone") or ""
    return Profile(locale=str(locale), zone=str(zone))


def person(payload: Payload) -> Person | None:
    """Return who sent an activity; ``None`` for whoever has no account of their own."""
    known = (payload.get("from") or {}).get("aadObjectId")
    return Person(workspace(payload), str(known).lower()) if known else None


def workspace(payload: Payload) -> str:
    """Name the tenant that an activity comes from; the guard knows that there is one."""
    named = (payload.get("conversation") or {}).get("tenantId")
    if not named:
        named = ((payload.get("channelData") or {}).get("tenant") or {}).get("id", "")
    return f"msteams:{str(named).lower()}"


def is_personal(payload: Payload) -> bool:
    """Whether an activity comes from somebody's private chat with the bot."""
    return bool(payload["conversation"].get("conversationType") == "personal")


def way(payload: Payload, service: str) -> Way:
    """Return the way to the chat that an activity comes from."""
    return Way(service, _channel(payload))


def carried(found: Kind, payload: Payload) -> Carried | None:
    """Return what the card carried on which somebody acted; ``None`` when it is not ours."""
    return payloads.carried(found, payload)


def _where(payload: Payload) -> Where:
    if is_personal(payload):
        return Where.PERSONAL
    targeted = (payload.get("recipient") or {}).get("isTargeted") is True
    return Where.TARGETED if targeted else Where.PUBLIC


def _blank(payload: Payload) -> Request:
    known = person(payload)
    sender = known or Person(workspace(payload), "")
    key = f"{payload['conversation']['id']} {payload['id']}"
    return Request(sender, "", key, locale=str(payload.get("locale") or ""))


def _channel(payload: Payload) -> str:
    """Return the channel or chat itself, without the thread in it."""
    return str(payload["conversation"]["id"]).partition(";")[0]


def _way(payload: Payload, service: str) -> Way:
    """Return the way back to the very thread that an activity comes from."""
    return Way(service, str(payload["conversation"]["id"]))
