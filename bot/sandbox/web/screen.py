"""Serialize the workspace as the JSON screen of one person, for the web page and the terminal."""

from collections.abc import Mapping

from bot.content.catalogue import LanguagePack
from bot.sandbox.web import first_steps
from bot.sandbox.web.first_steps import BOT_CHAT, FirstStep
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.actions import INVITE_COMMAND
from bot.sandbox.workspace.clock import format_instant, format_timestamp
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.time_travel import TimeTravel
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView, Workspace

_MAX_MESSAGES = 60
"""Maximum messages per conversation in the JSON: the newest ones; there is no pagination."""


_ROLES = ("clinician", "supervisor", "director", "admin")
"""The keys of the roles, in the order of the page's list."""


class ScreenView:
    """Serializes the in-memory workspace for a person; *manifest* is the app manifest's JSON."""

    def __init__(
        self,
        workspace: Workspace,
        words: LanguagePack,
        time_travel: TimeTravel,
        manifest: Mapping[str, Json],
    ) -> None:
        """Read *workspace* at each call; titles and labels are translated with *words*."""
        self._workspace = workspace
        self._words = words
        self._time_travel = time_travel
        self._features = manifest.get("features", {})
        self._app_name = manifest.get("display_information", {}).get("name", "Attune")
        app_home = self._features.get("app_home", {})
        self._is_bot_chat_read_only = bool(app_home.get("messages_tab_read_only_enabled"))

    def render_screen(self, person: Persona) -> Json:
        """Return all that is visible to *person* now, as a JSON-serializable dict.

        ``version`` is the workspace's change counter, for the long poll. Blocks, views and the Home
        tab are Slack's own JSON objects; instants are formatted in the person's time zone.
        """
        workspace = self._workspace
        conversations = list(workspace.visible_conversations(person.id))
        commands, shortcuts = (
            self._features.get(key, ()) for key in ("slash_commands", "shortcuts")
        )
        home = workspace.homes.get(person.id)
        return {
            "version": workspace.version,
            "now": format_instant(workspace.clock.now(), person.zone),
            "next": self._next_instants(person),
            "practice": workspace.sample_practice.name,
            "personas": [self._render_persona(persona) for persona in workspace.people.values()],
            "roles": [self._render_role(role) for role in _ROLES],
            "me": _render_current_persona(person),
            "steps": self._render_first_steps(),
            "channels": [self._render_conversation(item, person) for item in conversations],
            "messages": {item.id: self._render_messages(item, person) for item in conversations},
            "home": modals.render_view(home) if home else None,
            "views": [
                _render_view_with_errors(view) for view in workspace.modal_stacks.get(person.id, ())
            ],
            "commands": [
                {key: command.get(key, "") for key in ("command", "description", "usage_hint")}
                for command in [*commands, self._invite_command()]
            ],
            "shortcuts": [
                {"callback_id": shortcut["callback_id"], "name": shortcut["name"]}
                for shortcut in shortcuts
            ],
            "notices": [vars(notice) for notice in workspace.notices.get(person.id, ())],
        }

    def _invite_command(self) -> Json:
        return {
            "command": INVITE_COMMAND,
            "description": self._words.translate("sandbox.engine.invite"),
            "usage_hint": f"@{self._app_name}",
        }

    def _next_instants(self, person: Persona) -> Json:
        instants = {
            "checkin": self._time_travel.next_checkin(person),
            "close": self._time_travel.next_period_end(person),
        }
        return {
            name: format_instant(instant, person.zone) if instant else None
            for name, instant in instants.items()
        }

    def _render_persona(self, person: Persona) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "title": self._words.translate(f"sandbox.engine.title.{person.role}"),
            "team": self._label_team(person),
        }

    def _label_team(self, person: Persona) -> str:
        """Return the name of a person's team, or the label for no list or the whole practice."""
        team = self._workspace.sample_practice.find_team(person.team_key)
        if team:
            return team.name
        scope = "unlisted" if person.is_unlisted else "whole_practice"
        return self._words.translate(f"sandbox.engine.scope.{scope}")

    def _render_role(self, role: str) -> Json:
        """Return a dict of a role's key, title and list of people, grouped by team label."""
        people = [person for person in self._workspace.people.values() if person.role == role]
        labels = dict.fromkeys(map(self._label_team, people))
        return {
            "role": role,
            "title": self._words.translate(f"sandbox.engine.title.{role}"),
            "groups": [
                {
                    "label": label,
                    "people": [
                        {"id": person.id, "name": person.name}
                        for person in people
                        if self._label_team(person) == label
                    ],
                }
                for label in labels
            ],
        }

    def _render_first_steps(self) -> list[Json]:
        steps = first_steps.list_first_steps(self._workspace, self._time_travel)
        return [self._render_first_step(step) for step in steps]

    def _render_first_step(self, step: FirstStep) -> Json:
        """Return a step as a dict with translated title and hint, persona id and action."""
        conversation = self._workspace.conversations.get(step.room_id)
        room_name = f"#{conversation.name}" if conversation else str(self._app_name)
        return {
            "name": step.name,
            "title": self._words.translate(f"sandbox.try.{step.name}.title"),
            "hint": self._words.translate(f"sandbox.try.{step.name}.hint"),
            "where": f"{step.persona.name} · {room_name}",
            "persona": step.persona.id,
            "room": step.room_id,
            "tab": "messages" if step.room_id == BOT_CHAT else "",
            "jump": step.jump,
            "line": step.line,
        }

    def _render_conversation(self, conversation: Conversation, person: Persona) -> Json:
        """Return a conversation as a dict, with the count of messages after the read marker.

        In a direct message, ``person`` is the id of the other member; in a channel it is ``""``.
        """
        other_id = next((member for member in conversation.members if member != person.id), "")
        names = {"channel": conversation.name, "app": self._app_name}
        last_read_ts = self._workspace.read_markers.get(person.id, {}).get(conversation.id, "")
        unread = [
            message
            for message in conversation.posts
            if _is_visible_to(message, person)
            and message.author != person.id
            and message.ts > last_read_ts
        ]
        return {
            "id": conversation.id,
            "name": names.get(conversation.kind) or self._display_name(other_id),
            "kind": conversation.kind,
            "unread": len(unread),
            "person": "" if conversation.kind == "channel" else other_id,
            "read_only": conversation.kind == "app" and self._is_bot_chat_read_only,
        }

    def _render_messages(self, conversation: Conversation, person: Persona) -> list[Json]:
        visible = [message for message in conversation.posts if _is_visible_to(message, person)]
        return [self._render_message(message, person) for message in visible[-_MAX_MESSAGES:]]

    def _render_message(self, message: Message, person: Persona) -> Json:
        return {
            "ts": message.ts,
            "author": self._display_name(message.author),
            "author_id": message.author,
            "author_kind": "app" if message.author == BOT_USER_ID else "person",
            "time": format_timestamp(message.ts, person.zone),
            "text": message.text,
            "blocks": message.blocks,
            "ephemeral": bool(message.only),
            "edited": message.edited,
        }

    def _display_name(self, author_id: str) -> str:
        person = self._workspace.find_person(author_id)
        return person.name if person else str(self._app_name)


def _is_visible_to(message: Message, person: Persona) -> bool:
    return message.only in {"", person.id}


def _render_current_persona(person: Persona) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "language": person.locale,
    }


def _render_view_with_errors(open_view: OpenView) -> Json:
    """Return a modal as Slack's view object with a key ``errors``, which Slack's schema lacks."""
    return {**modals.render_view(open_view), "errors": open_view.errors}
