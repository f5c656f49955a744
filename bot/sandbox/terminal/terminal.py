"""The practice workspace by typed commands: the same people, messages and forms as text."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from threading import Thread
from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.block_kit.input_state import FIELD_TYPES
from bot.sandbox.terminal.text_view import NumberedElement, TextView
from bot.sandbox.web.server import jump_clock
from bot.sandbox.workspace.actions import ImpossibleActionError
from bot.sandbox.workspace.engine import SandboxEngine
from bot.sandbox.workspace.time_travel import ClockError
from bot.sandbox.workspace.workspace import Json

LineReader = Callable[[], Awaitable[str]]
"""Gives the next line typed; an empty text once there are no more."""

_QUIET_SECONDS, _SETTLE_TIMEOUT_SECONDS = 0.4, 8.0
"""Seconds without news after which what was done has surely shown, and the most to wait."""

JUMP_NAMES = ("checkin", "day", "week", "close")


class Terminal:
    """One visitor at a keyboard, being one person at a time, in one room."""

    def __init__(
        self, engine: SandboxEngine, words: LanguagePack, write_line: Callable[[str], None]
    ) -> None:
        """Begin as the first clinician, in their chat with the bot."""
        self._engine = engine
        self._words = words
        self._write_line = write_line
        self._persona = engine.workspace.sample_practice.personas[0]
        self._conversation_id = self._get_bot_chat_id()
        self._text_view = TextView(words, self._display_name)
        self._seen_ids: set[str] = set()
        self._seen_home_hash = ""
        self.quiet_seconds = _QUIET_SECONDS
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
            "say": self._write_message,
            "submit": self._submit_modal,
        }

    async def run(self, read_line: LineReader) -> None:
        """Do what is typed until ``quit`` or the end of the lines."""
        self._mark_seen()
        await self._show_help("")
        self._show_prompt()
        while (line := await read_line()) and line.strip() != "quit":
            await self.execute_line(line.strip())
            self._show_prompt()

    async def execute_line(self, line: str) -> None:
        """Do one line, and show what came of it."""
        verb, _, rest = line.partition(" ")
        try:
            if line.startswith("/"):
                await self._engine.persona_actions.type_command(
                    self._persona, self._conversation_id, verb, rest.strip()
                )
            elif verb in self._command_handlers:
                await self._command_handlers[verb](rest.strip())
            elif line:
                self._write_sentence("not_known")
        except (ImpossibleActionError, ClockError, IndexError, ValueError, KeyError):
            self._write_sentence("cannot")
        await self._wait_until_quiet()
        self._show_updates()

    async def _switch_persona(self, argument: str) -> None:
        found = self._engine.workspace.sample_practice.find_persona(argument)
        if found is None:
            raise ImpossibleActionError("nobody")
        self._persona = found
        self._conversation_id, self._seen_home_hash = self._get_bot_chat_id(), ""
        self._mark_seen()

    async def _switch_conversation(self, argument: str) -> None:
        wanted = argument.lower().lstrip("#")
        rooms = {room["name"].lower(): room["id"] for room in self._render_screen()["channels"]}
        person = self._engine.workspace.sample_practice.find_persona(argument)
        room = rooms.get(wanted) or (person.id if person else "")
        self._conversation_id, self._seen_home_hash = (
            self._engine.persona_actions.resolve_conversation(self._persona, room).id,
            "",
        )
        for message in self._render_screen()["messages"][self._conversation_id][-3:]:
            self._seen_ids.discard(message["ts"])

    async def _press_element(self, argument: str) -> None:
        step, options = self._find_element(argument)
        chosen = {"selected_option": options[0]} if options else {}
        told = {"block_id": step.block_id, "action_id": step.element["action_id"], **chosen}
        await self._engine.persona_actions.press_element(self._persona, step.target, told)

    async def _choose_options(self, argument: str) -> None:
        step, _ = self._find_element(argument)
        options = [option for one in argument.split() for option in self._find_element(one)[1]]
        kind = FIELD_TYPES[step.element["type"]]
        await self._send_answer(
            step, {kind.answer_key: options if kind.is_multiple else options[0]}
        )

    async def _fill_field(self, argument: str) -> None:
        number, _, text = argument.partition(" ")
        step, _ = self._find_element(number)
        kind = FIELD_TYPES[step.element["type"]]
        given = [self._resolve_id(one.strip()) for one in text.split(",") if one.strip()]
        await self._send_answer(step, {kind.answer_key: given if kind.is_multiple else given[0]})

    async def _send_answer(self, numbered_element: NumberedElement, answer: Json) -> None:
        told = {
            "block_id": numbered_element.block_id,
            "action_id": numbered_element.element["action_id"],
            **answer,
        }
        if "view" in numbered_element.target:
            await self._engine.persona_actions.change_answer(
                self._persona, numbered_element.target["view"], told, {}
            )
        else:
            await self._engine.persona_actions.press_element(
                self._persona, numbered_element.target, told
            )

    async def _submit_modal(self, _argument: str) -> None:
        await self._engine.persona_actions.submit_form(
            self._persona, self._get_top_view()["id"], {}
        )

    async def _close_modal(self, _argument: str) -> None:
        await self._engine.persona_actions.close_form(self._persona, self._get_top_view()["id"])

    async def _open_home(self, _argument: str) -> None:
        self._seen_home_hash = "nothing yet"
        await self._engine.persona_actions.open_home(self._persona)

    async def _write_message(self, argument: str) -> None:
        await self._engine.persona_actions.write_message(
            self._persona, self._conversation_id, argument
        )

    async def _jump_clock(self, argument: str) -> None:
        told = {"jump": argument} if argument in JUMP_NAMES else {"to": argument}
        await jump_clock(self._engine, told, self._persona)

    async def _list_people(self, _argument: str) -> None:
        for one in self._render_screen()["personas"]:
            self._write_line(f"{one['name']}  {one['title']} {one['team']}".rstrip())

    async def _show_help(self, _argument: str) -> None:
        self._write_line(self._words.translate("tryout.terminal.help"))

    def _show_updates(self) -> None:
        """Write what is new: notices, messages, and the window on top if there is one."""
        drawn, text = self._render_screen(), self._text_view
        fresh = [(r, m) for r in drawn["channels"] for m in drawn["messages"][r["id"]]
                 if m["ts"] not in self._seen_ids]  # fmt: skip
        view = drawn["views"][-1] if drawn["views"] else None
        if fresh or view:
            text.numbered_elements.clear()
        for notice in (one for one in drawn["notices"] if one["id"] not in self._seen_ids):
            self._write_line(f"! {notice['text']}")
        for room, message in fresh:
            self._show_message(room, message)
        self._show_home(drawn["home"])
        if view:
            text.numbered_elements.clear()
            self._write_line(f"\n+ {view['title']['text']}")
            self._write_lines(text.render_blocks(view["blocks"], {"view": view["id"]}, view), "| ")
            self._write_sentence("window" if view.get("submit") else "window_to_read")
        self._mark_seen()

    def _show_home(self, home: Json | None) -> None:
        """Write the Home whenever it changes, for as long as the person is looking at it."""
        if home and self._seen_home_hash not in {"", home["hash"]}:
            self._seen_home_hash = home["hash"]
            self._text_view.numbered_elements.clear()
            self._write_lines(self._text_view.render_blocks(home["blocks"], {"home": True}, home))

    def _show_message(self, conversation: Json, message: Json) -> None:
        only = self._words.translate("tryout.terminal.only_you") if message["ephemeral"] else ""
        head = (
            conversation["name"],
            message["author"],
            message["time"][:16].replace("T", " "),
            only,
        )
        self._write_line("\n" + "  ".join(part for part in head if part))
        where = {"channel": conversation["id"], "ts": message["ts"]}
        body = (
            self._text_view.render_blocks(message["blocks"], where, {}) if message["blocks"] else ()
        )
        self._write_lines(body or [message["text"]])

    def _write_lines(self, lines: Any, margin: str = "") -> None:  # noqa: ANN401 - any lines
        for line in lines:
            self._write_line(f"{margin}{line}")

    def _mark_seen(self) -> None:
        drawn = self._render_screen()
        posts = (message["ts"] for listed in drawn["messages"].values() for message in listed)
        self._seen_ids = {*posts, *(one["id"] for one in drawn["notices"])}

    def _show_prompt(self) -> None:
        now = self._render_screen()["now"][:16].replace("T", " ")
        self._write_line(
            f"\n{now}  {self._persona.name}  {self._display_name(self._conversation_id)} >"
        )

    def _write_sentence(self, key: str) -> None:
        self._write_line(self._words.translate(f"tryout.terminal.{key}"))

    def _render_screen(self) -> Json:
        return self._engine.screen_view.render_screen(self._persona)

    def _get_top_view(self) -> Json:
        top: Json = self._render_screen()["views"][-1]
        return top

    def _get_bot_chat_id(self) -> str:
        return self._engine.workspace.get_bot_chat(self._persona.id).id

    def _find_element(self, reference: str) -> tuple[NumberedElement, list[Json]]:
        """Return the step of a number such as 3 or 3.2, and the option it names."""
        number, _, place = reference.split(maxsplit=1)[0].partition(".")
        step = self._text_view.numbered_elements[int(number) - 1]
        return step, [step.options[int(place) - 1]] if place else []

    def _resolve_id(self, name: str) -> str:
        """Return the id of whom or what was named; what is no name stays as it is."""
        person = self._engine.workspace.sample_practice.find_persona(name)
        rooms = {room.name: room.id for room in self._engine.workspace.conversations.values()}
        return person.id if person else rooms.get(name.lstrip("#"), name)

    def _display_name(self, entity_id: str) -> str:
        rooms = {room["id"]: room["name"] for room in self._render_screen()["channels"]}
        person = self._engine.workspace.find_person(entity_id)
        return person.name if person else rooms.get(entity_id, entity_id)

    async def _wait_until_quiet(self) -> None:
        """Wait until the bot has surely shown what it shows."""
        workspace, news = self._engine.workspace, True
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_TIMEOUT_SECONDS):
                while news:
                    known = workspace.version
                    news = await workspace.wait_for_change(known, self.quiet_seconds) > known


def start_line_reader() -> LineReader:
    """Return a reader of what the visitor types.

    It reads past Python's own buffer, in a thread that nobody waits for: a visitor who
    types nothing must not keep the workspace from stopping.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    source = sys.stdin.fileno()

    def read_stdin() -> None:
        rest = b""
        with suppress(RuntimeError, OSError):  # nobody listens any more
            while read := os.read(source, 4096):
                *whole, rest = (rest + read).split(b"\n")
                for line in whole:
                    enqueue_line(f"{line.decode(errors='replace')}\n")
            enqueue_line("")

    def enqueue_line(line: str) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    Thread(target=read_stdin, daemon=True).start()
    return lines.get
