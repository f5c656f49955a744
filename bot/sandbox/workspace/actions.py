"""What a person can do in Slack: write, command, press, fill in, send off, put away."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.block_kit.input_state import FIELDS, NoSuchAnswerError
from bot.sandbox.slack_api.methods import Place
from bot.sandbox.slack_api.payloads import Payloads
from bot.sandbox.slack_api.responses import Replies
from bot.sandbox.slack_api.signed_requests import Answered, Carrier
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.personas import BOT, Persona
from bot.sandbox.workspace.workspace import Json, Post, Room, Window

_STEPS = ("button", "overflow")


INVITE = "/invite"
"""Slack's own command that lets the app into a channel."""


class CannotError(Exception):
    """No client of Slack's would let this person do that; the text is a short code."""


class Acts:
    """Does it, carries it to the bot, and shows what comes of it.

    ``offered`` are the commands that the app has, ``heard`` the events it asked for; each
    ``None`` where nobody said.
    """

    def __init__(self, place: Place, payloads: Payloads, replies: Replies, carry: "Carry") -> None:
        """Act in *place*; *carry* is the way to the bot."""
        self._place = place
        self._payloads = payloads
        self._replies = replies
        self._carry = carry
        self.offered: frozenset[str] | None = None
        self.heard: frozenset[str] | None = None
        self.pauses: tuple[float, ...] = (0.0, 60.0, 300.0)
        self._tasks: set[asyncio.Task[None]] = set()

    async def say(self, person: Persona, channel: str, text: str) -> None:
        """Write to a room, or to a person by their id; the bot cannot read it."""
        workspace = self._place.workspace
        room = self.room(person, channel)
        if not text.strip():
            raise CannotError("no_text")
        workspace.post(room, Post(workspace.clock.stamp(), person.id, text))

    async def command(self, person: Persona, channel: str, command: str, text: str = "") -> None:
        """Type a slash command in a room."""
        room = self.room(person, channel)
        if command == INVITE:
            self._invite(person, room)
            return
        if self.offered is not None and command not in self.offered:
            self._replies.notify(person, "invalid_command", command=command)
            return
        told = self._payloads.command(person, room, command, text)
        self._replies.command(person, room, command, await self._carry.to.command(told))

    async def press(self, person: Persona, where: Mapping[str, Any], step: Json) -> None:
        """Press a button, choose a step of a menu, or touch a field outside a form.

        *where* names a message by ``channel`` and ``ts``, a modal by ``view``, or ``home``;
        *step* is the action as Slack's clients tell it, by ``block_id`` and ``action_id``.
        """
        if "channel" in where:
            room = self.room(person, where["channel"])
            post = self.post(person, room, str(where.get("ts", "")))
            action = self._action(post.blocks, step)
            told = self._payloads.pressed(person, room, post, action)
        else:
            window = self.window(person, str(where.get("view") or ""))
            self.enter(window, where.get("state") or {})
            action = self._action(window.body["blocks"], step)
            if action["type"] in FIELDS:
                self.enter(window, {action["block_id"]: {action["action_id"]: action}})
            told = self._payloads.touched(person, window, action)
        self._replies.acknowledgement(person, await self._carry.to.interaction(told))

    async def change(self, person: Persona, view: str, step: Json, state: Json) -> None:
        """Choose an answer; the bot hears of it at once only where the question says so."""
        window = self.window(person, view)
        self.enter(window, state)
        element = self._element(window.body["blocks"], step)
        block = next(b for b in window.body["blocks"] if b["block_id"] == step["block_id"])
        self.enter(
            window, {step["block_id"]: {step["action_id"]: input_state.answer(element, step)}}
        )
        self._place.workspace.changed()
        if block["type"] != "input" or block.get("dispatch_action"):
            await self.press(person, {"view": view}, step)

    async def submit(self, person: Persona, view: str, state: Json) -> bool:
        """Send a form off; says whether it was sent, for Slack asks for what is required first."""
        window = self.window(person, view)
        self.enter(window, state)
        window.errors = dict.fromkeys(input_state.unanswered(window), self._replies.required)
        self._place.workspace.changed()
        if window.errors:
            return False
        told = self._payloads.submitted(person, window)
        answered = await self._carry.to.interaction(told)
        self._replies.submission(person, window, answered)
        return True

    async def close(self, person: Persona, view: str) -> None:
        """Put a form away unsent; the bot hears of it where the form says so."""
        window = self.window(person, view)
        everything = bool(window.body.get("clear_on_close"))
        gone = self._place.windows.clear(person.id) if everything else [window]
        self._place.windows.close(window)
        for one in reversed(gone):
            if one.body.get("notify_on_close"):
                told = self._payloads.closed(person, one, cleared=everything)
                await self._carry.to.interaction(told)

    async def home(self, person: Persona, tab: str = "home") -> None:
        """Open the app, at its Home or its messages."""
        shown = self._place.workspace.homes.get(person.id)
        room = self._place.workspace.chat(person.id)
        view = {"view": modals.told(shown)} if shown and tab == "home" else {}
        event = {"type": "app_home_opened", "user": person.id, "channel": room.id, "tab": tab}
        await self.event({**event, **view})

    async def shortcut(self, person: Persona, callback_id: str) -> None:
        """Choose a global shortcut."""
        told = self._payloads.shortcut(person, callback_id)
        self._replies.acknowledgement(person, await self._carry.to.interaction(told))

    async def event(self, event: Json) -> Answered:
        """Tell the bot of an event that it asked for; one not taken comes again, three times."""
        if self.heard is not None and event["type"] not in self.heard:
            return Answered(200)
        payload = self._payloads.event(event)
        answered = await self._carry.to.event(payload, 0, "")
        if not answered.taken:
            task = asyncio.create_task(self._again(payload, answered))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return answered

    async def settle(self) -> None:
        """Wait until events that come again have done so."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self) -> None:
        """Let no event come again."""
        for task in self._tasks:
            task.cancel()

    def room(self, person: Persona, channel: str) -> Room:
        """Return the room that *person* means, by its own id or by another person's."""
        workspace = self._place.workspace
        other = workspace.person(channel)
        room = workspace.talk(person.id, other.id) if other else workspace.rooms.get(channel)
        if room is None and channel == workspace.chat(person.id).id:
            room = workspace.chat(person.id)
        if room is None or person.id not in room.members:
            raise CannotError("no_such_channel")
        return room

    def post(self, person: Persona, room: Room, stamp: str) -> Post:
        """Return a message that *person* sees."""
        posts = (one for one in room.posts if one.ts == stamp and one.only in {"", person.id})
        found = next(posts, None)
        if found is None:
            raise CannotError("no_such_message")
        return found

    def window(self, person: Persona, view: str) -> Window:
        """Return a modal by its id, or without one the person's Home."""
        homes = self._place.workspace.homes
        found = self._place.windows.find(view) if view else homes.get(person.id)
        if found is None or found.person != person.id:
            raise CannotError("no_such_view")
        return found

    def enter(self, window: Window, state: Mapping[str, Any]) -> None:
        """Keep what was entered; refuses what the form does not offer."""
        try:
            input_state.enter(window, state)
        except NoSuchAnswerError:
            raise CannotError("no_such_answer") from None

    def _invite(self, person: Persona, room: Room) -> None:
        if room.kind != "channel" or BOT in room.members:
            self._replies.notify(person, "invited_already")
            return
        room.members.append(BOT)
        self._replies.notify(person, "invited", channel=room.name)

    def _element(self, blocks: list[Json], step: Json) -> Json:
        found = input_state.find(blocks, str(step.get("block_id")), str(step.get("action_id")))
        if found is None:
            raise CannotError("no_such_element")
        return found

    def _action(self, blocks: list[Json], step: Json) -> Json:
        """Return what was touched, as Slack tells the bot of it."""
        element = self._element(blocks, step)
        told = {
            "action_id": element["action_id"],
            "block_id": step["block_id"],
            "type": element["type"],
            "action_ts": self._place.workspace.clock.stamp(),
        }
        if element["type"] == "button":
            parts = ("text", "value", "style", "url")
            return told | {part: element[part] for part in parts if part in element}
        if element["type"] == "overflow":
            code = (step.get("selected_option") or {}).get("value")
            chosen = [one for one in element["options"] if one["value"] == code]
            if not chosen:
                raise CannotError("no_such_answer")
            return told | {"selected_option": chosen[0]}
        try:
            return told | input_state.answer(element, step)
        except NoSuchAnswerError:
            raise CannotError("no_such_answer") from None

    async def _again(self, payload: Json, answered: Answered) -> None:
        for attempt, pause in enumerate(self.pauses, start=1):
            await asyncio.sleep(pause)
            reason = "http_timeout" if answered.late else "http_error"
            answered = await self._carry.to.event(payload, attempt, reason)
            if answered.taken:
                return


class Carry:
    """The way to the bot just now: its socket when it has opened one, else HTTP."""

    def __init__(self, post: Carrier) -> None:
        """Carry by *post* unless there is a socket."""
        self.post = post
        self.socket: Carrier | None = None

    @property
    def to(self) -> Carrier:
        """The way that is open."""
        return self.socket or self.post
