"""A persona's hands: everything they could do with a mouse, as short calls."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.actions import ImpossibleActionError
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.workspace import Json, Message, OpenView

Answer = str | Sequence[str]
"""A code, an id or a text; several where the question takes several."""


class PersonaDriver:
    """Acts as one person. Fields are named by block id, steps by action id."""

    def __init__(self, engine: SandboxEngine, person_id: str) -> None:
        """Act as the persona with this id."""
        self.engine = engine
        self.person = engine.workspace.sample_practice.get_persona(person_id)

    @property
    def chat_id(self) -> str:
        """The id of the person's own chat with the bot."""
        return self.engine.workspace.get_bot_chat(self.person.id).id

    @property
    def top_view(self) -> OpenView | None:
        """The modal on top; ``None`` when none is open."""
        stack = self.engine.modal_stack.get_stack(self.person.id)
        return stack[-1] if stack else None

    @property
    def rendered_modal(self) -> Json:
        """The modal on top as the page has it; CannotError when none is open."""
        return modals.render_view(self._require_top_view())

    @property
    def rendered_home(self) -> Json:
        """The person's Home as the page has it; CannotError before it was put up."""
        shown = self.engine.workspace.homes.get(self.person.id)
        if shown is None:
            raise ImpossibleActionError("no_home")
        return modals.render_view(shown)

    def visible_messages(self, channel_id: str = "") -> list[Message]:
        """Return the messages that the person sees in a room, by default their own chat."""
        room = self.engine.workspace.conversations.get(channel_id or self.chat_id)
        seen = {"", self.person.id}
        return [post for post in room.posts if post.only in seen] if room else []

    def notice_texts(self) -> list[str]:
        """Return what Slack itself has told the person."""
        return [one.text for one in self.engine.workspace.notices.get(self.person.id, [])]

    async def type_command(self, line: str, channel_id: str = "") -> None:
        """Type a line such as ``/tip next``, by default in the person's own chat."""
        command, _, text = line.partition(" ")
        await self.engine.persona_actions.type_command(
            self.person, channel_id or self.chat_id, command, text
        )

    async def choose_shortcut(self, callback_id: str) -> None:
        """Choose a global shortcut."""
        await self.engine.persona_actions.choose_shortcut(self.person, callback_id)

    async def open_home(self) -> None:
        """Open the app's Home."""
        await self.engine.persona_actions.open_home(self.person)

    async def press_element(
        self, action_id: str, message: Message | None = None, option: str = ""
    ) -> None:
        """Press a step of a message, else of the modal on top, else of the Home.

        *option* is the code chosen where the step is a menu.
        """
        where, blocks = self._locate_blocks(message)
        block = _find_block(blocks, action_id)
        step: Json = {"block_id": block["block_id"], "action_id": action_id}
        if option:
            step["selected_option"] = {"value": option}
        await self.engine.persona_actions.press_element(self.person, where, step)

    async def choose_answer(self, block_id: str, answer: Answer) -> None:
        """Answer one question of the modal on top; a form that reshapes itself hears at once."""
        window = self._require_top_view()
        ((action_id, said),) = _build_state(window, {block_id: answer})[block_id].items()
        step = {"block_id": block_id, "action_id": action_id, **said}
        await self.engine.persona_actions.change_answer(self.person, window.id, step, {})

    async def submit_modal(self, answers: Mapping[str, Answer] | None = None) -> dict[str, str]:
        """Send the modal on top off with these answers; gives the errors under its fields."""
        window = self._require_top_view()
        await self.engine.persona_actions.submit_form(
            self.person, window.id, _build_state(window, answers or {})
        )
        return window.errors

    async def close_modal(self) -> None:
        """Put the modal on top away."""
        await self.engine.persona_actions.close_form(self.person, self._require_top_view().id)

    async def wait_for_text(self, text: str, timeout_seconds: float = 5.0) -> None:
        """Wait until what the person sees holds *seen*; TimeoutError when it never does."""
        workspace = self.engine.workspace
        async with asyncio.timeout(timeout_seconds):
            while text not in str(self.engine.screen_view.render_screen(self.person)):
                await workspace.wait_for_change(workspace.version, timeout_seconds)

    async def wait_for_modal(self, callback_id: str, timeout_seconds: float = 5.0) -> None:
        """Wait until the modal on top is the one of that name; TimeoutError when it never is."""
        workspace = self.engine.workspace
        async with asyncio.timeout(timeout_seconds):
            while not self.top_view or self.top_view.body["callback_id"] != callback_id:
                await workspace.wait_for_change(workspace.version, timeout_seconds)

    def _require_top_view(self) -> OpenView:
        if self.top_view is None:
            raise ImpossibleActionError("no_view")
        return self.top_view

    def _locate_blocks(self, message: Message | None) -> tuple[Json, list[Json]]:
        if message:
            rooms = self.engine.workspace.conversations.values()
            room = next(room for room in rooms if message in room.posts)
            return {"channel": room.id, "ts": message.ts}, message.blocks
        if self.top_view:
            return {"view": self.top_view.id}, self.top_view.body["blocks"]
        return {"home": True}, self.rendered_home["blocks"]


def _find_block(blocks: list[Json], action_id: str) -> Json:
    found = [
        b for b, element in input_state.iter_elements(blocks) if element["action_id"] == action_id
    ]
    if not found:
        raise ImpossibleActionError("no_such_element")
    return found[0]


def _build_state(open_view: OpenView, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Write plain answers as Slack's clients do, by the kind of each field."""
    state: dict[str, Any] = {}
    for block, element in input_state.iter_elements(open_view.body["blocks"]):
        if block["block_id"] in answers and element["type"] in FIELD_TYPES:
            said = _encode_answer(element, answers[block["block_id"]])
            state[block["block_id"]] = {element["action_id"]: said}
    if missing := set(answers) - set(state):
        raise ImpossibleActionError(f"no_such_field: {sorted(missing)}")
    return state


def _encode_answer(element: Json, answer: Answer) -> Json:
    kind = FIELD_TYPES[element["type"]]
    given: Any = [answer] if kind.is_multiple and isinstance(answer, str) else answer
    if kind.answer_key == "selected_option":
        given = {"value": answer} if answer else None
    elif kind.answer_key == "selected_options":
        given = [{"value": one} for one in given]
    return {"type": element["type"], kind.answer_key: given}
