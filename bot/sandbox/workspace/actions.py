"""User actions of a Slack client, which send commands, interactions and events to the bot."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.sandbox.block_kit import input_state
from bot.sandbox.block_kit.input_state import FIELD_TYPES, InvalidAnswerError
from bot.sandbox.slack_api.methods import SlackState
from bot.sandbox.slack_api.payloads import PayloadBuilder
from bot.sandbox.slack_api.responses import ResponseHandler
from bot.sandbox.slack_api.signed_requests import BotResponse
from bot.sandbox.slack_api.transport_selector import TransportSelector
from bot.sandbox.workspace import modals
from bot.sandbox.workspace.personas import BOT_USER_ID, Persona
from bot.sandbox.workspace.workspace import Conversation, Json, Message, OpenView

INVITE_COMMAND = "/invite"
"""Slack's built-in command that adds the app to a channel."""


class ImpossibleActionError(Exception):
    """Exception raised for an action that no Slack client offers to this person.

    The exception text is a short error code, which the page receives in the JSON response.
    """


class PersonaActions:
    """Apply a persona's action, send its payload to the bot and handle the response.

    An id that is unknown or not visible to the persona raises :class:`ImpossibleActionError`.
    ``offered_commands`` are the slash commands of the app's manifest and ``subscribed_events``
    its event subscriptions; each is ``None`` where no manifest restricts them, and the chat with
    the bot accepts messages unless ``is_bot_chat_read_only``.
    ``retry_delays`` are the seconds before each retry of an event that the bot did not
    acknowledge: Slack retries at once, after a minute and after five minutes.
    """

    def __init__(
        self,
        slack_state: SlackState,
        payload_builder: PayloadBuilder,
        response_handler: ResponseHandler,
        transports: TransportSelector,
    ) -> None:
        """Act on *slack_state* and send each request through the current one of *transports*."""
        self._slack_state = slack_state
        self._payload_builder = payload_builder
        self._response_handler = response_handler
        self._transports = transports
        self.offered_commands: frozenset[str] | None = None
        self.subscribed_events: frozenset[str] | None = None
        self.is_bot_chat_read_only = False
        self.app_name = "Attune"
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
        self._retry_tasks: set[asyncio.Task[None]] = set()

    async def write_message(self, person: Persona, channel: str, text: str) -> None:
        """Post to a conversation id, or to a person's id; the bot receives no event for it.

        Raises ImpossibleActionError in the chat with the bot where its manifest makes that
        read-only: a Slack client has no input line there.
        """
        workspace = self._slack_state.workspace
        conversation = self.resolve_conversation(person, channel)
        if conversation.kind == "app" and self.is_bot_chat_read_only:
            raise ImpossibleActionError("read_only")
        if not text.strip():
            raise ImpossibleActionError("no_text")
        message = Message(workspace.clock.next_timestamp(), person.id, text)
        workspace.add_message(conversation, message)

    async def type_command(
        self, person: Persona, channel: str, command: str, text: str = ""
    ) -> None:
        """Send a slash command, and handle the bot's response to the request."""
        conversation = self.resolve_conversation(person, channel)
        if command == INVITE_COMMAND:
            self._invite_bot(person, conversation, text)
            return
        if self.offered_commands is not None and command not in self.offered_commands:
            self._response_handler.notify_person(person, "invalid_command", command=command)
            return
        payload = self._payload_builder.build_command(person, conversation, command, text)
        response = await self._transports.current_transport.send_command(payload)
        self._response_handler.handle_command_response(person, conversation, command, response)

    async def press_element(
        self, person: Persona, target: Mapping[str, Any], interaction: Json
    ) -> None:
        """Send a ``block_actions`` payload for a button, a menu option or a field.

        *target* identifies a message by ``channel`` and ``ts``, a modal by ``view``, or
        contains ``home``; *interaction* is a dict as Slack's clients build it, with
        ``block_id`` and ``action_id``.
        """
        if "channel" in target:
            conversation = self.resolve_conversation(person, target["channel"])
            message = self.get_message(person, conversation, str(target.get("ts", "")))
            action = self._build_action(message.blocks, interaction)
            payload = self._payload_builder.build_message_action(
                person, conversation, message, action
            )
        else:
            open_view = self.get_view(person, str(target.get("view") or ""))
            self.store_answers(open_view, target.get("state") or {})
            action = self._build_action(open_view.body["blocks"], interaction)
            if action["type"] in FIELD_TYPES:
                self.store_answers(open_view, {action["block_id"]: {action["action_id"]: action}})
            payload = self._payload_builder.build_view_action(person, open_view, action)
        self._response_handler.check_acknowledgement(
            person, await self._transports.current_transport.send_interaction(payload)
        )

    async def change_answer(
        self, person: Persona, view_id: str, interaction: Json, state: Json
    ) -> None:
        """Store an answer; send a payload only if the block sets ``dispatch_action``."""
        open_view = self.get_view(person, view_id)
        self.store_answers(open_view, state)
        element = self._find_element(open_view.body["blocks"], interaction)
        block_id, action_id = interaction["block_id"], interaction["action_id"]
        block = next(block for block in open_view.body["blocks"] if block["block_id"] == block_id)
        answer = input_state.normalize_answer(element, interaction)
        self.store_answers(open_view, {block_id: {action_id: answer}})
        self._slack_state.workspace.mark_changed()
        if block["type"] != "input" or block.get("dispatch_action"):
            await self.press_element(person, {"view": view_id}, interaction)

    async def submit_form(self, person: Persona, view_id: str, state: Json) -> bool:
        """Submit a form; return False without a request while required fields are empty."""
        open_view = self.get_view(person, view_id)
        self.store_answers(open_view, state)
        open_view.errors = dict.fromkeys(
            input_state.find_unanswered_blocks(open_view), self._response_handler.required_error
        )
        self._slack_state.workspace.mark_changed()
        if open_view.errors:
            return False
        payload = self._payload_builder.build_submission(person, open_view)
        response = await self._transports.current_transport.send_interaction(payload)
        self._response_handler.handle_submission_response(person, open_view, response)
        return True

    async def close_form(self, person: Persona, view_id: str) -> None:
        """Close a form without submitting it; send ``view_closed`` where the view requests it."""
        open_view = self.get_view(person, view_id)
        is_stack_cleared = bool(open_view.body.get("clear_on_close"))
        modal_stack = self._slack_state.modal_stack
        closed_views = modal_stack.clear_stack(person.id) if is_stack_cleared else [open_view]
        modal_stack.close_modal(open_view)
        for closed_view in reversed(closed_views):
            if closed_view.body.get("notify_on_close"):
                payload = self._payload_builder.build_view_closed(
                    person, closed_view, is_cleared=is_stack_cleared
                )
                await self._transports.current_transport.send_interaction(payload)

    async def open_home(self, person: Persona, tab: str = "home") -> None:
        """Open the app's *tab* (``home`` or ``messages``), which sends ``app_home_opened``."""
        home_view = self._slack_state.workspace.homes.get(person.id)
        bot_chat = self._slack_state.workspace.get_bot_chat(person.id)
        view = {"view": modals.render_view(home_view)} if home_view and tab == "home" else {}
        event = {"type": "app_home_opened", "user": person.id, "channel": bot_chat.id, "tab": tab}
        await self.send_event({**event, **view})

    async def choose_shortcut(self, person: Persona, callback_id: str) -> None:
        """Send the payload of a global shortcut."""
        payload = self._payload_builder.build_shortcut(person, callback_id)
        self._response_handler.check_acknowledgement(
            person, await self._transports.current_transport.send_interaction(payload)
        )

    async def send_event(self, event: Json) -> BotResponse:
        """Send an event that the bot subscribed to; retry it three times if unacknowledged."""
        if self.subscribed_events is not None and event["type"] not in self.subscribed_events:
            return BotResponse(200)
        payload = self._payload_builder.build_event(event)
        response = await self._transports.current_transport.send_event(payload, 0, "")
        if not response.is_acknowledged:
            task = asyncio.create_task(self._retry_event(payload, response))
            self._retry_tasks.add(task)
            task.add_done_callback(self._retry_tasks.discard)
        return response

    async def wait_for_retries(self) -> None:
        """Wait until every pending retry task has finished."""
        while self._retry_tasks:
            await asyncio.gather(*self._retry_tasks, return_exceptions=True)

    def cancel_retries(self) -> None:
        """Cancel every pending retry task."""
        for task in self._retry_tasks:
            task.cancel()

    def resolve_conversation(self, person: Persona, channel: str) -> Conversation:
        """Return the conversation with this id, or the direct chat with the person of this id."""
        workspace = self._slack_state.workspace
        addressee = workspace.find_person(channel)
        if addressee:
            return workspace.get_direct_chat(person.id, addressee.id)
        conversation = workspace.conversations.get(channel)
        if conversation is None and channel == workspace.get_bot_chat(person.id).id:
            conversation = workspace.get_bot_chat(person.id)
        if conversation is None or person.id not in conversation.members:
            raise ImpossibleActionError("no_such_channel")
        return conversation

    def get_message(self, person: Persona, conversation: Conversation, timestamp: str) -> Message:
        """Return the message with this timestamp, if it is visible to *person*."""
        matches = (
            candidate
            for candidate in conversation.posts
            if candidate.ts == timestamp and candidate.only in {"", person.id}
        )
        message = next(matches, None)
        if message is None:
            raise ImpossibleActionError("no_such_message")
        return message

    def get_view(self, person: Persona, view_id: str) -> OpenView:
        """Return the modal with this id; for an empty id, the person's Home."""
        homes = self._slack_state.workspace.homes
        find_view = self._slack_state.modal_stack.find_view
        open_view = find_view(view_id) if view_id else homes.get(person.id)
        if open_view is None or open_view.person != person.id:
            raise ImpossibleActionError("no_such_view")
        return open_view

    def store_answers(self, open_view: OpenView, state: Mapping[str, Any]) -> None:
        """Store the entered values; raises ImpossibleActionError for an unknown option."""
        try:
            input_state.store_answers(open_view, state)
        except InvalidAnswerError:
            raise ImpossibleActionError("no_such_answer") from None

    def _invite_bot(self, person: Persona, conversation: Conversation, text: str) -> None:
        """Add the bot to a channel, as Slack does; the bot receives no request for it.

        *text* has to mention the app; any other name is of nobody whom the sandbox can invite.
        """
        if text.strip().lstrip("@").lower() != self.app_name.lower():
            self._response_handler.notify_person(person, "invite_usage", app=self.app_name)
            return
        if conversation.kind != "channel" or BOT_USER_ID in conversation.members:
            self._response_handler.notify_person(person, "invited_already")
            return
        conversation.members.append(BOT_USER_ID)
        self._response_handler.notify_person(person, "invited", channel=conversation.name)

    def _find_element(self, blocks: list[Json], interaction: Json) -> Json:
        """Return the element's dict by block id and action id; raises ImpossibleActionError."""
        element = input_state.find_element(
            blocks, str(interaction.get("block_id")), str(interaction.get("action_id"))
        )
        if element is None:
            raise ImpossibleActionError("no_such_element")
        return element

    def _build_action(self, blocks: list[Json], interaction: Json) -> Json:
        """Return the item of the payload's ``actions`` list for one interaction."""
        element = self._find_element(blocks, interaction)
        base_fields = {
            "action_id": element["action_id"],
            "block_id": interaction["block_id"],
            "type": element["type"],
            "action_ts": self._slack_state.workspace.clock.next_timestamp(),
        }
        if element["type"] == "button":
            copied_keys = ("text", "value", "style", "url")
            return base_fields | {key: element[key] for key in copied_keys if key in element}
        if element["type"] == "overflow":
            option_value = (interaction.get("selected_option") or {}).get("value")
            matching_options = [
                option for option in element["options"] if option["value"] == option_value
            ]
            if not matching_options:
                raise ImpossibleActionError("no_such_answer")
            return base_fields | {"selected_option": matching_options[0]}
        try:
            return base_fields | input_state.normalize_answer(element, interaction)
        except InvalidAnswerError:
            raise ImpossibleActionError("no_such_answer") from None

    async def _retry_event(self, payload: Json, response: BotResponse) -> None:
        """Retry one event with the same payload until it is acknowledged, or give up.

        Each retry has its attempt number and the reason in its headers.
        """
        for attempt, delay in enumerate(self.retry_delays, start=1):
            await asyncio.sleep(delay)
            reason = "http_timeout" if response.timed_out else "http_error"
            response = await self._transports.current_transport.send_event(payload, attempt, reason)
            if response.is_acknowledged:
                return
