"""What Slack tells the bot of a person's act, in the shapes of a real workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.sandbox.block_kit.input_state import FIELDS
from bot.sandbox.slack_api import messaging
from bot.sandbox.slack_api.methods import Place
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.personas import APP, BOT, DOMAIN, TEAM, Persona
from bot.sandbox.workspace.workspace import Json, Post, Room, Window

_TOKEN = "practice-verification-token"  # noqa: S105 - the deprecated one, which proves nothing


@dataclass(frozen=True)
class Payloads:
    """Writes payloads about *place*; ``base`` is where private answers are taken."""

    place: Place
    base: str

    def command(self, person: Persona, room: Room, command: str, text: str) -> dict[str, str]:
        """Tell that somebody typed a slash command."""
        return {
            "token": _TOKEN,
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": room.id,
            "channel_name": _channel_name(room),
            "user_id": person.id,
            "user_name": person.handle,
            "command": command,
            "text": escape(text, quote=False),
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._address("commands", person, room),
            "trigger_id": self.place.tickets.trigger(person.id),
        }

    def pressed(self, person: Persona, room: Room, post: Post, action: Json) -> Json:
        """Tell that somebody touched an element of a message."""
        container = {
            "type": "message",
            "message_ts": post.ts,
            "channel_id": room.id,
            "is_ephemeral": bool(post.only),
        }
        shown = {} if post.only else {"message": messaging.told(post)}
        return {
            **self._act("block_actions", person),
            "container": container,
            "channel": {"id": room.id, "name": _channel_name(room)},
            **shown,
            "state": {"values": _entered(action)},
            "response_url": self._address("actions", person, room, post.ts),
            "actions": [action],
        }

    def touched(self, person: Persona, window: Window, action: Json) -> Json:
        """Tell that somebody touched an element of a modal or of their Home."""
        return {
            **self._act("block_actions", person),
            "container": {"type": "view", "view_id": window.id},
            "view": modals.told(window),
            "actions": [action],
        }

    def submitted(self, person: Persona, window: Window) -> Json:
        """Tell that somebody sent a form off."""
        view = modals.told(window)
        return {**self._act("view_submission", person), "view": view, "response_urls": []}

    def closed(self, person: Persona, window: Window, *, cleared: bool) -> Json:
        """Tell that somebody put a form away, alone or with the whole stack."""
        told = self._act("view_closed", person)
        del told["trigger_id"]
        return {**told, "view": modals.told(window), "is_cleared": cleared}

    def shortcut(self, person: Persona, callback_id: str) -> Json:
        """Tell that somebody chose a global shortcut."""
        told = self._act("shortcut", person)
        return {**told, "callback_id": callback_id, "action_ts": self.place.workspace.clock.stamp()}

    def event(self, event: Mapping[str, object]) -> Json:
        """Tell of an event."""
        workspace = self.place.workspace
        stamp = workspace.clock.stamp()
        return {
            "token": _TOKEN,
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP,
            "event": {**event, "event_ts": stamp},
            "type": "event_callback",
            "event_id": f"Ev{workspace.number('event'):08}",
            "event_time": int(float(stamp)),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM,
                    "user_id": BOT,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{stamp}",
        }

    def _act(self, kind: str, person: Persona) -> Json:
        return {
            "type": kind,
            "user": {
                "id": person.id,
                "username": person.handle,
                "name": person.handle,
                "team_id": TEAM,
            },
            "api_app_id": APP,
            "token": _TOKEN,
            "trigger_id": self.place.tickets.trigger(person.id),
            "team": {"id": TEAM, "domain": DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _address(self, kind: str, person: Persona, room: Room, message: str = "") -> str:
        end = self.place.tickets.address(person.id, room.id, message)
        return f"{self.base}/{kind}/{TEAM}/{end}"


def _entered(action: Json) -> Json:
    """Return what a field of a message holds; steps hold nothing."""
    kind = FIELDS.get(action["type"])
    if kind is None:
        return {}
    said = {"type": action["type"], kind.key: action.get(kind.key)}
    return {action["block_id"]: {action["action_id"]: said}}


def _channel_name(room: Room) -> str:
    return room.name if room.kind == "channel" else "directmessage"
