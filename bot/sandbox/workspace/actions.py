"""What a person can do in Slack: write, command, press, fill in, send off, put away."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.block_kit.input_state import FIELD_TYPES, InvalidAnswerError
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.slack_api.payloads import PayloadBuilder
from bot.sandbox.slack_api.responses import ResponseHandler
from bot.sandbox.slack_api.signed_requests import BotResponse, BotTransport
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView

_STEPS = ("button", "overflow")


INVITE_COMMAND = "/invite"
"""Slack's own command that lets the app into a channel."""


class ImpossibleActionError(Exception):
    """No client of Slack's would let this person do that; the text is a short code."""


class PersonaActions:
    """Does it, carries it to the bot, and shows what comes of it.

    ``offered`` are the commands that the app has, ``heard`` the events it asked for; each
    ``None`` where nobody said.
    """

    def __init__(
        self,
        slack_state: SlackState,
        payload_builder: PayloadBuilder,
        response_handler: ResponseHandler,
        transports: "TransportSelector",
    ) -> None:
        """Act in *place*; *carry* is the way to the bot."""
        self._slack_state = slack_state
        self._payload_builder = payload_builder
        self._response_handler = response_handler
        self._transports = transports
        self.offered_commands: frozenset[str] | None = None
        self.subscribed_events: frozenset[str] | None = None
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
        self._retry_tasks: set[asyncio.Task[None]] = set()

    async def write_message(self, person: Persona, channel: str, text: str) -> None:
        """Write to a room, or to a person by their id; the bot cannot read it."""
        workspace = self._slack_state.workspace
        room = self.resolve_conversation(person, channel)
        if not text.strip():
            raise ImpossibleActionError("no_text")
        workspace.add_message(room, Message(workspace.clock.next_timestamp(), person.id, text))

    async def type_command(
        self, person: Persona, channel: str, command: str, text: str = ""
    ) -> None:
        """Type a slash command in a room."""
        room = self.resolve_conversation(person, channel)
        if command == INVITE_COMMAND:
            self._invite_bot(person, room)
            return
        if self.offered_commands is not None and command not in self.offered_commands:
            self._response_handler.notify_person(person, "invalid_command", command=command)
            return
        told = self._payload_builder.build_command(person, room, command, text)
        self._response_handler.handle_command_response(
            person, room, command, await self._transports.current_transport.send_command(told)
        )

    async def press_element(
        self, person: Persona, target: Mapping[str, Any], interaction: Json
    ) -> None:
        """Press a button, choose a step of a menu, or touch a field outside a form.

        *where* names a message by ``channel`` and ``ts``, a modal by ``view``, or ``home``;
        *step* is the action as Slack's clients tell it, by ``block_id`` and ``action_id``.
        """
        if "channel" in target:
            room = self.resolve_conversation(person, target["channel"])
            post = self.get_message(person, room, str(target.get("ts", "")))
            action = self._build_action(post.blocks, interaction)
            told = self._payload_builder.build_message_action(person, room, post, action)
        else:
            window = self.get_view(person, str(target.get("view") or ""))
            self.store_answers(window, target.get("state") or {})
            action = self._build_action(window.body["blocks"], interaction)
            if action["type"] in FIELD_TYPES:
                self.store_answers(window, {action["block_id"]: {action["action_id"]: action}})
            told = self._payload_builder.build_view_action(person, window, action)
        self._response_handler.check_acknowledgement(
            person, await self._transports.current_transport.send_interaction(told)
        )

    async def change_answer(
        self, person: Persona, view_id: str, interaction: Json, state: Json
    ) -> None:
        """Choose an answer; the bot hears of it at once only where the question says so."""
        window = self.get_view(person, view_id)
        self.store_answers(window, state)
        element = self._find_element(window.body["blocks"], interaction)
        block = next(b for b in window.body["blocks"] if b["block_id"] == interaction["block_id"])
        self.store_answers(
            window,
            {
                interaction["block_id"]: {
                    interaction["action_id"]: input_state.normalize_answer(element, interaction)
                }
            },
        )
        self._slack_state.workspace.mark_changed()
        if block["type"] != "input" or block.get("dispatch_action"):
            await self.press_element(person, {"view": view_id}, interaction)

    async def submit_form(self, person: Persona, view_id: str, state: Json) -> bool:
        """Send a form off; says whether it was sent, for Slack asks for what is required first."""
        window = self.get_view(person, view_id)
        self.store_answers(window, state)
        window.errors = dict.fromkeys(
            input_state.find_unanswered_blocks(window), self._response_handler.required_error
        )
        self._slack_state.workspace.mark_changed()
        if window.errors:
            return False
        told = self._payload_builder.build_submission(person, window)
        answered = await self._transports.current_transport.send_interaction(told)
        self._response_handler.handle_submission_response(person, window, answered)
        return True

    async def close_form(self, person: Persona, view_id: str) -> None:
        """Put a form away unsent; the bot hears of it where the form says so."""
        window = self.get_view(person, view_id)
        everything = bool(window.body.get("clear_on_close"))
        gone = self._slack_state.modal_stack.clear_stack(person.id) if everything else [window]
        self._slack_state.modal_stack.close_modal(window)
        for one in reversed(gone):
            if one.body.get("notify_on_close"):
                told = self._payload_builder.build_view_closed(person, one, is_cleared=everything)
                await self._transports.current_transport.send_interaction(told)

    async def open_home(self, person: Persona, tab: str = "home") -> None:
        """Open the app, at its Home or its messages."""
        shown = self._slack_state.workspace.homes.get(person.id)
        room = self._slack_state.workspace.get_bot_chat(person.id)
        view = {"view": modals.render_view(shown)} if shown and tab == "home" else {}
        event = {"type": "app_home_opened", "user": person.id, "channel": room.id, "tab": tab}
        await self.send_event({**event, **view})

    async def choose_shortcut(self, person: Persona, callback_id: str) -> None:
        """Choose a global shortcut."""
        told = self._payload_builder.build_shortcut(person, callback_id)
        self._response_handler.check_acknowledgement(
            person, await self._transports.current_transport.send_interaction(told)
        )

    async def send_event(self, event: Json) -> BotResponse:
        """Tell the bot of an event that it asked for; one not taken comes again, three times."""
        if self.subscribed_events is not None and event["type"] not in self.subscribed_events:
            return BotResponse(200)
        payload = self._payload_builder.build_event(event)
        answered = await self._transports.current_transport.send_event(payload, 0, "")
        if not answered.is_acknowledged:
            task = asyncio.create_task(self._retry_event(payload, answered))
            self._retry_tasks.add(task)
            task.add_done_callback(self._retry_tasks.discard)
        return answered

    async def wait_for_retries(self) -> None:
        """Wait until events that come again have done so."""
        while self._retry_tasks:
            await asyncio.gather(*self._retry_tasks, return_exceptions=True)

    def cancel_retries(self) -> None:
        """Let no event come again."""
        for task in self._retry_tasks:
            task.cancel()

    def resolve_conversation(self, person: Persona, channel: str) -> Conversation:
        """Return the room that *person* means, by its own id or by another person's."""
        workspace = self._slack_state.workspace
        other = workspace.find_person(channel)
        room = (
            workspace.get_direct_chat(person.id, other.id)
            if other
            else workspace.conversations.get(channel)
        )
        if room is None and channel == workspace.get_bot_chat(person.id).id:
            room = workspace.get_bot_chat(person.id)
        if room is None or person.id not in room.members:
            raise ImpossibleActionError("no_such_channel")
        return room

    def get_message(self, person: Persona, conversation: Conversation, timestamp: str) -> Message:
        """Return a message that *person* sees."""
        posts = (
            one for one in conversation.posts if one.ts == timestamp and one.only in {"", person.id}
        )
        found = next(posts, None)
        if found is None:
            raise ImpossibleActionError("no_such_message")
        return found

    def get_view(self, person: Persona, view_id: str) -> OpenView:
        """Return a modal by its id, or without one the person's Home."""
        homes = self._slack_state.workspace.homes
        found = (
            self._slack_state.modal_stack.find_view(view_id) if view_id else homes.get(person.id)
        )
        if found is None or found.person != person.id:
            raise ImpossibleActionError("no_such_view")
        return found

    def store_answers(self, open_view: OpenView, state: Mapping[str, Any]) -> None:
        """Keep what was entered; refuses what the form does not offer."""
        try:
            input_state.store_answers(open_view, state)
        except InvalidAnswerError:
            raise ImpossibleActionError("no_such_answer") from None

    def _invite_bot(self, person: Persona, conversation: Conversation) -> None:
        if conversation.kind != "channel" or BOT_USER_ID in conversation.members:
            self._response_handler.notify_person(person, "invited_already")
            return
        conversation.members.append(BOT_USER_ID)
        self._response_handler.notify_person(person, "invited", channel=conversation.name)

    def _find_element(self, blocks: list[Json], interaction: Json) -> Json:
        found = input_state.find_element(
            blocks, str(interaction.get("block_id")), str(interaction.get("action_id"))
        )
        if found is None:
            raise ImpossibleActionError("no_such_element")
        return found

    def _build_action(self, blocks: list[Json], interaction: Json) -> Json:
        """Return what was touched, as Slack tells the bot of it."""
        element = self._find_element(blocks, interaction)
        told = {
            "action_id": element["action_id"],
            "block_id": interaction["block_id"],
            "type": element["type"],
            "action_ts": self._slack_state.workspace.clock.next_timestamp(),
        }
        if element["type"] == "button":
            parts = ("text", "value", "style", "url")
            return told | {part: element[part] for part in parts if part in element}
        if element["type"] == "overflow":
            code = (interaction.get("selected_option") or {}).get("value")
            chosen = [one for one in element["options"] if one["value"] == code]
            if not chosen:
                raise ImpossibleActionError("no_such_answer")
            return told | {"selected_option": chosen[0]}
        try:
            return told | input_state.normalize_answer(element, interaction)
        except InvalidAnswerError:
            raise ImpossibleActionError("no_such_answer") from None

    async def _retry_event(self, payload: Json, response: BotResponse) -> None:
        for attempt, pause in enumerate(self.retry_delays, start=1):
            await asyncio.sleep(pause)
            reason = "http_timeout" if response.timed_out else "http_error"
            response = await self._transports.current_transport.send_event(payload, attempt, reason)
            if response.is_acknowledged:
                return


class TransportSelector:
    """The way to the bot just now: its socket when it has opened one, else HTTP."""

    def __init__(self, http_transport: BotTransport) -> None:
        """Carry by *post* unless there is a socket."""
        self.http_transport = http_transport
        self.socket_connection: BotTransport | None = None

    @property
    def current_transport(self) -> BotTransport:
        """The way that is open."""
        return self.socket_connection or self.http_transport
