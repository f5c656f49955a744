"""The practice workspace by typed commands: the same people, messages and forms as text."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from threading import Thread
from typing import Any

from bot.content.catalogue import Words
from bot.sandbox.block_kit.input_state import FIELDS
from bot.sandbox.terminal.text_view import Step, Textual
from bot.sandbox.web.server import jump
from bot.sandbox.workspace.actions import CannotError
from bot.sandbox.workspace.engine import Engine
from bot.sandbox.workspace.time_travel import ClockError
from bot.sandbox.workspace.workspace import Json

Read = Callable[[], Awaitable[str]]
"""Gives the next line typed; an empty text once there are no more."""

_QUIET, _PATIENCE = 0.4, 8.0
"""Seconds without news after which what was done has surely shown, and the most to wait."""

JUMPS = ("checkin", "day", "week", "close")


class Terminal:
    """One visitor at a keyboard, being one person at a time, in one room."""

    def __init__(self, engine: Engine, words: Words, write: Callable[[str], None]) -> None:
        """Begin as the first clinician, in their chat with the bot."""
        self._engine = engine
        self._words = words
        self._write = write
        self._person = engine.workspace.cast.personas[0]
        self._place = self._chat()
        self._text = Textual(words, self._name)
        self._seen: set[str] = set()
        self._home_seen = ""
        self.quiet = _QUIET
        self._verbs: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "as": self._as,
            "choose": self._choose,
            "close": self._close,
            "fill": self._fill,
            "go": self._go,
            "help": self._help,
            "home": self._home,
            "jump": self._jump,
            "people": self._people,
            "press": self._press,
            "say": self._say,
            "submit": self._submit,
        }

    async def run(self, read: Read) -> None:
        """Do what is typed until ``quit`` or the end of the lines."""
        self._remember()
        await self._help("")
        self._prompt()
        while (line := await read()) and line.strip() != "quit":
            await self.type(line.strip())
            self._prompt()

    async def type(self, line: str) -> None:
        """Do one line, and show what came of it."""
        verb, _, rest = line.partition(" ")
        try:
            if line.startswith("/"):
                await self._engine.acts.command(self._person, self._place, verb, rest.strip())
            elif verb in self._verbs:
                await self._verbs[verb](rest.strip())
            elif line:
                self._tell("not_known")
        except (CannotError, ClockError, IndexError, ValueError, KeyError):
            self._tell("cannot")
        await self._settle()
        self._show()

    async def _as(self, said: str) -> None:
        found = self._engine.workspace.cast.named(said)
        if found is None:
            raise CannotError("nobody")
        self._person = found
        self._place, self._home_seen = self._chat(), ""
        self._remember()

    async def _go(self, said: str) -> None:
        wanted = said.lower().lstrip("#")
        rooms = {room["name"].lower(): room["id"] for room in self._drawn()["channels"]}
        person = self._engine.workspace.cast.named(said)
        room = rooms.get(wanted) or (person.id if person else "")
        self._place, self._home_seen = self._engine.acts.room(self._person, room).id, ""
        for message in self._drawn()["messages"][self._place][-3:]:
            self._seen.discard(message["ts"])

    async def _press(self, said: str) -> None:
        step, options = self._step(said)
        chosen = {"selected_option": options[0]} if options else {}
        told = {"block_id": step.block_id, "action_id": step.element["action_id"], **chosen}
        await self._engine.acts.press(self._person, step.where, told)

    async def _choose(self, said: str) -> None:
        step, _ = self._step(said)
        options = [option for one in said.split() for option in self._step(one)[1]]
        kind = FIELDS[step.element["type"]]
        await self._answer(step, {kind.key: options if kind.many else options[0]})

    async def _fill(self, said: str) -> None:
        number, _, text = said.partition(" ")
        step, _ = self._step(number)
        kind = FIELDS[step.element["type"]]
        given = [self._id(one.strip()) for one in text.split(",") if one.strip()]
        await self._answer(step, {kind.key: given if kind.many else given[0]})

    async def _answer(self, step: Step, said: Json) -> None:
        told = {"block_id": step.block_id, "action_id": step.element["action_id"], **said}
        if "view" in step.where:
            await self._engine.acts.change(self._person, step.where["view"], told, {})
        else:
            await self._engine.acts.press(self._person, step.where, told)

    async def _submit(self, _said: str) -> None:
        await self._engine.acts.submit(self._person, self._top()["id"], {})

    async def _close(self, _said: str) -> None:
        await self._engine.acts.close(self._person, self._top()["id"])

    async def _home(self, _said: str) -> None:
        self._home_seen = "nothing yet"
        await self._engine.acts.home(self._person)

    async def _say(self, said: str) -> None:
        await self._engine.acts.say(self._person, self._place, said)

    async def _jump(self, said: str) -> None:
        told = {"jump": said} if said in JUMPS else {"to": said}
        await jump(self._engine, told, self._person)

    async def _people(self, _said: str) -> None:
        for one in self._drawn()["personas"]:
            self._write(f"{one['name']}  {one['title']} {one['team']}".rstrip())

    async def _help(self, _said: str) -> None:
        self._write(self._words.say("tryout.terminal.help"))

    def _show(self) -> None:
        """Write what is new: notices, messages, and the window on top if there is one."""
        drawn, text = self._drawn(), self._text
        fresh = [(r, m) for r in drawn["channels"] for m in drawn["messages"][r["id"]]
                 if m["ts"] not in self._seen]  # fmt: skip
        view = drawn["views"][-1] if drawn["views"] else None
        if fresh or view:
            text.steps.clear()
        for notice in (one for one in drawn["notices"] if one["id"] not in self._seen):
            self._write(f"! {notice['text']}")
        for room, message in fresh:
            self._message(room, message)
        self._own_page(drawn["home"])
        if view:
            text.steps.clear()
            self._write(f"\n+ {view['title']['text']}")
            self._lines(text.body(view["blocks"], {"view": view["id"]}, view), "| ")
            self._tell("window" if view.get("submit") else "window_to_read")
        self._remember()

    def _own_page(self, home: Json | None) -> None:
        """Write the Home whenever it changes, for as long as the person is looking at it."""
        if home and self._home_seen not in {"", home["hash"]}:
            self._home_seen = home["hash"]
            self._text.steps.clear()
            self._lines(self._text.body(home["blocks"], {"home": True}, home))

    def _message(self, room: Json, message: Json) -> None:
        only = self._words.say("tryout.terminal.only_you") if message["ephemeral"] else ""
        head = (room["name"], message["author"], message["time"][:16].replace("T", " "), only)
        self._write("\n" + "  ".join(part for part in head if part))
        where = {"channel": room["id"], "ts": message["ts"]}
        body = self._text.body(message["blocks"], where, {}) if message["blocks"] else ()
        self._lines(body or [message["text"]])

    def _lines(self, lines: Any, margin: str = "") -> None:  # noqa: ANN401 - any lines
        for line in lines:
            self._write(f"{margin}{line}")

    def _remember(self) -> None:
        drawn = self._drawn()
        posts = (message["ts"] for listed in drawn["messages"].values() for message in listed)
        self._seen = {*posts, *(one["id"] for one in drawn["notices"])}

    def _prompt(self) -> None:
        now = self._drawn()["now"][:16].replace("T", " ")
        self._write(f"\n{now}  {self._person.name}  {self._name(self._place)} >")

    def _tell(self, key: str) -> None:
        self._write(self._words.say(f"tryout.terminal.{key}"))

    def _drawn(self) -> Json:
        return self._engine.screen.drawn(self._person)

    def _top(self) -> Json:
        top: Json = self._drawn()["views"][-1]
        return top

    def _chat(self) -> str:
        return self._engine.workspace.chat(self._person.id).id

    def _step(self, said: str) -> tuple[Step, list[Json]]:
        """Return the step of a number such as 3 or 3.2, and the option it names."""
        number, _, place = said.split(maxsplit=1)[0].partition(".")
        step = self._text.steps[int(number) - 1]
        return step, [step.options[int(place) - 1]] if place else []

    def _id(self, said: str) -> str:
        """Return the id of whom or what was named; what is no name stays as it is."""
        person = self._engine.workspace.cast.named(said)
        rooms = {room.name: room.id for room in self._engine.workspace.rooms.values()}
        return person.id if person else rooms.get(said.lstrip("#"), said)

    def _name(self, one: str) -> str:
        rooms = {room["id"]: room["name"] for room in self._drawn()["channels"]}
        person = self._engine.workspace.person(one)
        return person.name if person else rooms.get(one, one)

    async def _settle(self) -> None:
        """Wait until the bot has surely shown what it shows."""
        workspace, news = self._engine.workspace, True
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while news:
                    known = workspace.version
                    news = await workspace.newer(known, self.quiet) > known


def typed() -> Read:
    """Return a reader of what the visitor types.

    It reads past Python's own buffer, in a thread that nobody waits for: a visitor who
    types nothing must not keep the workspace from stopping.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    source = sys.stdin.fileno()

    def listen() -> None:
        rest = b""
        with suppress(RuntimeError, OSError):  # nobody listens any more
            while read := os.read(source, 4096):
                *whole, rest = (rest + read).split(b"\n")
                for line in whole:
                    heard(f"{line.decode(errors='replace')}\n")
            heard("")

    def heard(line: str) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    Thread(target=listen, daemon=True).start()
    return lines.get
