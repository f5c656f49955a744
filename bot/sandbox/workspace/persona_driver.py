"""A persona's hands: everything they could do with a mouse, as short calls."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.block_kit.input_state import FIELDS
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.actions import CannotError
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.workspace import Json, Post, Window

Answer = str | Sequence[str]
"""A code, an id or a text; several where the question takes several."""


class Hands:
    """Acts as one person. Fields are named by block id, steps by action id."""

    def __init__(self, engine: Engine, person: str) -> None:
        """Act as the persona with this id."""
        self.engine = engine
        self.person = engine.workspace.cast.persona(person)

    @property
    def chat(self) -> str:
        """The id of the person's own chat with the bot."""
        return self.engine.workspace.chat(self.person.id).id

    @property
    def window(self) -> Window | None:
        """The modal on top; ``None`` when none is open."""
        stack = self.engine.windows.stack(self.person.id)
        return stack[-1] if stack else None

    @property
    def view(self) -> Json:
        """The modal on top as the page has it; CannotError when none is open."""
        return modals.told(self._top())

    @property
    def page(self) -> Json:
        """The person's Home as the page has it; CannotError before it was put up."""
        shown = self.engine.workspace.homes.get(self.person.id)
        if shown is None:
            raise CannotError("no_home")
        return modals.told(shown)

    def posts(self, channel: str = "") -> list[Post]:
        """Return the messages that the person sees in a room, by default their own chat."""
        room = self.engine.workspace.rooms.get(channel or self.chat)
        seen = {"", self.person.id}
        return [post for post in room.posts if post.only in seen] if room else []

    def notices(self) -> list[str]:
        """Return what Slack itself has told the person."""
        return [one.text for one in self.engine.workspace.notices.get(self.person.id, [])]

    async def command(self, line: str, channel: str = "") -> None:
        """Type a line such as ``/tip next``, by default in the person's own chat."""
        command, _, text = line.partition(" ")
        await self.engine.acts.command(self.person, channel or self.chat, command, text)

    async def shortcut(self, callback_id: str) -> None:
        """Choose a global shortcut."""
        await self.engine.acts.shortcut(self.person, callback_id)

    async def open_home(self) -> None:
        """Open the app's Home."""
        await self.engine.acts.home(self.person)

    async def press(self, action_id: str, post: Post | None = None, option: str = "") -> None:
        """Press a step of a message, else of the modal on top, else of the Home.

        *option* is the code chosen where the step is a menu.
        """
        where, blocks = self._where(post)
        block = _block_of(blocks, action_id)
        step: Json = {"block_id": block["block_id"], "action_id": action_id}
        if option:
            step["selected_option"] = {"value": option}
        await self.engine.acts.press(self.person, where, step)

    async def choose(self, block_id: str, answer: Answer) -> None:
        """Answer one question of the modal on top; a form that reshapes itself hears at once."""
        window = self._top()
        ((action_id, said),) = _state(window, {block_id: answer})[block_id].items()
        step = {"block_id": block_id, "action_id": action_id, **said}
        await self.engine.acts.change(self.person, window.id, step, {})

    async def submit(self, answers: Mapping[str, Answer] | None = None) -> dict[str, str]:
        """Send the modal on top off with these answers; gives the errors under its fields."""
        window = self._top()
        await self.engine.acts.submit(self.person, window.id, _state(window, answers or {}))
        return window.errors

    async def close(self) -> None:
        """Put the modal on top away."""
        await self.engine.acts.close(self.person, self._top().id)

    async def until(self, seen: str, seconds: float = 5.0) -> None:
        """Wait until what the person sees holds *seen*; TimeoutError when it never does."""
        workspace = self.engine.workspace
        async with asyncio.timeout(seconds):
            while seen not in str(self.engine.screen.drawn(self.person)):
                await workspace.newer(workspace.version, seconds)

    async def until_open(self, callback_id: str, seconds: float = 5.0) -> None:
        """Wait until the modal on top is the one of that name; TimeoutError when it never is."""
        workspace = self.engine.workspace
        async with asyncio.timeout(seconds):
            while not self.window or self.window.body["callback_id"] != callback_id:
                await workspace.newer(workspace.version, seconds)

    def _top(self) -> Window:
        if self.window is None:
            raise CannotError("no_view")
        return self.window

    def _where(self, post: Post | None) -> tuple[Json, list[Json]]:
        if post:
            rooms = self.engine.workspace.rooms.values()
            room = next(room for room in rooms if post in room.posts)
            return {"channel": room.id, "ts": post.ts}, post.blocks
        if self.window:
            return {"view": self.window.id}, self.window.body["blocks"]
        return {"home": True}, self.page["blocks"]


def _block_of(blocks: list[Json], action_id: str) -> Json:
    found = [b for b, element in input_state.elements(blocks) if element["action_id"] == action_id]
    if not found:
        raise CannotError("no_such_element")
    return found[0]


def _state(window: Window, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Write plain answers as Slack's clients do, by the kind of each field."""
    state: dict[str, Any] = {}
    for block, element in input_state.elements(window.body["blocks"]):
        if block["block_id"] in answers and element["type"] in FIELDS:
            said = _said(element, answers[block["block_id"]])
            state[block["block_id"]] = {element["action_id"]: said}
    if missing := set(answers) - set(state):
        raise CannotError(f"no_such_field: {sorted(missing)}")
    return state


def _said(element: Json, answer: Answer) -> Json:
    kind = FIELDS[element["type"]]
    given: Any = [answer] if kind.many and isinstance(answer, str) else answer
    if kind.key == "selected_option":
        given = {"value": answer} if answer else None
    elif kind.key == "selected_options":
        given = [{"value": one} for one in given]
    return {"type": element["type"], kind.key: given}
