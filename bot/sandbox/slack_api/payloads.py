"""Payloads of the requests that Slack sends to the bot, in the shapes of a real workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.slack_api import messaging
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.personas import (
    APP_ID,
    BOT_USER_ID,
    WORKSPACE_DOMAIN,
    WORKSPACE_ID,
    Persona,
)
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView

_VERIFICATION_TOKEN = "practice-verification-token"  # noqa: S105 - the deprecated token; signatures authenticate


@dataclass(frozen=True)
class PayloadBuilder:
    """Builds payloads from the workspace state and issues their trigger ids and response URLs.

    ``response_base_url`` is the prefix of every response URL.
    """

    slack_state: SlackState
    response_base_url: str

    def build_command(
        self, person: Persona, conversation: Conversation, command: str, text: str
    ) -> dict[str, str]:
        """Return the form fields of a slash command."""
        return {
            "token": _VERIFICATION_TOKEN,
            "team_id": WORKSPACE_ID,
            "team_domain": WORKSPACE_DOMAIN,
            "channel_id": conversation.id,
            "channel_name": _channel_name(conversation),
            "user_id": person.id,
            "user_name": person.handle,
            "command": command,
            "text": escape(text, quote=False),
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._issue_response_url("commands", person, conversation),
            "trigger_id": self.slack_state.trigger_ids.issue_trigger_id(person.id),
        }

    def build_message_action(
        self, person: Persona, conversation: Conversation, message: Message, action: Json
    ) -> Json:
        """Return the ``block_actions`` payload of an element in a message."""
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": conversation.id,
            "is_ephemeral": bool(message.only),
        }
        message_field = {} if message.only else {"message": messaging.render_message(message)}
        return {
            **self._interaction_fields("block_actions", person),
            "container": container,
            "channel": {"id": conversation.id, "name": _channel_name(conversation)},
            **message_field,
            "state": {"values": _action_state(action)},
            "response_url": self._issue_response_url("actions", person, conversation, message.ts),
            "actions": [action],
        }

    def build_view_action(self, person: Persona, open_view: OpenView, action: Json) -> Json:
        """Return the ``block_actions`` payload of an element in a modal or in the Home."""
        return {
            **self._interaction_fields("block_actions", person),
            "container": {"type": "view", "view_id": open_view.id},
            "view": modals.render_view(open_view),
            "actions": [action],
        }

    def build_submission(self, person: Persona, open_view: OpenView) -> Json:
        """Return the ``view_submission`` payload of a modal."""
        view = modals.render_view(open_view)
        return {
            **self._interaction_fields("view_submission", person),
            "view": view,
            "response_urls": [],
        }

    def build_view_closed(self, person: Persona, open_view: OpenView, *, is_cleared: bool) -> Json:
        """Return the ``view_closed`` payload of a modal; ``is_cleared`` where the stack closed."""
        fields = self._interaction_fields("view_closed", person)
        del fields["trigger_id"]
        return {**fields, "view": modals.render_view(open_view), "is_cleared": is_cleared}

    def build_shortcut(self, person: Persona, callback_id: str) -> Json:
        """Return the payload of a global shortcut."""
        return {
            **self._interaction_fields("shortcut", person),
            "callback_id": callback_id,
            "action_ts": self.slack_state.workspace.clock.next_timestamp(),
        }

    def build_event(self, event: Mapping[str, object]) -> Json:
        """Return the ``event_callback`` payload around an event."""
        workspace = self.slack_state.workspace
        timestamp = workspace.clock.next_timestamp()
        return {
            "token": _VERIFICATION_TOKEN,
            "team_id": WORKSPACE_ID,
            "context_team_id": WORKSPACE_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": {**event, "event_ts": timestamp},
            "type": "event_callback",
            "event_id": f"Ev{workspace.next_number('event'):08}",
            "event_time": int(float(timestamp)),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": WORKSPACE_ID,
                    "user_id": BOT_USER_ID,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{timestamp}",
        }

    def _interaction_fields(self, payload_type: str, person: Persona) -> Json:
        return {
            "type": payload_type,
            "user": {
                "id": person.id,
                "username": person.handle,
                "name": person.handle,
                "team_id": WORKSPACE_ID,
            },
            "api_app_id": APP_ID,
            "token": _VERIFICATION_TOKEN,
            "trigger_id": self.slack_state.trigger_ids.issue_trigger_id(person.id),
            "team": {"id": WORKSPACE_ID, "domain": WORKSPACE_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _issue_response_url(
        self, url_kind: str, person: Persona, conversation: Conversation, message_ts: str = ""
    ) -> str:
        suffix = self.slack_state.trigger_ids.issue_response_url(
            person.id, conversation.id, message_ts
        )
        return f"{self.response_base_url}/{url_kind}/{WORKSPACE_ID}/{suffix}"


def _action_state(action: Json) -> Json:
    """Return ``state.values`` of an input element in a message; empty for a button."""
    field_type = FIELD_TYPES.get(action["type"])
    if field_type is None:
        return {}
    value = action.get(field_type.answer_key)
    answer = {"type": action["type"], field_type.answer_key: value}
    return {action["block_id"]: {action["action_id"]: answer}}


def _channel_name(conversation: Conversation) -> str:
    return conversation.name if conversation.kind == "channel" else "directmessage"
