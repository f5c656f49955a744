"""Dispatches payloads to handlers and splits their replies into response and follow-up calls."""

import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from bot.chat.after_response import AfterResponse
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import events, requests
from bot.chat.slack.inbound.payloads import PayloadKind
from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound import ack_body
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.error_codes import slack_error_code
from bot.chat.slack.outbound.home_tab import changes_home
from bot.chat.slack.outbound.installed_workspace import ServedWorkspaces, WorkspaceUnknownError
from bot.chat.slack.outbound.responder import Responder
from bot.chat.slack.outbound.view_updater import ReplyNotShownError
from bot.content.catalogue import Catalogue, LanguagePack
from bot.conversation import (
    ChatEvent,
    DeferredReply,
    InvalidAnswers,
    Reply,
    Request,
    Surface,
    WorkspaceDisconnected,
)
from bot.elements import Home, Message, Text
from bot.logs import log_error
from bot.routes import BoundHandler, Routes

logger = logging.getLogger("attune.slack")

_INTERACTION_PARSERS: Mapping[PayloadKind, Callable[[Payload], Interaction | None]] = {
    PayloadKind.ACTION: requests.parse_action,
    PayloadKind.SUBMISSION: requests.parse_submission,
    PayloadKind.CLOSED: requests.parse_closed_form,
    PayloadKind.SHORTCUT: requests.parse_shortcut,
    PayloadKind.EVENT: requests.parse_home_opened,
}


_MAX_EVENT_AGE_SECONDS = 24 * 60 * 60
"""Age up to which an event may be a retry; Slack repeats one for minutes, not for days."""


class EventNotStoredError(Exception):
    """Raised when an event could not be stored, so that Slack must send it again."""


