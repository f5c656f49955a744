"""Driver of one persona for tests and seed data: one method per user action."""

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
"""An option's value, an id or a string; a list of them for a field with several values."""


class PersonaDriver:
    """Performs actions as one persona. Fields are identified by block id, buttons by action id."""

    def __init__(self, engine: SandboxEngine, person_id: str) -> None:
        """Perform every action as the persona with this id."""
        self.engine = engine
        self.person = engine.workspace.sample_practice.get_persona(person_id)

    @property
    def chat_id(self) -> str:
        """The id of the person's direct chat with the bot."""
        return self.engine.workspace.get_bot_chat(self.person.id).id

    @property
    def top_view(self) -> OpenView | None:
        """The top modal of the stack; ``None`` when none is open."""
        stack = self.engine.modal_stack.get_stack(self.person.id)
        return stack[-1] if stack else None

    @property
    def rendered_modal(self) -> Json:
        """The top modal as a JSON dict; raises ImpossibleActionError when none is open."""
        return modals.render_view(self._require_top_view())

    @property
    def rendered_home(self) -> Json:
        """The Home view as a JSON dict; raises ImpossibleActionError before it is published."""
        home_view = self.engine.workspace.homes.get(self.person.id)
        if home_view is None:
            raise ImpossibleActionError("no_home")
        return modals.render_view(home_view)

    def visible_messages(self, channel_id: str = "") -> list[Message]:
        """Return the messages visible to the person, by default in their chat with the bot."""
        conversation = self.engine.workspace.conversations.get(channel_id or self.chat_id)
        visible_to = {"", self.person.id}
        return (
            [message for message in conversation.posts if message.only in visible_to]
            if conversation
            else []
        )

    def notice_texts(self) -> list[str]:
        """Return the texts of the person's notices, which come from Slack and not from the bot."""
        return [notice.text for notice in self.engine.workspace.notices.get(self.person.id, [])]

    async def type_command(self, line: str, channel_id: str = "") -> None:
        """Send a command line such as ``/tip next``, by default in the chat with the bot."""
        command, _, text = line.partition(" ")
        await self.engine.persona_actions.type_command(
            self.person, channel_id or self.chat_id, command, text
        )

    async def choose_shortcut(self, callback_id: str) -> None:
        """Send the payload of a global shortcut."""
        await self.engine.persona_actions.choose_shortcut(self.person, callback_id)

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        await self.engine.persona_actions.open_home(self.person)

    async def press_element(
        self, action_id: str, message: Message | None = None, option: str = ""
    ) -> None:
        """Press an element of *message*, by default of the top modal or else of the Home.

        *option* is the value to select where the element is an overflow menu.
        """
        target, blocks = self._locate_blocks(message)
        block = _find_block(blocks, action_id)
        interaction: Json = {"block_id": block["block_id"], "action_id": action_id}
        if option:
            interaction["selected_option"] = {"value": option}
        await self.engine.persona_actions.press_element(self.person, target, interaction)

    async def choose_answer(self, block_id: str, answer: Answer) -> None:
        """Answer one field of the top modal; a field with ``dispatch_action`` sends a payload."""
        open_view = self._require_top_view()
        ((action_id, answer_fields),) = _build_state(open_view, {block_id: answer})[
            block_id
        ].items()
        interaction = {"block_id": block_id, "action_id": action_id, **answer_fields}
        await self.engine.persona_actions.change_answer(self.person, open_view.id, interaction, {})

    async def submit_modal(self, answers: Mapping[str, Answer] | None = None) -> dict[str, str]:
        """Submit the top modal with *answers* by block id; return its errors by block id."""
        open_view = self._require_top_view()
        await self.engine.persona_actions.submit_form(
            self.person, open_view.id, _build_state(open_view, answers or {})
        )
        return open_view.errors

    async def close_modal(self) -> None:
        """Close the top modal without submitting it."""
        await self.engine.persona_actions.close_form(self.person, self._require_top_view().id)

    async def wait_for_text(self, text: str, timeout_seconds: float = 5.0) -> None:
        """Wait until the person's screen contains *text*; raises TimeoutError."""
        workspace = self.engine.workspace
        async with asyncio.timeout(timeout_seconds):
            while text not in str(self.engine.screen_view.render_screen(self.person)):
                await workspace.wait_for_change(workspace.version, timeout_seconds)

    async def wait_for_modal(self, callback_id: str, timeout_seconds: float = 5.0) -> None:
        """Wait until the top modal has this callback id; raises TimeoutError."""
        workspace = self.engine.workspace
        async with asyncio.timeout(timeout_seconds):
            while not self.top_view or self.top_view.body["callback_id"] != callback_id:
                await workspace.wait_for_change(workspace.version, timeout_seconds)

    def _require_top_view(self) -> OpenView:
        if self.top_view is None:
            raise ImpossibleActionError("no_view")
        return self.top_view

    def _locate_blocks(self, message: Message | None) -> tuple[Json, list[Json]]:
        """Return the target dict and the list of blocks of the message, top modal or Home."""
        if message:
            conversations = self.engine.workspace.conversations.values()
            conversation = next(
                conversation for conversation in conversations if message in conversation.posts
            )
            return {"channel": conversation.id, "ts": message.ts}, message.blocks
        if self.top_view:
            return {"view": self.top_view.id}, self.top_view.body["blocks"]
        return {"home": True}, self.rendered_home["blocks"]


def _find_block(blocks: list[Json], action_id: str) -> Json:
    matching_blocks = [
        block
        for block, element in input_state.iter_elements(blocks)
        if element["action_id"] == action_id
    ]
    if not matching_blocks:
        raise ImpossibleActionError("no_such_element")
    return matching_blocks[0]


def _build_state(open_view: OpenView, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return the view state of plain answers, encoded by the type of each field."""
    state: dict[str, Any] = {}
    for block, element in input_state.iter_elements(open_view.body["blocks"]):
        if block["block_id"] in answers and element["type"] in FIELD_TYPES:
            answer_fields = _encode_answer(element, answers[block["block_id"]])
            state[block["block_id"]] = {element["action_id"]: answer_fields}
    if missing := set(answers) - set(state):
        raise ImpossibleActionError(f"no_such_field: {sorted(missing)}")
    return state


def _encode_answer(element: Json, answer: Answer) -> Json:
    """Return an answer as a dict in Slack's format, under the key of the element's type."""
    kind = FIELD_TYPES[element["type"]]
    value: Any = [answer] if kind.is_multiple and isinstance(answer, str) else answer
    if kind.answer_key == "selected_option":
        value = {"value": answer} if answer else None
    elif kind.answer_key == "selected_options":
        value = [{"value": code} for code in value]
    return {"type": element["type"], kind.answer_key: value}
