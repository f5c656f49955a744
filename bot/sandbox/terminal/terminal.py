"""Command-line client of the sandbox workspace: a dispatcher of typed commands."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.terminal.line_reader import LineReader
from bot.sandbox.terminal.text_view import NumberedElement, TextView
from bot.sandbox.web.server import jump_clock
from bot.sandbox.workspace.actions import ImpossibleActionError
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.time_travel import ClockError
from bot.sandbox.workspace.workspace import Json

_IDLE_SECONDS, _SETTLE_TIMEOUT_SECONDS = 0.4, 8.0
"""Seconds without a change after which a command is complete, and its timeout in seconds."""

JUMP_NAMES = ("checkin", "day", "week", "close")
"""Arguments of ``jump`` that name a target; any other string is an ISO 8601 instant."""


class Terminal:
    """A session of one visitor, with a current persona and a current conversation."""

    def __init__(
        self, engine: SandboxEngine, words: LanguagePack, write_line: Callable[[str], None]
    ) -> None:
        """Start as the first clinician, in the chat with the bot; *write_line* prints a line."""
        self._engine = engine
        self._actions = engine.persona_actions
        self._words = words
        self._write_line = write_line
        self._persona = engine.workspace.sample_practice.personas[0]
        self._conversation_id = self._get_bot_chat_id()
        self._text_view = TextView(words, self._display_name)
        self._seen_ids: set[str] = set()
        self._seen_home_hash = ""
        self.idle_seconds = _IDLE_SECONDS
        self._command_handlers: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "as": self._switch_persona,
            "choose": self._choose_options,
            "close": self._close_modal,
            "fill": self._fill_field,
            "go": self._switch_conversation,
            "help": self._show_help,
            "home": self._open_home,
            "jump": self._jump_clock,
            "people": self._list_people,
            "press": self._press_element,
            "say": self._post_message,
            "submit": self._submit_modal,
        }

    async def run(self, read_line: LineReader) -> None:
        """Execute lines until ``quit`` or the end of the input."""
        self._mark_seen()
        await self._show_help("")
        self._show_prompt()
        while (line := await read_line()) and line.strip() != "quit":
            await self.execute_line(line.strip())
            self._show_prompt()

    async def execute_line(self, line: str) -> None:
        """Dispatch one line to its command handler, then print every update.

        A line that starts with a slash is sent to the bot as a slash command. A handler's
        exception is printed as a sentence and does not end the session.
        """
        verb, _, rest = line.partition(" ")
        try:
            if line.startswith("/"):
                await self._actions.type_command(
                    self._persona, self._conversation_id, verb, rest.strip()
                )
            elif verb in self._command_handlers:
                await self._command_handlers[verb](rest.strip())
            elif line:
                self._write_sentence("not_known")
        except (ImpossibleActionError, ClockError, IndexError, ValueError, KeyError):
            self._write_sentence("cannot")
        await self._wait_until_idle()
        self._show_updates()

    async def _switch_persona(self, argument: str) -> None:
        persona = self._engine.workspace.sample_practice.find_persona(argument)
        if persona is None:
            raise ImpossibleActionError("no_such_person")
        self._persona = persona
        self._conversation_id, self._seen_home_hash = self._get_bot_chat_id(), ""
        self._mark_seen()

    async def _switch_conversation(self, argument: str) -> None:
        channel_name = argument.lower().lstrip("#")
        conversation_ids = {
            conversation["name"].lower(): conversation["id"]
            for conversation in self._render_screen()["channels"]
        }
        person = self._engine.workspace.sample_practice.find_persona(argument)
        conversation_id = conversation_ids.get(channel_name) or (person.id if person else "")
        self._conversation_id, self._seen_home_hash = (
            self._actions.resolve_conversation(self._persona, conversation_id).id,
            "",
        )
        for message in self._render_screen()["messages"][self._conversation_id][-3:]:
            self._seen_ids.discard(message["ts"])

    async def _press_element(self, argument: str) -> None:
        """Press the element of a reference; with an option, select it as the menu's value."""
        numbered_element, options = self._find_element(argument)
        selection = {"selected_option": options[0]} if options else {}
        interaction = {
            "block_id": numbered_element.block_id,
            "action_id": numbered_element.element["action_id"],
            **selection,
        }
        await self._actions.press_element(self._persona, numbered_element.target, interaction)

    async def _choose_options(self, argument: str) -> None:
        """Answer a field with the options of a list of references, such as ``4.1 4.3``."""
        numbered_element, _ = self._find_element(argument)
        options = [
            option for reference in argument.split() for option in self._find_element(reference)[1]
        ]
        kind = FIELD_TYPES[numbered_element.element["type"]]
        await self._send_answer(
            numbered_element, {kind.answer_key: options if kind.is_multiple else options[0]}
        )

    async def _fill_field(self, argument: str) -> None:
        """Answer a field with a string, or with a comma-separated list of names."""
        number, _, text = argument.partition(" ")
        numbered_element, _ = self._find_element(number)
        kind = FIELD_TYPES[numbered_element.element["type"]]
        values = [self._resolve_id(value.strip()) for value in text.split(",") if value.strip()]
        await self._send_answer(
            numbered_element, {kind.answer_key: values if kind.is_multiple else values[0]}
        )

    async def _send_answer(self, numbered_element: NumberedElement, answer: Json) -> None:
        """Change a field of a modal, or send the payload of a field outside of a modal."""
        interaction = {
            "block_id": numbered_element.block_id,
            "action_id": numbered_element.element["action_id"],
            **answer,
        }
        if "view" in numbered_element.target:
            await self._actions.change_answer(
                self._persona, numbered_element.target["view"], interaction, {}
            )
        else:
            await self._actions.press_element(self._persona, numbered_element.target, interaction)

    async def _submit_modal(self, _argument: str) -> None:
        await self._actions.submit_form(self._persona, self._get_top_view()["id"], {})

    async def _close_modal(self, _argument: str) -> None:
        await self._actions.close_form(self._persona, self._get_top_view()["id"])

    async def _open_home(self, _argument: str) -> None:
        self._seen_home_hash = "nothing yet"
        await self._actions.open_home(self._persona)

    async def _post_message(self, argument: str) -> None:
        await self._actions.write_message(self._persona, self._conversation_id, argument)

    async def _jump_clock(self, argument: str) -> None:
        arguments = {"jump": argument} if argument in JUMP_NAMES else {"to": argument}
        await jump_clock(self._engine, arguments, self._persona)

    async def _list_people(self, _argument: str) -> None:
        for persona in self._render_screen()["personas"]:
            self._write_line(f"{persona['name']}  {persona['title']} {persona['team']}".rstrip())

    async def _show_help(self, _argument: str) -> None:
        self._write_line(self._words.translate("sandbox.terminal.help"))

    def _show_updates(self) -> None:
        """Print new notices and messages, the changed Home and the top modal, if one is open."""
        screen, text_view = self._render_screen(), self._text_view
        new_messages = [
            (conversation, message)
            for conversation in screen["channels"]
            for message in screen["messages"][conversation["id"]]
            if message["ts"] not in self._seen_ids
        ]
        view = screen["views"][-1] if screen["views"] else None
        if new_messages or view:
            text_view.numbered_elements.clear()
        for notice in screen["notices"]:
            if notice["id"] not in self._seen_ids:
                self._write_line(f"! {notice['text']}")
        for conversation, message in new_messages:
            self._show_message(conversation, message)
        self._show_home(screen["home"])
        if view:
            text_view.numbered_elements.clear()
            self._write_line(f"\n+ {view['title']['text']}")
            self._write_lines(
                text_view.render_blocks(view["blocks"], {"view": view["id"]}, view), "| "
            )
            self._write_sentence("window" if view.get("submit") else "window_to_read")
        self._mark_seen()

    def _show_home(self, home: Json | None) -> None:
        """Print the Home view when its hash changed, while the Home tab is open."""
        if home and self._seen_home_hash not in {"", home["hash"]}:
            self._seen_home_hash = home["hash"]
            self._text_view.numbered_elements.clear()
            self._write_lines(self._text_view.render_blocks(home["blocks"], {"home": True}, home))

    def _show_message(self, conversation: Json, message: Json) -> None:
        only_you_label = (
            self._words.translate("sandbox.terminal.only_you") if message["ephemeral"] else ""
        )
        header_parts = (
            conversation["name"],
            message["author"],
            message["time"][:16].replace("T", " "),
            only_you_label,
        )
        self._write_line("\n" + "  ".join(part for part in header_parts if part))
        target = {"channel": conversation["id"], "ts": message["ts"]}
        lines = (
            self._text_view.render_blocks(message["blocks"], target, {})
            if message["blocks"]
            else ()
        )
        self._write_lines(lines or [message["text"]])

    def _write_lines(self, lines: Any, margin: str = "") -> None:  # noqa: ANN401 - any lines
        for line in lines:
            self._write_line(f"{margin}{line}")

    def _mark_seen(self) -> None:
        """Store the keys of all visible messages and notices, which are not printed again."""
        screen = self._render_screen()
        timestamps = (
            message["ts"] for messages in screen["messages"].values() for message in messages
        )
        self._seen_ids = {*timestamps, *(notice["id"] for notice in screen["notices"])}

    def _show_prompt(self) -> None:
        now = self._render_screen()["now"][:16].replace("T", " ")
        self._write_line(
            f"\n{now}  {self._persona.name}  {self._display_name(self._conversation_id)} >"
        )

    def _write_sentence(self, key: str) -> None:
        self._write_line(self._words.translate(f"sandbox.terminal.{key}"))

    def _render_screen(self) -> Json:
        return self._engine.screen_view.render_screen(self._persona)

    def _get_top_view(self) -> Json:
        top: Json = self._render_screen()["views"][-1]
        return top

    def _get_bot_chat_id(self) -> str:
        return self._engine.workspace.get_bot_chat(self._persona.id).id

    def _find_element(self, reference: str) -> tuple[NumberedElement, list[Json]]:
        """Return the element of a reference such as 3 or 3.2, and a list of its option, if any."""
        number, _, option_number = reference.split(maxsplit=1)[0].partition(".")
        numbered_element = self._text_view.numbered_elements[int(number) - 1]
        if not option_number:
            return numbered_element, []
        return numbered_element, [numbered_element.options[int(option_number) - 1]]

    def _resolve_id(self, name: str) -> str:
        """Return the id of the person or channel with this name, by default *name* itself."""
        person = self._engine.workspace.sample_practice.find_persona(name)
        channel_ids = {
            conversation.name: conversation.id
            for conversation in self._engine.workspace.conversations.values()
        }
        return person.id if person else channel_ids.get(name.lstrip("#"), name)

    def _display_name(self, entity_id: str) -> str:
        names = {
            conversation["id"]: conversation["name"]
            for conversation in self._render_screen()["channels"]
        }
        person = self._engine.workspace.find_person(entity_id)
        return person.name if person else names.get(entity_id, entity_id)

    async def _wait_until_idle(self) -> None:
        """Wait until no change occurs for ``idle_seconds``, or until the timeout."""
        workspace, has_changed = self._engine.workspace, True
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_TIMEOUT_SECONDS):
                while has_changed:
                    version = workspace.version
                    has_changed = (
                        await workspace.wait_for_change(version, self.idle_seconds) > version
                    )
