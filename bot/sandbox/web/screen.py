"""What one person sees of the workspace, as JSON for the page and the terminal."""

from collections.abc import Mapping

from bot.content.catalogue import Words
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.actions import INVITE
from bot.sandbox.workspace.clock import local, shown
from bot.sandbox.workspace.personas import BOT, Persona
from bot.sandbox.workspace.time_travel import Jumps
from bot.sandbox.workspace.workspace import Json, Post, Room, Window, Workspace

_NEWEST = 60
"""Messages of a room that are shown; who wants older ones scrolls in Slack, and not here."""


class Screen:
    """Draws the workspace for whoever looks; *manifest* names commands and shortcuts."""

    def __init__(
        self, workspace: Workspace, words: Words, jumps: Jumps, manifest: Mapping[str, Json]
    ) -> None:
        """Draw *workspace* in *words*."""
        self._workspace = workspace
        self._words = words
        self._jumps = jumps
        self._features = manifest.get("features", {})
        self._app = manifest.get("display_information", {}).get("name", "Attune")

    def drawn(self, person: Persona) -> Json:
        """Return everything that *person* sees now."""
        workspace = self._workspace
        rooms = list(workspace.seen_by(person.id))
        commands, shortcuts = (self._features.get(k, ()) for k in ("slash_commands", "shortcuts"))
        home = workspace.homes.get(person.id)
        return {
            "version": workspace.version,
            "now": shown(workspace.clock.now(), person.zone),
            "next": self._next(person),
            "practice": workspace.cast.practice,
            "personas": [self._persona(one) for one in workspace.people.values()],
            "me": {"id": person.id, "name": person.name},
            "channels": [self._room(room, person) for room in rooms],
            "messages": {room.id: self._messages(room, person) for room in rooms},
            "home": modals.told(home) if home else None,
            "views": [_view(one) for one in workspace.stacks.get(person.id, ())],
            "commands": [
                {part: one.get(part, "") for part in ("command", "description", "usage_hint")}
                for one in [*commands, self._invite()]
            ],
            "shortcuts": [
                {"callback_id": one["callback_id"], "name": one["name"]} for one in shortcuts
            ],
            "notices": [vars(one) for one in workspace.notices.get(person.id, ())],
        }

    def _invite(self) -> Json:
        said = self._words.say("tryout.engine.invite")
        return {"command": INVITE, "description": said, "usage_hint": f"@{self._app}"}

    def _next(self, person: Persona) -> Json:
        found = {
            "checkin": self._jumps.next_checkin(person),
            "close": self._jumps.next_close(person),
        }
        return {name: shown(at, person.zone) if at else None for name, at in found.items()}

    def _persona(self, person: Persona) -> Json:
        crew = self._workspace.cast.crew(person.crew)
        title = self._words.say(f"tryout.engine.title.{person.role}")
        return {"id": person.id, "name": person.name, "title": title,
                "team": crew.name if crew else ""}  # fmt: skip

    def _room(self, room: Room, person: Persona) -> Json:
        """Describe a room; in a chat, ``person`` is the other one."""
        other = next((one for one in room.members if one != person.id), "")
        named = {"channel": room.name, "app": self._app}
        read = self._workspace.read.get(person.id, {}).get(room.id, "")
        unread = [
            p for p in room.posts if _sees(p, person) and p.author != person.id and p.ts > read
        ]
        return {
            "id": room.id,
            "name": named.get(room.kind) or self._name(other),
            "kind": room.kind,
            "unread": len(unread),
            "person": "" if room.kind == "channel" else other,
        }

    def _messages(self, room: Room, person: Persona) -> list[Json]:
        seen = [post for post in room.posts if _sees(post, person)]
        return [self._message(post, person) for post in seen[-_NEWEST:]]

    def _message(self, post: Post, person: Persona) -> Json:
        return {
            "ts": post.ts,
            "author": self._name(post.author),
            "author_id": post.author,
            "author_kind": "app" if post.author == BOT else "person",
            "time": local(post.ts, person.zone),
            "text": post.text,
            "blocks": post.blocks,
            "ephemeral": bool(post.only),
            "edited": post.edited,
        }

    def _name(self, one: str) -> str:
        person = self._workspace.person(one)
        return person.name if person else str(self._app)


def _sees(post: Post, person: Persona) -> bool:
    return post.only in {"", person.id}


def _view(window: Window) -> Json:
    return {**modals.told(window), "errors": window.errors}
