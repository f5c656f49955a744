"""In-memory state of the sandbox workspace: conversations, messages, views and notices."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace.clock import SandboxClock
from bot.sandbox.workspace.personas import (
    BOT_USER_ID,
    LOBBY_CHANNEL_ID,
    NEW_TEAM_CHANNEL_ID,
    NEW_TEAM_CHANNEL_NAME,
    Persona,
    SamplePractice,
)

Json = dict[str, Any]

DEFAULT_SCOPES = frozenset({"commands", "chat:write", "users:read"})
"""OAuth scopes that the bot's token has after every installation."""


@dataclass
class Message:
    """One message. ``only`` is the id of its single reader, for an ephemeral message."""

    ts: str
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    only: str = ""
    metadata: Json | None = None
    edited: bool = False


@dataclass
class Conversation:
    """A conversation of kind ``channel``, ``dm`` (two people) or ``app`` (person and bot)."""

    id: str
    name: str
    kind: str
    members: list[str]
    archived: bool = False
    private: bool = False
    posts: list[Message] = field(default_factory=list)


@dataclass
class OpenView:
    """An open view of one person: a modal of their stack, or their Home.

    ``body`` is the view's JSON dict with every default id filled in; ``state`` contains the
    entered values by block id and action id, ``errors`` the error messages by block id.
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
    """A notice to a person from Slack itself, not from the bot."""

    id: str
    text: str


class Workspace:
    """The whole state. Writers call :meth:`mark_changed`; readers use :meth:`wait_for_change`."""

    def __init__(self, sample_practice: SamplePractice, clock: SandboxClock) -> None:
        """Create the channels of *sample_practice*, without messages."""
        self.sample_practice = sample_practice
        self.clock = clock
        self.conversations: dict[str, Conversation] = {
            conversation.id: conversation for conversation in _build_channels(sample_practice)
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
        """Return the next number of the counter *kind*, which starts at 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def mark_changed(self) -> None:
        """Increment the version, and wake every waiting task."""
        self.version += 1
        self._change_event.set()
        self._change_event = asyncio.Event()

    async def wait_for_change(self, version: int, timeout_seconds: float) -> int:
        """Wait for a version newer than *version* or the timeout; return the current version."""
        if self.version <= version:
            change_event = self._change_event
            try:
                await asyncio.wait_for(change_event.wait(), timeout_seconds)
            except TimeoutError:
                return self.version
        return self.version

    def get_bot_chat(self, person_id: str) -> Conversation:
        """Return a person's direct chat with the bot, created on first use."""
        return self._get_or_create_chat("app", "D0", person_id, BOT_USER_ID)

    def get_direct_chat(self, first_id: str, second_id: str) -> Conversation:
        """Return the direct chat between two people, created on first use."""
        first, second = sorted((first_id, second_id))
        return self._get_or_create_chat("dm", f"D1{first[2:]}", first, second)

    def _get_or_create_chat(
        self, kind: str, prefix: str, first_id: str, second_id: str
    ) -> Conversation:
        """Return a chat by its key, which is derived from the members' ids."""
        conversation_id = prefix + (first_id if kind == "app" else second_id)[2:]
        if conversation_id not in self.conversations:
            self.conversations[conversation_id] = Conversation(
                conversation_id, "", kind, [first_id, second_id], private=True
            )
        return self.conversations[conversation_id]

    def add_message(self, conversation: Conversation, message: Message) -> Message:
        """Append a message to a conversation."""
        conversation.posts.append(message)
        self.mark_changed()
        return message

    def add_notice(self, person_id: str, text: str) -> None:
        """Append a notice to a person's list."""
        notice = Notice(f"N{self.next_number('notice')}", text)
        self.notices.setdefault(person_id, []).append(notice)
        self.mark_changed()

    def clear_notices(self, person_id: str) -> None:
        """Remove every notice to a person."""
        if self.notices.pop(person_id, None):
            self.mark_changed()

    def find_person(self, person_id: str) -> Persona | None:
        """Return the persona with this id, or ``None``."""
        return self.people.get(person_id)

    def visible_conversations(self, person_id: str) -> Iterable[Conversation]:
        """Return the conversations of which a person is a member, the chat with the bot last."""
        conversations = [
            conversation
            for conversation in self.conversations.values()
            if person_id in conversation.members
        ]
        return [
            *(conversation for conversation in conversations if conversation.kind != "app"),
            self.get_bot_chat(person_id),
        ]


def _build_channels(sample_practice: SamplePractice) -> Iterable[Conversation]:
    leaders = [
        person.id for person in sample_practice.personas if person.role in {"director", "admin"}
    ]
    for team in sample_practice.teams:
        members = [person.id for person in sample_practice.personas if person.team_key == team.key]
        yield Conversation(
            team.channel, team.name.lower(), "channel", [*members, *leaders, BOT_USER_ID]
        )
    unlisted = [person.id for person in sample_practice.personas if person.is_unlisted]
    if unlisted:
        yield Conversation(
            NEW_TEAM_CHANNEL_ID, NEW_TEAM_CHANNEL_NAME, "channel", [*unlisted, *leaders]
        )
    yield Conversation(
        LOBBY_CHANNEL_ID, "lobby", "channel", [person.id for person in sample_practice.personas]
    )