class Dispatcher:
    """Routes every payload to its handler and returns the body of the HTTP response.

    The response is sent after the handler has committed its data, and before any call to the
    Web API. The only exception raised is :class:`EventNotStoredError`: after an action, an error
    response would make Slack report to the user that the stored action failed. The user gets a
    message about the part that did fail.
    """

    def __init__(
        self,
        routes: Routes,
        catalogue: Catalogue,
        api_client: ApiClient,
        served_workspaces: ServedWorkspaces,
        after_response: AfterResponse,
        report_own_workspace: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Dispatch payloads from *served_workspaces* to the handlers of *routes*.

        The Web API is called with *api_client* in *after_response* tasks. The coroutine function
        *report_own_workspace* reports the workspace as connected if the bot token works.
        """
        self._report_own_workspace = report_own_workspace
        self._started_at = int(time.time())
        self._routes = routes
        self._served_workspaces = served_workspaces
        self._catalogue = catalogue
        self._after_response = after_response
        self.responder = Responder(
            api_client,
            lambda interaction: self._get_pack(interaction.request).translate("manifest.name"),
        )

    async def dispatch_payload(self, kind: PayloadKind, payload: Payload) -> ack_body.Body:
        """Return the body of the response to one payload; ``{}`` is a bare acknowledgement."""
        try:
            if refusal_key := await self._find_refusal(payload):
                return self._refuse_payload(kind, payload, refusal_key)
            if kind is PayloadKind.EVENT and (event := events.parse_event(payload)):
                await self._store_event(event)
                if isinstance(event, WorkspaceDisconnected) and self._predates_start(payload):
                    self._after_response.start_task(self._report_own_workspace())
                return {}
            interaction = self._parse_interaction(kind, payload)
            if interaction and interaction.reply_target.is_unfolding:
                return await self._open_fold(kind, payload, interaction)
            handler = self._find_handler(interaction) if interaction else None
            if handler is None:
                _log_event(logging.DEBUG, "slack.payload_unhandled", kind=kind.value)
            if interaction is None or (handler is None and kind is PayloadKind.CLOSED):
                await self._routes.handle_event(requests.parse_received_payload(kind, payload))
                return {}
            return await self._handle_interaction(
                handler or self._routes.handle_unknown_route, interaction
            )
        except EventNotStoredError:
            raise
        except Exception as error:  # noqa: BLE001 - an exception in a listener becomes a 500
            log_error(logger, "slack.dispatch_failed", error, kind=kind.value)
            return {}

    async def _open_fold(
        self, kind: PayloadKind, payload: Payload, interaction: Interaction
    ) -> ack_body.Body:
        await self._routes.handle_event(requests.parse_received_payload(kind, payload))
        unfolding = self.responder.unfold_texts(interaction)
        self._after_response.start_task(_await_call("slack.unfold_failed", unfolding))
        return {}

    async def _find_refusal(self, payload: Payload) -> str:
        """Return the catalogue key of the reason to reject a payload, ``""`` to accept it.

        Only a workspace with a bot token is served. While the lookup fails, every payload is
        rejected: a valid signature is the same for all workspaces that installed the app.
        """
        try:
            is_served = await self._served_workspaces.serves(payload)
        except WorkspaceUnknownError:
            return "error.busy"
        return "" if is_served else "error.not_installed"

    def _refuse_payload(
        self, kind: PayloadKind, payload: Payload, refusal_key: str
    ) -> ack_body.Body:
        """Respond to a rejected payload, without a database transaction and without the token.

        The user's language is unknown, so the sentence is repeated in each language. While the
        lookup fails, a submitted form gets a validation error, so that its answers remain, and an
        event raises EventNotStoredError, so that Slack retries it.
        """
        fields = {"kind": kind.value, "reason": refusal_key}
        _log_event(logging.WARNING, "slack.payload_refused", **fields)
        if kind is PayloadKind.EVENT and refusal_key == "error.busy":
            raise EventNotStoredError  # Slack retries it, so that nothing is lost
        interaction = self._parse_interaction(kind, payload)
        if interaction is None or kind in {PayloadKind.EVENT, PayloadKind.CLOSED}:
            return {}
        packs = map(self._catalogue.get_pack, self._catalogue.languages)
        sentences = tuple(pack.translate(refusal_key) for pack in packs)
        message = Message(sentences[0], tuple(map(Text, sentences)))
        field_ids = interaction.reply_target.field_ids
        keeps_form = refusal_key == "error.busy" and field_ids
        reply = InvalidAnswers({field_ids[0]: " ".join(sentences)}) if keeps_form else message
        response_body = ack_body.build_ack_body(reply, interaction)
        if response_body is None and interaction.reply_target.response_url:
            post = self.responder.post_ephemeral(message, interaction)
            self._after_response.start_task(_await_call("slack.refusal_failed", post))
        return response_body or {}

    async def _store_event(self, event: ChatEvent) -> None:
        """Await the event handler; any exception becomes EventNotStoredError, and status 503.

        Slack then retries the event. The handler is idempotent, so that a retry after a success
        whose response was lost has no second effect.
        """
        try:
            await self._routes.handle_event(event)
        except Exception as error:
            log_error(logger, "slack.event_not_stored", error, kind=type(event).__name__)
            raise EventNotStoredError from error

    def _predates_start(self, payload: Payload) -> bool:
        """Whether the ``event_time`` is before the start of this process, by a day at most.

        Such an uninstallation event is a retry and may be older than the token that the process was
        started with, so the token is checked with an API call.
        """
        event_time = payload.get("event_time")
        return (
            isinstance(event_time, int)
            and self._started_at - _MAX_EVENT_AGE_SECONDS < event_time < self._started_at
        )

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
        self.responder.view_updater.record_action(interaction)
        reply = await self._call_handler(handler, interaction.request)
        if interaction.reply_target.origin is Origin.CLOSED:
            return {}
        if interaction.reply_target.origin is Origin.HOME_OPENED and isinstance(reply, Message):
            reply = Home(reply.body)
        response_body = ack_body.build_ack_body(reply, interaction)
        refresh_home = changes_home(reply, interaction)
        if response_body is None or refresh_home:
            pending_reply = reply if response_body is None else None
            self._after_response.start_task(
                self._reply_after_response(pending_reply, interaction, refresh_home=refresh_home)
            )
        if isinstance(reply, DeferredReply) and interaction.reply_target.origin is Origin.SUBMITTED:
            pack = self._get_pack(interaction.request)
            waiting_text = reply.waiting_text or pack.translate("common.one_moment")
            return ack_body.build_waiting_body(interaction, waiting_text)
        return response_body or {}

    async def _call_handler(self, handler: BoundHandler, request: Request) -> Reply:
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001 - the user gets an error message instead
            log_error(logger, "slack.handler_failed", error)
            return await self._build_error_reply(request)

    async def _build_error_reply(
        self, request: Request, report: BoundHandler | None = None
    ) -> Reply:
        """Return the error message of *report*, or a static catalogue text if that raises."""
        try:
            return await (report or self._routes.report_unexpected_error)(request)
        except Exception as error:  # noqa: BLE001 - a static text is better than no message
            log_error(logger, "slack.error_reply_failed", error)
            sentence = self._get_pack(request).translate("error.unexpected")
            return Message(sentence, (Text(sentence),))

    async def _reply_after_response(
        self, reply: Reply, interaction: Interaction, *, refresh_home: bool
    ) -> None:
        try:
            await self.responder.send_reply(reply, interaction)
        except ReplyNotShownError as error:
            _log_event(logging.WARNING, "slack.reply_not_shown", reason=error.code)
            await self._report_failure(interaction, self._routes.report_unshown_reply)
        except Exception as error:  # noqa: BLE001 - the user gets an error message instead
            log_error(logger, "slack.reply_failed", error, reason=slack_error_code(error))
            await self._report_failure(interaction, self._routes.report_unexpected_error)
        if refresh_home:
            await self._refresh_home(interaction)

    async def _report_failure(self, interaction: Interaction, report: BoundHandler) -> None:
        """Send an error message to the response URL or private chat; log an exception."""
        if interaction.reply_target.origin is Origin.HOME_OPENED:
            return
        error_reply = await self._build_error_reply(
            replace(interaction.request, surface=Surface.MESSAGE), report
        )
        try:
            if isinstance(error_reply, Message):
                await self.responder.report_failure(error_reply, interaction)
        except Exception as error:  # noqa: BLE001 - no further fallback exists
            log_error(logger, "slack.failure_report_failed", error, reason=slack_error_code(error))

    async def _refresh_home(self, interaction: Interaction) -> None:
        """Await the Home handler, and call ``views.publish``; an exception is logged."""
        person = interaction.request.person
        try:
            home = await self._routes.home(
                requests.build_home_request(
                    person, interaction.request.idempotency_key, interaction.request.affiliation
                )
            )
            if isinstance(home, Home):
                await self.responder.send_reply(home, interaction)
        except Exception as error:  # noqa: BLE001 - the action itself is already stored
            log_error(logger, "slack.home_publish_failed", error, reason=slack_error_code(error))

    def _get_pack(self, request: Request) -> LanguagePack:
        return self._catalogue.get_pack(request.language if not request.locale else request.locale)


async def _await_call(action: str, call: Coroutine[Any, Any, None]) -> None:
    """Await the coroutine *call*, and log an exception as *action*, without a message."""
    try:
        await call
    except Exception as error:  # noqa: BLE001 - no reply reports that a button did nothing
        log_error(logger, action, error, reason=slack_error_code(error))


def _log_event(level: int, action: str, **fields: str) -> None:
    """Log *action* with *fields*, none of which is an id of a person or a workspace."""
    logger.log(level, action, extra={"action": action, **fields})
