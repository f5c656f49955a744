"""Activities as Teams sends them; every field can be overridden."""

import itertools
from typing import Any

from bot.chat.msteams.action_data import Action, CardContext, CardSurface, pack_action_data
from bot.conversation import RequestStep
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
    """Return the fields of an activity that was sent in a team's channel."""
    conversation_id = f"{CHANNEL_ID};messageid={thread_id}" if thread_id else CHANNEL_ID
    return {
        "conversation": {
            "id": conversation_id,
            "conversationType": "channel",
            "tenantId": TENANT_ID,
        },
        "channelData": {"tenant": {"id": TENANT_ID}, "channel": {"id": CHANNEL_ID}},
    }


def build_message(service_url: str, text: str, person_id: str = MARIE, **parts: object) -> Activity:
    """Build a message in a private chat."""
    return _build_activity("message", service_url, person_id, text=text, **parts)


def build_targeted_command(
    service_url: str, text: str, person_id: str = MARIE, **parts: object
) -> Activity:
    """Build a private slash command in a channel, which no other member sees."""
    recipient = {"id": f"28:{CLIENT_ID}", "isTargeted": True}
    return build_message(
        service_url, text, person_id, recipient=recipient, **channel_parts(thread_id="1"), **parts
    )


def build_mention(service_url: str, text: str, person_id: str = MARIE, **parts: object) -> Activity:
    """Build a message in a channel that mentions the bot."""
    return build_message(
        service_url, f"<at>Attune</at> {text}", person_id, **channel_parts(thread_id="1"), **parts
    )


def build_installation_update(
    service_url: str, action: str = "add", person_id: str = MARIE, **parts: object
) -> Activity:
    """Build the event that the app was installed or removed."""
    return _build_activity("installationUpdate", service_url, person_id, action=action, **parts)


def build_invoke(
    service_url: str, name: str, value: object, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Build an invoke, whose response Teams waits for."""
    return _build_activity("invoke", service_url, person_id, name=name, value=value, **parts)


def build_card_action(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Build the invoke of a card action in a chat; *data* is the action's data."""
    action = {"type": "Action.Execute", "verb": "x", "data": data}
    value = {"action": action, "trigger": "manual"}
    return build_invoke(service_url, "adaptiveCard/action", value, person_id, **parts)


def build_dialog_fetch(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Build the invoke of a button that opens a dialog."""
    return build_invoke(service_url, "task/fetch", {"data": data}, person_id, **parts)


def build_dialog_submission(
    service_url: str, data: Activity, person_id: str = MARIE, **parts: Any
) -> Activity:
    """Build the invoke of an action in a dialog."""
    return build_invoke(service_url, "task/submit", {"data": data}, person_id, **parts)


def button_data(name: str, data: str = "", surface: CardSurface = CardSurface.MESSAGE) -> Activity:
    """Return the data of a button on a card of this bot."""
    return pack_action_data(Action("buttons", name, data), CardContext(surface, "k"))


def form_data(
    name: str, render_id: str = "k", surface: CardSurface = CardSurface.DIALOG, **answers: str
) -> Activity:
    """Return the data of a submitted form of this bot, with its input values."""
    return {
        **pack_action_data(
            Action("forms", name, step=RequestStep.SUBMITTED), CardContext(surface, render_id)
        ),
        **answers,
    }
