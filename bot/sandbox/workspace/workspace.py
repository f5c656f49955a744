"""What the practice workspace holds: its rooms, messages, open windows, pages and notices."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.personas import BOT_USER_ID, LOBBY_CHANNEL_ID, Persona, SamplePractice

Json = dict[str, Any]

DEFAULT_SCOPES = frozenset({"commands", "chat:write", "users:read"})
"""What the bot may do wherever it is installed."""


@dataclass
class Message:
    """One message. ``only`` names the single person who sees it, if it is ephemeral."""

    ts: str
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    only: str = ""
    metadata: Json | None = None
    edited: bool = False


@dataclass
class Conversation:
    """A channel, a chat between two people (``dm``), or a person's chat with the bot (``app``)."""

    id: str
    name: str
    kind: str
    members: list[str]
    archived: bool = False
    private: bool = False
    posts: list[Message] = field(default_factory=list)


@dataclass
class OpenView:
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

    def __init__(self, sample_practice: SamplePractice, clock: SandboxClock) -> None:
        """Begin with the cast's channels, and with nothing said."""
        self.sample_practice = sample_practice
        self.clock = clock
        self.conversations: dict[str, Conversation] = {
            room.id: room for room in _build_channels(sample_practice)
        }
        self.modal_stacks: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}
        self.notices: dict[str, list[Notice]] = {}
        self.read_markers: dict[str, dict[str, str]] = {}
        self.people: dict[str, Persona] = {person.id: person for person in sample_practice.personas}
        self.deactivated_ids: set[str] = set()
        self.granted_scopes = set(DEFAULT_SCOPES)
        self.counters: dict[str, int] = {}
        self.version = 0
        self._change_event = asyncio.Event()

    def next_number(self, kind: str) -> int:
        """Return the next number of a kind, from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def mark_changed(self) -> None:
        """Tell everybody who waits that there is something new to see."""
        self.version += 1
        self._change_event.set()
        self._change_event = asyncio.Event()

    async def wait_for_change(self, version: int, timeout_seconds: float) -> int:
        """Wait until there is something newer than *version*, or the seconds are over."""
        if self.version <= version:
            news = self._change_event
            try:
                await asyncio.wait_for(news.wait(), timeout_seconds)
            except TimeoutError:
                return self.version
        return self.version

    def get_bot_chat(self, person_id: str) -> Conversation:
        """Return a person's own chat with the bot."""
        return self._get_or_create_chat("app", "D0", person_id, BOT_USER_ID)

    def get_direct_chat(self, first_id: str, second_id: str) -> Conversation:
        """Return the chat between two people."""
        first, second = sorted((first_id, second_id))
        return self._get_or_create_chat("dm", f"D1{first[2:]}", first, second)

    def _get_or_create_chat(
        self, kind: str, prefix: str, first_id: str, second_id: str
    ) -> Conversation:
        room_id = prefix + (first_id if kind == "app" else second_id)[2:]
        if room_id not in self.conversations:
            self.conversations[room_id] = Conversation(
                room_id, "", kind, [first_id, second_id], private=True
            )
        return self.conversations[room_id]

    def add_message(self, conversation: Conversation, message: Message) -> Message:
        """Put a message into a room."""
        conversation.posts.append(message)
        self.mark_changed()
        return message

    def add_notice(self, person_id: str, text: str) -> None:
        """Tell a person something that Slack itself would tell them."""
        notice = Notice(f"N{self.next_number('notice')}", text)
        self.notices.setdefault(person_id, []).append(notice)
        self.mark_changed()

    def find_person(self, person_id: str) -> Persona | None:
        """Return the persona with this id; ``None`` for a stranger."""
        return self.people.get(person_id)

    def visible_conversations(self, person_id: str) -> Iterable[Conversation]:
        """Return the rooms a person is in, their chat with the bot last."""
        rooms = [room for room in self.conversations.values() if person_id in room.members]
        return [*(r for r in rooms if r.kind != "app"), self.get_bot_chat(person_id)]


def _build_channels(sample_practice: SamplePractice) -> Iterable[Conversation]:
    leaders = [p.id for p in sample_practice.personas if p.role in {"director", "admin"}]
    for crew in sample_practice.teams:
        members = [p.id for p in sample_practice.personas if p.team_key == crew.key]
        yield Conversation(
            crew.channel, crew.name.lower(), "channel", [*members, *leaders, BOT_USER_ID]
        )
    yield Conversation(
        LOBBY_CHANNEL_ID, "lobby", "channel", [p.id for p in sample_practice.personas]
    )
