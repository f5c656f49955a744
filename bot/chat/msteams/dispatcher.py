"""Dispatcher: routes activities to handlers, builds responses, starts tasks after the response."""

import logging
from dataclasses import replace

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.action_data import Action, ActionData, CardContext, CardSurface
from bot.chat.msteams.directory_cache import BoundedCache
from bot.chat.msteams.inbound import lifecycle, requests
from bot.chat.msteams.inbound.guard import EventNotStoredError, FormKeptOpenError
from bot.chat.msteams.inbound.payloads import INVOKE_KINDS, PayloadKind
from bot.chat.msteams.inbound.requests import Interaction, Origin
from bot.chat.msteams.outbound import invoke_response
from bot.chat.msteams.outbound.directory_lookup import DirectoryLookup
from bot.chat.msteams.outbound.invoke_response import Body
from bot.chat.msteams.outbound.invoke_response_factory import InvokeResponseFactory
from bot.chat.msteams.outbound.member_lookup import MemberLookup
from bot.chat.msteams.outbound.responder import Responder
from bot.chat.msteams.render.card_factory import CardFactory
from bot.chat.request_body import Payload
from bot.conversation import (
    Address,
    AddressUnreachable,
    ChatEvent,
    DeferredReply,
    InvalidAnswers,
    Reply,
    Request,
    RequestStep,
    Surface,
)
from bot.elements import Form, Home, Message, Text
from bot.keywords import Keywords
from bot.logs import log_error
from bot.routes import BoundHandler, Routes

logger = logging.getLogger("attune.msteams")

_UNKNOWN_ACTION = ActionData(Action("buttons", ""), CardContext(CardSurface.MESSAGE))
"""Stands for action data of another schema, as that of another release's card."""


