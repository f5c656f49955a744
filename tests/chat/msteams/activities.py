"""Activities as Teams sends them; every part can be replaced."""

import itertools
from typing import Any

from bot.chat.msteams.action_data import Act, Place, Stand, pack
from tests.chat.msteams.microsoft import CLIENT, TENANT

MARIE = "aaaaaaaa-0000-4000-8000-000000000001"
CHANNEL = "19:northteam@thread.tacv2"
CHAT = "a:1marie"

Activity = dict[str, Any]

_numbers = itertools.count(1)


def _blank(kind: str, service: str, person: str, **parts: object) -> Activity:
    return {
        "type": kind,
        "id": f"f:{next(_numbers)}",
        "channelId": "msteams",
        "serviceUrl": service,
        "from": {"id": f"29:{person}", "name": "Marie Tremblay", "aadObjectId": person},
        "recipient": {"id": f"28:{CLIENT}", "name": "Attune"},
        "conversation": {"id": CHAT, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-CA",
        "localTimezone": "America/Toronto",
        **parts,
    }


def in_channel(*, thread: str = "") -> dict[str, Any]:
    """Return the parts of an activity that say it comes from a team's channel."""
    where = f"{CHANNEL};messageid={thread}" if thread else CHANNEL
    return {
        "conversation": {"id": where, "conversationType": "channel", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}, "channel": {"id": CHANNEL}},
    }


def written(service: str, text: str, person: str = MARIE, **parts: object) -> Activity:
    """Return what somebody writes in their private chat."""
    return _blank("message", service, person, text=text, **parts)


def slash(service: str, text: str, person: str = MARIE, **parts: object) -> Activity:
    """Return a command that somebody chose in a channel, which nobody else sees."""
    told = {"id": f"28:{CLIENT}", "isTargeted": True}
    return written(service, text, person, recipient=told, **in_channel(thread="1"), **parts)


def mention(service: str, text: str, person: str = MARIE, **parts: object) -> Activity:
    """Return what somebody writes to the bot before everybody."""
    return written(service, f"<at>Attune</at> {text}", person, **in_channel(thread="1"), **parts)


def installed(service: str, action: str = "add", person: str = MARIE, **parts: object) -> Activity:
    """Return that the app was added or removed."""
    return _blank("installationUpdate", service, person, action=action, **parts)


def invoke(service: str, name: str, value: object, person: str = MARIE, **parts: Any) -> Activity:
    """Return what Teams asks and waits for."""
    return _blank("invoke", service, person, name=name, value=value, **parts)


def executed(service: str, data: Activity, person: str = MARIE, **parts: Any) -> Activity:
    """Return a step that was taken on a card in a chat; *data* is the action's own."""
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    value = {"action": action, "trigger": "manual"}
    return invoke(service, "adaptiveCard/action", value, person, **parts)


def fetched(service: str, data: Activity, person: str = MARIE, **parts: Any) -> Activity:
    """Return that a button was pressed that opens a dialog."""
    return invoke(service, "task/fetch", {"data": data}, person, **parts)


def submitted(service: str, data: Activity, person: str = MARIE, **parts: Any) -> Activity:
    """Return a step that was taken in a dialog."""
    return invoke(service, "task/submit", {"data": data}, person, **parts)


def button(name: str, data: str = "", place: Place = Place.MESSAGE) -> Activity:
    """Return the data of a button on a card of ours."""
    return pack(Act("buttons", name, data), Stand(place, "k"))


def form(name: str, key: str = "k", place: Place = Place.DIALOG, **answers: str) -> Activity:
    """Return the data of a form of ours that is sent off, with its inputs."""
    return {**pack(Act("forms", name, step="submitted"), Stand(place, key)), **answers}
