"""Asks the handlers, answers Slack at once, and sees to the rest once the answer has left."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.chat.after_response import AfterResponse
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import requests
from bot.chat.slack.inbound.payloads import PayloadKind
from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound import ack_body
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.error_codes import slack_error_code
from bot.chat.slack.outbound.responder import Responder
from bot.content.catalogue import Catalogue, LanguagePack
from bot.conversation import BoundHandler, DeferredReply, Reply, Request, Routes
from bot.elements import Form, Home, Message, Text
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

_INTERACTION_PARSERS: Mapping[PayloadKind, Callable[[Payload], Interaction | None]] = {
    PayloadKind.ACTION: requests.parse_action,
    PayloadKind.SUBMISSION: requests.parse_submission,
    PayloadKind.CLOSED: requests.parse_closed_form,
    PayloadKind.SHORTCUT: requests.parse_shortcut,
    PayloadKind.EVENT: requests.parse_home_opened,
}


class Dispatcher:
    """Every payload goes in here, and what Slack is to answer at once comes out.

    A person's answer leaves after their handler has kept what must not be lost, and before
    any call to the Web API. Nothing here raises: after an acknowledgement, an error would
    make Slack tell the person that what was kept had failed. They are told what did.
    """

    def __init__(
        self,
        routes: Routes,
        catalogue: Catalogue,
        api_client: ApiClient,
        after_response: AfterResponse,
    ) -> None:
        """Route by *routes*; call over *line* in *afterwards*."""
        self._routes = routes
        self._catalogue = catalogue
        self._after_response = after_response
        self._responder = Responder(
            api_client, lambda asked: self._get_pack(asked.request).translate("manifest.name")
        )

    async def dispatch_payload(self, kind: PayloadKind, payload: Payload) -> ack_body.Body:
        """Return the body of the answer to one payload; ``{}`` acknowledges and says no more."""
        try:
            if kind is PayloadKind.EVENT and (news := requests.parse_event(payload)):
                await self._routes.handle_event(news)
                return {}
            asked = self._parse_interaction(kind, payload)
            answer = self._find_handler(asked) if asked else None
            if asked is None or answer is None:
                _log_unhandled(kind)
                return {}
            return await self._handle_interaction(answer, asked)
        except Exception as error:  # noqa: BLE001 - a listener that raises turns into a 500
            log_error(logger, "slack.not_served", error, kind=kind.value)
            return {}

    def _parse_interaction(self, kind: PayloadKind, payload: Payload) -> Interaction | None:
        if kind is PayloadKind.COMMAND:
            return requests.parse_command(payload, self._routes.keywords)
        return _INTERACTION_PARSERS[kind](payload)

    def _find_handler(self, interaction: Interaction) -> BoundHandler | None:
        if interaction.reply_target.origin is Origin.HOME_OPENED:
            return self._routes.home
        tables = {
            "commands": self._routes.commands,
            "forms": self._routes.forms,
            "buttons": self._routes.buttons,
            "shortcuts": self._routes.shortcuts,
        }
        return tables[interaction.table].get(interaction.request.name)

    async def _handle_interaction(
        self, handler: BoundHandler, interaction: Interaction
    ) -> ack_body.Body:
        reply = await self._call_handler(handler, interaction.request)
        if interaction.reply_target.origin is Origin.CLOSED:
            return {}
        if interaction.reply_target.origin is Origin.HOME_OPENED and isinstance(reply, Message):
            reply = Home(reply.body)
        now = ack_body.build_ack_body(reply, interaction)
        refresh = _changes_home(reply, interaction)
        if now is None or refresh:
            rest = reply if now is None else None
            self._after_response.start_task(
                self._reply_after_response(rest, interaction, refresh_home=refresh)
            )
        if isinstance(reply, DeferredReply) and interaction.reply_target.origin is Origin.SUBMITTED:
            return ack_body.build_waiting_body(
                interaction, self._get_pack(interaction.request).translate("common.one_moment")
            )
        return now or {}

    async def _call_handler(self, handler: BoundHandler, request: Request) -> Reply:
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001 - the person is told in their own language
            log_error(logger, "slack.handler_failed", error)
            return await self._build_error_reply(request)

    async def _build_error_reply(self, request: Request) -> Reply:
        """Return what went wrong in the person's language, or in English if all else fails."""
        try:
            return await self._routes.report_unexpected_error(request)
        except Exception as error:  # noqa: BLE001 - whatever is broken, silence is worse
            log_error(logger, "slack.no_apology", error)
            sentence = self._get_pack(request).translate("error.unexpected")
            return Message(sentence, (Text(sentence),))

    async def _reply_after_response(
        self, reply: Reply, interaction: Interaction, *, refresh_home: bool
    ) -> None:
        try:
            await self._responder.send_reply(reply, interaction)
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told
            log_error(logger, "slack.not_shown", error, reason=slack_error_code(error))
            await self._report_failure(interaction)
        if refresh_home:
            await self._refresh_home(interaction)

    async def _report_failure(self, interaction: Interaction) -> None:
        """Tell the person, outside any form, that what they asked for could not be shown."""
        if interaction.reply_target.origin is Origin.HOME_OPENED:
            return
        told = await self._build_error_reply(replace(interaction.request, inside_form=False))
        try:
            if isinstance(told, Message):
                await self._responder.report_failure(told, interaction)
        except Exception as error:  # noqa: BLE001 - there is no way left to reach them
            log_error(logger, "slack.not_told", error, reason=slack_error_code(error))

    async def _refresh_home(self, interaction: Interaction) -> None:
        """Put up the Home afresh that the person acted from; should it fail, the old one stays."""
        person = interaction.request.person
        try:
            home = await self._routes.home(
                requests.build_home_request(person, interaction.request.idempotency_key)
            )
            if isinstance(home, Home):
                await self._responder.send_reply(home, interaction)
        except Exception as error:  # noqa: BLE001 - what they did is done all the same
            log_error(logger, "slack.no_home", error, reason=slack_error_code(error))

    def _get_pack(self, request: Request) -> LanguagePack:
        return self._catalogue.get_pack(request.language if not request.locale else request.locale)


def _changes_home(reply: Reply, interaction: Interaction) -> bool:
    """Whether the Home, from which the person acted, may now be out of date.

    A form that it opened has changed nothing yet, and a page in reply is already new.
    """
    shown = isinstance(reply, Home) or (
        interaction.reply_target.origin is Origin.HOME and isinstance(reply, Form)
    )
    return (
        interaction.reply_target.from_home and interaction.request.step != "changed" and not shown
    )


def _log_unhandled(kind: PayloadKind) -> None:
    """Say that nobody here answers this."""
    facts = {"action": "slack.acknowledged", "kind": kind.value}
    logger.debug("slack.acknowledged", extra=facts)
