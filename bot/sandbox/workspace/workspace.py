"""What the practice workspace holds: its rooms, messages, open windows, pages and notices."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace.clock import PracticeClock
from bot.sandbox.workspace.personas import BOT, LOBBY, Cast, Persona

Json = dict[str, Any]

SCOPES = frozenset({"commands", "chat:write", "users:read"})
"""What the bot may do wherever it is installed."""


@dataclass
class Post:
    """One message. ``only`` names the single person who sees it, if it is ephemeral."""

    ts: str
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    only: str = ""
    metadata: Json | None = None
    edited: bool = False


@dataclass
class Room:
    """A channel, a chat between two people (``dm``), or a person's chat with the bot (``app``)."""

    id: str
    name: str
    kind: str
    members: list[str]
    archived: bool = False
    private: bool = False
    posts: list[Post] = field(default_factory=list)


@dataclass
class Window:
    """A view as one person has it before them: a modal of their stack, or their Home.

    ``body`` is the view as Slack keeps it, with every id filled in; ``state`` what the
    person has entered so far, by block and action.
    """

    id: str
    person: str
    body: Json
    hash: str
    root: str
    previous: str = ""
    state: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Notice:
    """Something that Slack itself, not the bot, tells a person."""

    id: str
    text: str


class Workspace:
    """The whole state. Whoever changes it calls :meth:`changed`, and whoever looks, waits."""

    def __init__(self, cast: Cast, clock: PracticeClock) -> None:
        """Begin with the cast's channels, and with nothing said."""
        self.cast = cast
        self.clock = clock
        self.rooms: dict[str, Room] = {room.id: room for room in _channels(cast)}
        self.stacks: dict[str, list[Window]] = {}
        self.homes: dict[str, Window] = {}
        self.notices: dict[str, list[Notice]] = {}
        self.read: dict[str, dict[str, str]] = {}
        self.people: dict[str, Persona] = {person.id: person for person in cast.personas}
        self.deactivated: set[str] = set()
        self.scopes = set(SCOPES)
        self.numbers: dict[str, int] = {}
        self.version = 0
        self._news = asyncio.Event()

    def number(self, kind: str) -> int:
        """Return the next number of a kind, from 1."""
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.numbers[kind]

    def changed(self) -> None:
        """Tell everybody who waits that there is something new to see."""
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()

    async def newer(self, version: int, seconds: float) -> int:
        """Wait until there is something newer than *version*, or the seconds are over."""
        if self.version <= version:
            news = self._news
            try:
                await asyncio.wait_for(news.wait(), seconds)
            except TimeoutError:
                return self.version
        return self.version

    def chat(self, person: str) -> Room:
        """Return a person's own chat with the bot."""
        return self._between("app", "D0", person, BOT)

    def talk(self, one: str, other: str) -> Room:
        """Return the chat between two people."""
        first, second = sorted((one, other))
        return self._between("dm", f"D1{first[2:]}", first, second)

    def _between(self, kind: str, prefix: str, one: str, other: str) -> Room:
        room_id = prefix + (one if kind == "app" else other)[2:]
        if room_id not in self.rooms:
            self.rooms[room_id] = Room(room_id, "", kind, [one, other], private=True)
        return self.rooms[room_id]

    def post(self, room: Room, post: Post) -> Post:
        """Put a message into a room."""
        room.posts.append(post)
        self.changed()
        return post

    def notify(self, person: str, text: str) -> None:
        """Tell a person something that Slack itself would tell them."""
        notice = Notice(f"N{self.number('notice')}", text)
        self.notices.setdefault(person, []).append(notice)
        self.changed()

    def person(self, one: str) -> Persona | None:
        """Return the persona with this id; ``None`` for a stranger."""
        return self.people.get(one)

    def seen_by(self, person: str) -> Iterable[Room]:
        """Return the rooms a person is in, their chat with the bot last."""
        rooms = [room for room in self.rooms.values() if person in room.members]
        return [*(r for r in rooms if r.kind != "app"), self.chat(person)]


def _channels(cast: Cast) -> Iterable[Room]:
    leaders = [p.id for p in cast.personas if p.role in {"director", "admin"}]
    for crew in cast.crews:
        members = [p.id for p in cast.personas if p.crew == crew.key]
        yield Room(crew.channel, crew.name.lower(), "channel", [*members, *leaders, BOT])
    yield Room(LOBBY, "lobby", "channel", [p.id for p in cast.personas])
