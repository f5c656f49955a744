"""Asks the handlers, answers Teams, and sees to the rest once the answer has left."""

import logging
from dataclasses import replace

from bot.chat.after_response import AfterResponse
from bot.chat.msteams.action_data import Action, CardContext, Surface
from bot.chat.msteams.directory_cache import BoundedCache, DirectoryCache
from bot.chat.msteams.inbound import lifecycle, requests
from bot.chat.msteams.inbound.guard import EventNotStoredError
from bot.chat.msteams.inbound.payloads import INVOKE_KINDS, PayloadKind
from bot.chat.msteams.inbound.requests import Interaction, Origin
from bot.chat.msteams.outbound import invoke_response
from bot.chat.msteams.outbound.invoke_response import Body
from bot.chat.msteams.outbound.responder import Responder
from bot.chat.msteams.render.card_factory import CardFactory, message_as_form
from bot.chat.request_body import Payload
from bot.conversation import (
    BoundHandler,
    ChatEvent,
    DeferredReply,
    InvalidAnswers,
    Reply,
    Request,
    Routes,
)
from bot.elements import Form, Home, Message, Text
from bot.logs import log_error

logger = logging.getLogger("attune.msteams")


class Dispatcher:
    """Every activity goes in here, and what Teams is to answer at once comes out.

    What a person wrote is answered in a call of its own, after their handler has kept what
    must not be lost; what they did on a card is answered in the reply. It raises
    NotKeptError and nothing else.
    """

    def __init__(
        self,
        routes: Routes,
        card_factory: CardFactory,
        responder: Responder,
        directory: DirectoryCache,
        after_response: AfterResponse,
    ) -> None:
        """Route by *routes*; show by *showing*; call through *posting* in *afterwards*."""
        self._routes = routes
        self._card_factory = card_factory
        self._responder = responder
        self._directory = directory
        self._after_response = after_response
        self._delivered_messages: BoundedCache[str, bool] = BoundedCache()

    async def dispatch_payload(self, kind: PayloadKind, payload: Payload, service_url: str) -> Body:
        """Return the body of the answer to one activity; ``{}`` acknowledges and says no more."""
        try:
            await self._record_events(kind, payload, service_url)
            if kind in INVOKE_KINDS:
                return await self._handle_card_action(kind, payload, service_url)
            if kind is PayloadKind.MESSAGE and self._is_first_delivery(payload):
                await self._handle_message(payload, service_url)
        except EventNotStoredError:
            raise
        except Exception as error:  # noqa: BLE001 - Teams is answered, whatever broke
            log_error(logger, "teams.not_served", error, kind=kind.value)
        return {}

    async def _record_events(self, kind: PayloadKind, payload: Payload, service_url: str) -> None:
        """Keep what an activity tells beside what it asks."""
        met = self._directory.record_activity(payload, service_url)
        told = lifecycle.parse_lifecycle_events(kind, payload, service_url)
        for one in told:
            if not await self._try_handle_event(one):
                raise EventNotStoredError
            if one.kind == "gone" and (person := requests.parse_person(payload)):
                self._directory.forget_person(person)
        for one in () if told else met:
            person = requests.parse_person(payload)
            if not await self._try_handle_event(one) and person:
                self._directory.forget_person(person)

    async def _try_handle_event(self, event: ChatEvent) -> bool:
        try:
            await self._routes.handle_event(event)
        except Exception as error:  # noqa: BLE001 - it is told again
            log_error(logger, "teams.news_not_kept", error, kind=event.kind)
            return False
        return True

    def _is_first_delivery(self, payload: Payload) -> bool:
        """Whether a message was not delivered before; one delivered twice is answered once."""
        return self._delivered_messages.update_entry(
            f"{payload['conversation']['id']} {payload['id']}", value=True
        )

    async def _handle_message(self, payload: Payload, service_url: str) -> None:
        asked = requests.parse_message(payload, service_url, self._routes.keywords)
        if asked.origin is Origin.PUBLIC:
            language = self._card_factory.choose_language(asked.request.locale)
            sentence = self._card_factory.translate(language, "private.away")
            self._after_response.start_task(
                self._responder.redirect_to_private_chat(asked, sentence)
            )
        elif asked.request.person.id:
            answer = self._find_handler(asked.action) if asked.table else None
            reply = await self._call_handler(answer or self._routes.home, asked.request)
            self._after_response.start_task(self._reply_after_response(reply, asked))

    async def _reply_after_response(self, reply: Reply, interaction: Interaction) -> None:
        language = await self._routes.resolve_language(interaction.request)
        try:
            await self._responder.send_reply(reply, interaction, language)
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told
            log_error(logger, "teams.not_shown", error)
            apology = await self._build_error_reply(replace(interaction.request, inside_form=False))
            await self._responder.report_failure(apology, interaction, language)

    async def _handle_card_action(
        self, kind: PayloadKind, payload: Payload, service_url: str
    ) -> Body:
        carried = requests.parse_action_data(kind, payload)
        if carried is None:
            return {}
        asked = requests.parse_card_action(
            kind, payload, service_url, carried, self._routes.keywords
        )
        answer = self._find_handler(asked.action)
        if answer is None:
            return {}
        reply = await self._resolve_deferred(await self._call_handler(answer, asked.request))
        return await self._build_response(reply, asked)

    async def _build_response(self, reply: Reply, interaction: Interaction) -> Body:
        language = await self._routes.resolve_language(interaction.request)
        if isinstance(reply, InvalidAnswers):
            return await self._build_invalid_response(reply, interaction, language)
        if isinstance(reply, Message | Form | Home):
            return self._build_card_response(reply, interaction, language)
        return (
            {}
            if interaction.origin is Origin.DIALOG
            else self._build_closed_response(interaction, language)
        )

    def _build_card_response(
        self, reply: Message | Form | Home, interaction: Interaction, language: str
    ) -> Body:
        """Show a reply in the place of the card that was acted upon, or in the dialog.

        Nothing of it stays in the chat: no message is ever changed there.
        """
        dialog, title = interaction.origin is Origin.DIALOG, interaction.card_context.dialog_title
        place = Surface.DIALOG if dialog else interaction.card_context.surface
        if not isinstance(reply, Form) and place in {Surface.DIALOG, Surface.FORM}:
            reply = message_as_form(
                reply, title or self._card_factory.translate(language, "manifest.name")
            )
        opened_by = None
        if isinstance(reply, Form):
            title, place = reply.title, place if dialog else Surface.FORM
            opened_by = interaction.action if reply.submit else None
        stand = CardContext(place, dialog_title=title, reopen_action=opened_by)
        card = self._card_factory.build_card(
            reply, stand, interaction.request.person.workspace, language
        )
        return invoke_response.build_invoke_response(card, title, interaction.origin)

    async def _build_invalid_response(
        self, invalid: InvalidAnswers, interaction: Interaction, language: str
    ) -> Body:
        """Show the form again with what cannot be kept under its fields.

        The form is asked for once more as it was opened; where that is no longer possible,
        the sentences stand alone.
        """
        workspace, opened_by = (
            interaction.request.person.workspace,
            interaction.card_context.reopen_action,
        )
        form = await self._reload_form(interaction) if opened_by else None
        if form is None or form.name != interaction.action.name:
            sentences = tuple(Text(one) for one in invalid.errors.values())
            return await self._build_response(Message(sentences[0].text, sentences), interaction)
        card = self._card_factory.rebuild_form(
            form, interaction.card_context, invalid, interaction.action, workspace, language
        )
        return invoke_response.build_invoke_response(card, form.title, interaction.origin)

    async def _reload_form(self, interaction: Interaction) -> Form | None:
        act = interaction.card_context.reopen_action
        answer = self._find_handler(act) if act else None
        if act is None or answer is None:
            return None
        request = requests.build_request(
            act, interaction.request, channel=interaction.conversation.id
        )
        reply = await self._resolve_deferred(await self._call_handler(answer, request))
        return reply if isinstance(reply, Form) else None

    def _build_closed_response(self, interaction: Interaction, language: str) -> Body:
        """Leave what opens a form afresh in the place of the form that was put away."""
        opened_by, workspace = (
            interaction.card_context.reopen_action,
            interaction.request.person.workspace,
        )
        if opened_by is None:
            done = self._card_factory.translate(language, "private.done")
            reply, stand = Message(done, (Text(done),)), CardContext(Surface.MESSAGE)
            card = self._card_factory.build_card(reply, stand, workspace, language)
        else:
            form = Form(interaction.action.name, interaction.card_context.dialog_title, ())
            card = self._card_factory.build_launcher(form, opened_by, workspace, language)
        return invoke_response.build_invoke_response(
            card, interaction.card_context.dialog_title, interaction.origin
        )

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
        except Exception as error:  # noqa: BLE001 - the person is told in their own language
            log_error(logger, "teams.handler_failed", error)
            return await self._build_error_reply(request)

    async def _resolve_deferred(self, reply: Reply) -> Reply:
        while isinstance(reply, DeferredReply):
            reply = await reply.continuation()
        return reply

    async def _build_error_reply(self, request: Request) -> Reply:
        """Return what went wrong in the person's language, or in English if all else fails."""
        try:
            return await self._routes.report_unexpected_error(request)
        except Exception as error:  # noqa: BLE001 - whatever is broken, silence is worse
            log_error(logger, "teams.no_apology", error)
            sentence = self._card_factory.translate("en", "error.unexpected")
            return Message(sentence, (Text(sentence),))
