"""What one person sees of the workspace, as JSON for the page and the terminal."""

from collections.abc import Mapping

from bot.content.catalogue import LanguagePack
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.actions import INVITE_COMMAND
from bot.sandbox.workspace.clock import format_instant, format_timestamp
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.time_travel import TimeTravel
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView, Workspace

_MAX_MESSAGES = 60
"""Messages of a room that are shown; who wants older ones scrolls in Slack, and not here."""


class ScreenView:
    """Draws the workspace for whoever looks; *manifest* names commands and shortcuts."""

    def __init__(
        self,
        workspace: Workspace,
        words: LanguagePack,
        time_travel: TimeTravel,
        manifest: Mapping[str, Json],
    ) -> None:
        """Draw *workspace* in *words*."""
        self._workspace = workspace
        self._words = words
        self._time_travel = time_travel
        self._features = manifest.get("features", {})
        self._app_name = manifest.get("display_information", {}).get("name", "Attune")

    def render_screen(self, person: Persona) -> Json:
        """Return everything that *person* sees now."""
        workspace = self._workspace
        rooms = list(workspace.visible_conversations(person.id))
        commands, shortcuts = (self._features.get(k, ()) for k in ("slash_commands", "shortcuts"))
        home = workspace.homes.get(person.id)
        return {
            "version": workspace.version,
            "now": format_instant(workspace.clock.now(), person.zone),
            "next": self._next_instants(person),
            "practice": workspace.sample_practice.name,
            "personas": [self._render_persona(one) for one in workspace.people.values()],
            "me": {"id": person.id, "name": person.name},
            "channels": [self._render_conversation(room, person) for room in rooms],
            "messages": {room.id: self._render_messages(room, person) for room in rooms},
            "home": modals.render_view(home) if home else None,
            "views": [_render_view(one) for one in workspace.modal_stacks.get(person.id, ())],
            "commands": [
                {part: one.get(part, "") for part in ("command", "description", "usage_hint")}
                for one in [*commands, self._invite_command()]
            ],
            "shortcuts": [
                {"callback_id": one["callback_id"], "name": one["name"]} for one in shortcuts
            ],
            "notices": [vars(one) for one in workspace.notices.get(person.id, ())],
        }

    def _invite_command(self) -> Json:
        said = self._words.translate("tryout.engine.invite")
        return {"command": INVITE_COMMAND, "description": said, "usage_hint": f"@{self._app_name}"}

    def _next_instants(self, person: Persona) -> Json:
        found = {
            "checkin": self._time_travel.next_checkin(person),
            "close": self._time_travel.next_period_end(person),
        }
        return {name: format_instant(at, person.zone) if at else None for name, at in found.items()}

    def _render_persona(self, person: Persona) -> Json:
        crew = self._workspace.sample_practice.find_team(person.team_key)
        title = self._words.translate(f"tryout.engine.title.{person.role}")
        return {"id": person.id, "name": person.name, "title": title,
                "team": crew.name if crew else ""}  # fmt: skip

    def _render_conversation(self, conversation: Conversation, person: Persona) -> Json:
        """Describe a room; in a chat, ``person`` is the other one."""
        other = next((one for one in conversation.members if one != person.id), "")
        named = {"channel": conversation.name, "app": self._app_name}
        read = self._workspace.read_markers.get(person.id, {}).get(conversation.id, "")
        unread = [
            p
            for p in conversation.posts
            if _is_visible_to(p, person) and p.author != person.id and p.ts > read
        ]
        return {
            "id": conversation.id,
            "name": named.get(conversation.kind) or self._display_name(other),
            "kind": conversation.kind,
            "unread": len(unread),
            "person": "" if conversation.kind == "channel" else other,
        }

    def _render_messages(self, conversation: Conversation, person: Persona) -> list[Json]:
        seen = [post for post in conversation.posts if _is_visible_to(post, person)]
        return [self._render_message(post, person) for post in seen[-_MAX_MESSAGES:]]

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


def _render_view(open_view: OpenView) -> Json:
    return {**modals.render_view(open_view), "errors": open_view.errors}