class Dispatcher:
    """Dispatches every validated activity and returns the body of the HTTP response.

    A message is answered in a separate API call, after its handler has stored what must not
    be lost; a card action is answered in the invoke response. The only exception raised is
    :class:`~bot.chat.msteams.inbound.guard.EventNotStoredError`.
    """

    def __init__(
        self,
        routes: Routes,
        card_factory: CardFactory,
        responder: Responder,
        member_lookup: MemberLookup,
        directory_lookup: DirectoryLookup,
        after_response: AfterResponse,
    ) -> None:
        """Store the handler *routes* and the components that render, send and cache."""
        self._member_lookup = member_lookup
        self._directory_lookup = directory_lookup
        self._response_factory = InvokeResponseFactory(card_factory, directory_lookup)
        self._routes = routes
        self._card_factory = card_factory
        self._responder = responder
        self._directory = directory_lookup.directory
        self._after_response = after_response
        self._received_messages: BoundedCache[str, bool] = BoundedCache()

    async def dispatch_payload(self, kind: PayloadKind, payload: Payload, service_url: str) -> Body:
        """Handle one activity and return the response body; ``{}`` is a bare acknowledgement."""
        try:
            await self._handle_events(kind, payload, service_url)
            if kind in INVOKE_KINDS:
                return await self._handle_card_action(kind, payload, service_url)
            if kind is PayloadKind.MESSAGE and self._record_first_receipt(payload):
                await self._handle_message(payload, service_url)
        except (EventNotStoredError, FormKeptOpenError):
            raise
        except Exception as error:  # noqa: BLE001 - an error response would make Teams retry
            log_error(logger, "teams.dispatch_failed", error, kind=kind.value)
        return {}

    def build_foreign_tenant_response(self, kind: PayloadKind, payload: Payload) -> Body:
        """Return the response to an action in a tenant that is not served; nothing is stored."""
        language = self._card_factory.choose_language(str(payload.get("locale") or ""))
        sentence = self._card_factory.translate(language, "error.not_installed")
        message = Message(sentence, (Text(sentence),))
        card = self._card_factory.build_card(
            message, CardContext(CardSurface.MESSAGE), workspace="", language=language
        )
        title = self._card_factory.translate(language, "manifest.name")
        origin = requests.parse_invoke_origin(kind)
        return invoke_response.build_invoke_response(card, title, origin)

    async def _handle_events(self, kind: PayloadKind, payload: Payload, service_url: str) -> None:
        """Pass the events that an activity reports to the event handler.

        A lifecycle event that cannot be stored raises EventNotStoredError, so that Teams
        retries the request; a profile or route is dropped from the cache and reported again by
        the next activity.
        """
        directory_events = self._directory.record_activity(payload, service_url)
        lifecycle_events = lifecycle.parse_lifecycle_events(kind, payload, service_url)
        for event in lifecycle_events:
            if not await self._try_handle_event(event):
                raise EventNotStoredError
            if isinstance(event, AddressUnreachable):
                self._forget_address(event.address, payload)
        for event in () if lifecycle_events else directory_events:
            person = requests.parse_person(payload)
            if not await self._try_handle_event(event) and person:
                self._directory.forget_person(person)
        if kind is PayloadKind.CONVERSATION_UPDATE and not lifecycle_events:
            await self._report_payload(kind, payload)

    def _forget_address(self, address: Address, payload: Payload) -> None:
        self._directory.forget_channel(address.workspace, address.channel)
        if person := requests.parse_person(payload):
            self._directory.forget_person(person)

    async def _try_handle_event(self, event: ChatEvent) -> bool:
        try:
            await self._routes.handle_event(event)
        except Exception as error:  # noqa: BLE001 - the event is reported again
            log_error(logger, "teams.event_not_stored", error, kind=type(event).__name__)
            return False
        return True

    async def _report_payload(self, kind: PayloadKind, payload: Payload) -> None:
        """Report an activity that no handler serves: it proves that its sender is reachable."""
        await self._try_handle_event(requests.parse_received_payload(kind, payload))

    def _record_first_receipt(self, payload: Payload) -> bool:
        """Cache a message's id; return whether it is new, so that a retried request runs once."""
        return self._received_messages.update_entry(
            f"{payload['conversation']['id']} {payload['id']}", value=True
        )

    async def _handle_message(self, payload: Payload, service_url: str) -> None:
        interaction = requests.parse_message(payload, service_url, self._routes.keywords)
        if interaction.origin is Origin.PUBLIC:
            await self._report_payload(PayloadKind.MESSAGE, payload)
            language = self._card_factory.choose_language(interaction.request.locale)
            sentence = self._card_factory.translate(language, "private.away")
            self._after_response.start_task(
                self._responder.post_private_chat_hint(interaction, sentence)
            )
        else:
            interaction = await self._member_lookup.complete_affiliation(interaction)
            handler = self._find_handler(interaction.action) if interaction.table else None
            reply = await self._call_handler(handler or self._routes.home, interaction.request)
            self._after_response.start_task(self._reply_after_response(reply, interaction))

    async def _reply_after_response(self, reply: Reply, interaction: Interaction) -> None:
        language = await self._routes.resolve_language(interaction.request)
        try:
            await self._responder.send_reply(reply, interaction, language)
        except Exception as error:  # noqa: BLE001 - the person receives an error message
            log_error(logger, "teams.reply_failed", error)
            error_reply = await self._build_error_reply(
                replace(interaction.request, surface=Surface.MESSAGE)
            )
            await self._responder.report_failure(error_reply, interaction, language)

    async def _handle_card_action(
        self, kind: PayloadKind, payload: Payload, service_url: str
    ) -> Body:
        action_data = requests.parse_action_data(kind, payload) or _UNKNOWN_ACTION
        interaction = requests.parse_card_action(
            kind, payload, service_url, action_data, self._routes.keywords
        )
        interaction = await self._member_lookup.complete_affiliation(interaction)
        if interaction.action.step is RequestStep.SUBMITTED:
            request = interaction.request
            await self._directory_lookup.prefetch_submitted_channels(
                request.person.workspace, request.answers, request.data
            )
        channel_names = self._directory.get_channel_names(interaction.request.person.workspace)
        interaction = requests.add_channel_names(interaction, channel_names)
        handler = self._find_handler(interaction.action)
        if handler is None and interaction.action.step is RequestStep.CLOSED:
            await self._report_payload(kind, payload)
            return await self._build_response(None, interaction)
        reply = await self._resolve_deferred(
            await self._call_handler(
                handler or self._routes.handle_unknown_route, interaction.request
            )
        )
        return await self._build_response(reply, interaction)

    async def _build_response(self, reply: Reply, interaction: Interaction) -> Body:
        language = await self._routes.resolve_language(interaction.request)
        if isinstance(reply, InvalidAnswers):
            return await self._build_invalid_response(reply, interaction, language)
        if isinstance(reply, Message | Form | Home):
            return await self._response_factory.build_card_response(reply, interaction, language)
        return (
            {}
            if interaction.origin is Origin.DIALOG
            else self._response_factory.build_closed_response(interaction, language)
        )

    async def _build_invalid_response(
        self, invalid: InvalidAnswers, interaction: Interaction, language: str
    ) -> Body:
        """Render the form, from the handler that opened it, with the errors under its fields.

        Where that is not possible, they become a message, or raise :class:`FormKeptOpenError`.
        """
        form = await self._reload_form(interaction)
        if form is None or form.name != interaction.action.name:
            if "" in invalid.errors and interaction.request.surface is Surface.FORM:
                raise FormKeptOpenError
            sentences = tuple(Text(sentence) for sentence in invalid.errors.values())
            return await self._build_response(Message(sentences[0].text, sentences), interaction)
        return await self._response_factory.build_invalid_response(
            form, invalid, interaction, language
        )

    async def _reload_form(self, interaction: Interaction) -> Form | None:
        action = interaction.card_context.reopen_action
        handler = self._find_handler(action) if action else None
        if action is None or handler is None:
            return None
        keyword = self._routes.keywords.get(action.name, Keywords()).match(action.keyword)
        request = requests.build_request(
            replace(action, keyword=keyword),
            interaction.request,
            channel=interaction.request.channel,
        )
        reply = await self._resolve_deferred(await self._call_handler(handler, request))
        return reply if isinstance(reply, Form) else None

    def _find_handler(self, action: Action) -> BoundHandler | None:
        tables = {
            "commands": self._routes.commands,
            "forms": self._routes.forms,
            "buttons": self._routes.buttons,
        }
        return tables[action.table].get(action.name)

    async def _call_handler(self, handler: BoundHandler, request: Request) -> Reply:
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001 - the person receives an error message
            log_error(logger, "teams.handler_failed", error)
            return await self._build_error_reply(request)

    async def _resolve_deferred(self, reply: Reply) -> Reply:
        while isinstance(reply, DeferredReply):
            reply = await reply.continuation()
        return reply

    async def _build_error_reply(self, request: Request) -> Reply:
        """Return the error message in the person's language, or in English if that fails too."""
        try:
            return await self._routes.report_unexpected_error(request)
        except Exception as error:  # noqa: BLE001 - English is the fallback language
            log_error(logger, "teams.error_reply_failed", error)
            sentence = self._card_factory.translate("en", "error.unexpected")
            return Message(sentence, (Text(sentence),))
