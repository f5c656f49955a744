"""Product-neutral screens and user actions, which each product's driver implements."""

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
    """What a user sees: texts in order, actions by their labels, and the fields of a form.

    ``steps`` and ``native_payload`` hold what the product needs for the user's next action.
    """

    texts: tuple[str, ...]
    steps: Mapping[str, Any]
    fields: frozenset[str]
    native_payload: Any
    is_form: bool = False

    @property
    def plain_text(self) -> str:
        """All texts as one string, without the product's markup."""
        return normalize_text(" ".join(self.texts))

    def contains_text(self, sentence: str) -> bool:
        """Whether the screen contains *sentence*, regardless of markup."""
        return normalize_text(sentence) in self.plain_text


@dataclass(frozen=True)
class RouteRequest:
    """A request to one row of a handler table, as any client can send it.

    ``table`` is a field of :class:`bot.routes.Routes`.
    """

    table: Literal["commands", "forms", "buttons", "shortcuts"]
    name: str
    keyword: str = ""
    data: str = ""
    answers: Answers = field(default_factory=dict)


NO_SCREEN = Screen((), {}, frozenset(), None)
"""The screen after a form was closed."""


def normalize_text(text: str) -> str:
    """Return the words of a text, without markup, links and whitespace differences."""
    text_without_links = re.sub(r"https?:\S+", " ", re.sub(r"<https?:[^|>]*\|", " ", text))
    return " ".join(re.findall(r"\w+", text_without_links.replace("_", " ")))


@dataclass
class Product(ABC):
    """A product connected to a bot, and its users."""

    bot: Bot
    clock: Clock
    workspace: str
    channel: str
    people: tuple[str, ...]
    """User ids: nine clinicians, a supervisor, and a person who is on no team's list."""
    external: str = ""
    """The user id of a person of another organisation, who acts in the team's channel."""
    last_payload: Any = field(default=None)
    """The payload that the product sent last, for a redelivery."""

    @property
    def marie(self) -> str:
        """The user id of a clinician of the team."""
        return self.people[0]

    @property
    def ada(self) -> str:
        """The user id of another clinician."""
        return self.people[1]

    @property
    def supervisor(self) -> str:
        """The user id of the team's supervisor."""
        return self.people[-2]

    @property
    def stranger(self) -> str:
        """The user id of a member of the workspace who is on no team's list."""
        return self.people[-1]

    @abstractmethod
    async def run_command(self, user_id: str, text: str) -> Screen:
        """Send a command, such as ``rupture guide``, and return the user's screen."""

    @abstractmethod
    async def press_button(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Run the action labelled *label* of *screen*."""

    @abstractmethod
    async def open_fold(
        self, user_id: str, screen: Screen, label: str, answers: Answers | None = None
    ) -> Screen:
        """Open the fold labelled *label* of a form in which *answers* were selected before."""

    @abstractmethod
    async def close_form(self, user_id: str, screen: Screen, label: str) -> Screen:
        """Press the close button of a form, labelled *label*, and return the form below it."""

    @abstractmethod
    async def submit_form(self, user_id: str, screen: Screen, answers: Answers) -> Screen:
        """Submit a form; fields that are not in *answers* have their initial values."""

    async def save_setup(self, user_id: str, form: Screen, answers: Answers) -> Screen:
        """Submit the set-up form of a team with changed *answers*, and apply what it previews."""
        preview = await self.submit_form(user_id, form, answers)
        return await self.submit_form(user_id, preview, {})

    @abstractmethod
    async def activate_control(
        self, user_id: str, table: str, name: str, *, data: str = ""
    ) -> Screen:
        """Act on a control of a message in the team's channel, by the *table* and *name* it has.

        The tables are ``buttons`` and ``forms`` (the form is submitted without answers).
        """

    @abstractmethod
    async def send_request(self, user_id: str, request: RouteRequest) -> Screen:
        """Send a request that no screen of the bot offered, and return the user's last screen."""

    @abstractmethod
    async def redeliver_last(self) -> None:
        """Deliver the last payload again, as a product does after a lost response."""

    @abstractmethod
    async def open_home(self, user_id: str) -> Screen:
        """Open the user's Home page."""

    @abstractmethod
    def received_messages(self, user_id: str) -> list[Screen]:
        """Return the messages that the user received without a request."""

    @abstractmethod
    def stored_chat_text(self) -> str:
        """Return everything that the product stores in its chats, as one text."""

    @abstractmethod
    def fail_next_message(self, failure: FailureKind) -> None:
        """Make the next delivery fail."""


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
