"""What every product shows people, in no product's own shape, and how they act on it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.app import Bot
from bot.clock import Clock

Answers = Mapping[str, tuple[str, ...]]
FailureKind = Literal["wait", "unknown", "gone"]


@dataclass(frozen=True)
class Screen:
    """What a person sees: texts in order, steps by their labels, and the fields of a form.

    ``steps`` and ``source`` hold what the product itself needs when somebody acts.
    """

    texts: tuple[str, ...]
    steps: Mapping[str, Any]
    fields: frozenset[str]
    native_payload: Any
    is_form: bool = False

    @property
    def plain_text(self) -> str:
        """All texts as one, without any product's markup."""
        return normalize_text(" ".join(self.texts))

    def contains_text(self, sentence: str) -> bool:
        """Whether *sentence* stands here, in whatever markup."""
        return normalize_text(sentence) in self.plain_text


NO_SCREEN = Screen((), {}, frozenset(), None)
"""What is left when a form has closed."""


def normalize_text(text: str) -> str:
    """Return the words of a text, without marks, links and spaces."""
    bare = re.sub(r"https?:\S+", " ", re.sub(r"<https?:[^|>]*\|", " ", text))
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))


@dataclass
class Product(ABC):
    """A product with the bot behind it, and people who use it."""

    bot: Bot
    clock: Clock
    workspace: str
    channel: str
    people: tuple[str, ...]
    """Nine clinicians, a supervisor, and somebody who is on no list."""
    last_payload: Any = field(default=None)
    """What the product sent last, to send once more."""

    @property
    def marie(self) -> str:
        """A clinician of the team."""
        return self.people[0]

    @property
    def ada(self) -> str:
        """Another clinician."""
        return self.people[1]

    @property
    def supervisor(self) -> str:
        """Who supervises the team."""
        return self.people[-2]

    @property
    def stranger(self) -> str:
        """Somebody of the workspace who is on no list."""
        return self.people[-1]

    @abstractmethod
    async def run_command(self, user_id: str, text: str) -> Screen:
        """Let *who* use a command, such as ``rupture guide``, where only they see the answer."""

    @abstractmethod
    async def press_button(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Let *who* take the step that is called *label*."""

    @abstractmethod
    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Let *who* send a form off; fields that are not in *answers* stay as they were shown."""

    @abstractmethod
    async def redeliver_last(self) -> None:
        """Deliver what was sent last once more, as a product does when an answer was lost."""

    @abstractmethod
    async def open_home(self, user_id: str) -> Screen:
        """Let *who* open their own page."""

    @abstractmethod
    def received_messages(self, user_id: str) -> list[Screen]:
        """Return the messages that came to *who* without their asking."""

    @abstractmethod
    def stored_chat_text(self) -> str:
        """Return everything that the product now keeps in its chats, as one text."""

    @abstractmethod
    def fail_next_message(self, failure: FailureKind) -> None:
        """Let the next message that is owed go wrong."""


def render_team_file(workspace: str, channel: str, people: tuple[str, ...]) -> str:
    """Return a team file for a team of *people*, see :class:`Product`."""
    return f"""
[[team]]
workspace = "{workspace}"
channel = "{channel}"
name = "North team"
supervisors = ["{people[-2]}"]
clinicians = {list(people[:-2])}
timezone = "America/Toronto"
checkin = {{ day = "monday", time = "09:00" }}
tip = {{ days = ["tuesday"], time = "09:00" }}
"""
