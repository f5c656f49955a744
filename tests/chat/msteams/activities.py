"""Activities as Teams sends them; every part can be replaced."""

import itertools
from typing import Any

from bot.chat.msteams.action_data import Action, CardContext, Surface, pack_action_data
from tests.chat.msteams.microsoft import CLIENT_ID, TENANT_ID

MARIE = "aaaaaaaa-0000-4000-8000-000000000001"
CHANNEL_ID = "19:northteam@thread.tacv2"
CHAT_ID = "a:1marie"

Activity = dict[str, Any]

_activity_numbers = itertools.count(1)


def _build_activity(
    activity_type: str, service_url: str, person_id: str, **parts: object
) -> Activity:
    return {
        "type": activity_type,
        "id": f"f:{next(_activity_numbers)}",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": f"29:{person_id}", "name": "Marie Tremblay", "aadObjectId": person_id},
        "recipient": {"id": f"28:{CLIENT_ID}", "name": "Attune"},
        "conversation": {"id": CHAT_ID, "conversationType": "personal", "tenantId": TENANT_ID},
        "channelData": {"tenant": {"id": TENANT_ID}},
        "locale": "en-CA",
        "localTimezone": "America/Toronto",
        **parts,
    }


def channel_parts(*, thread_id: str = "") -> dict[str, Any]:
    """Return the parts of an activity that say it comes from a team's channel."""
    where = f"{CHANNEL_ID};messageid={thread_id}" if thread_id else CHANNEL_ID
    return {
        "conversation": {"id": where, "conversationType": "channel", "tenantId": TENANT_ID},
        "channelData": {"tenant": {"id": TENANT_ID}, "channel": {"id": CHANNEL_ID}},
    }


def build_message(service_url: str, text: str, person_id: str = MARIE, **parts: object) -> Activity:
    """Return what somebody writes in their private chat."""
    return _build_activity("message", service_url, person_id, text=text, **parts)


def build_targeted_command(
    service_url: str, text: str, person_id: str = MARIE, **parts: object
) -> Activity:
    """Return a command that somebody chose in a channel, which nobody else sees."""
    told = {"id": f"28:{CLIENT_ID}", "isTargeted": True}
    return build_message(
        service_url, text, person_id, recipient=told, **channel_parts(thread_id="1"), **parts
    )


def build_mention(service_url: str, text: str, person_id: str = MARIE, **parts: object) -> Activity:
    """Return what somebody writes to the bot before everybody."""
    return build_message(
        service_url, f"<at>Attune</at> {text}", person_id, **channel_parts(thread_id="1"), **parts
    )


def build_installation_update(
    service_url: str, action: str = "add", person_id: str = MARIE, **parts: object
) -> Activity:
    """Return that the app was added or removed."""
    return _build_activity("installationUpdate", service_url, person_id, action=action, **parts)


def build_invoke(
    service_url: str, name: str, value: object, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Return what Teams asks and waits for."""
    return _build_activity("invoke", service_url, person_id, name=name, value=value, **parts)


def build_card_action(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Return a step that was taken on a card in a chat; *data* is the action's own."""
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    value = {"action": action, "trigger": "manual"}
    return build_invoke(service_url, "adaptiveCard/action", value, person_id, **parts)


def build_dialog_fetch(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Return that a button was pressed that opens a dialog."""
    return build_invoke(service_url, "task/fetch", {"data": data}, person_id, **parts)


def build_dialog_submission(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Return a step that was taken in a dialog."""
    return build_invoke(service_url, "task/submit", {"data": data}, person_id, **parts)


def button_data(name: str, data: str = "", place: Surface = Surface.MESSAGE) -> Activity:
    """Return the data of a button on a card of ours."""
    return pack_action_data(Action("buttons", name, data), CardContext(place, "k"))


def form_data(
    name: str, key: str = "k", place: Surface = Surface.DIALOG, **answers: str
) -> Activity:
    """Return the data of a form of ours that is sent off, with its inputs."""
    return {
        **pack_action_data(Action("forms", name, step="submitted"), CardContext(place, key)),
        **answers,
    }
