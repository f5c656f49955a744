"""Stands before everything else at Teams' door: no unproven byte gets past it."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from bot.chat import request_body
from bot.chat.after_response import Afterwards
from bot.chat.msteams.inbound import payloads
from bot.chat.msteams.inbound.signing_keys import KeysAwayError
from bot.chat.msteams.inbound.token_validation import Proof, UnendorsedError, UnprovenError
from bot.chat.request_body import Payload
from bot.settings import is_loopback

logger = logging.getLogger("attune.msteams")

MOST_BYTES = 256 * 1024
"""Teams' own activities stay far below; anything larger is not read to its end."""

Body = dict[str, Any]
Receiver = Callable[[payloads.Kind, Payload, str], Awaitable[Body]]
"""Answers one activity that is known to come from the service at an address.

Raises NotKeptError and nothing else.
"""


class NotKeptError(Exception):
    """What Teams told could not be kept just now; it has to tell it again."""


class Guard:
    """Lets only Teams' own, well-formed activities through, and quotes none in any log.

    No token, a forged, foreign, expired or endless one gets 401; a key that may not speak for
    Teams, and a tenant that is not on the list, 403; a body too large 413; a proven body of a
    wrong shape 400; an invoke unknown here 404. A proven activity that asks nothing of this
    bot is acknowledged with 200. While Microsoft's keys cannot be fetched at all, or the store
    cannot keep what is told, it is 503.
    """

    def __init__(
        self,
        receive: Receiver,
        proof: Proof,
        tenants: frozenset[str],
        afterwards: Afterwards,
        *,
        here: bool = False,
    ) -> None:
        """Hand to *receive* what *proof* accepts from *tenants*.

        *here* takes a service on this machine too, for tests and the playground.
        """
        self._receive = receive
        self._proof = proof
        self._tenants = tenants
        self._afterwards = afterwards
        self._here = here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["method"] != "POST":
            await request_body.answer(send, HTTPStatus.METHOD_NOT_ALLOWED)
            return
        async with self._afterwards.answering():
            try:
                answer = await self._answered(scope, receive)
            except _RefusedError as refused:
                action = "teams.refused"
                logger.warning(action, extra={"action": action, "why": refused.why})
                await request_body.answer(send, refused.status)
            else:
                await request_body.answer(send, HTTPStatus.OK, json.dumps(answer) if answer else "")

    async def _answered(self, scope: Scope, receive: Receive) -> Body:
        try:
            proven = await self._proof.of(request_body.header(scope, b"authorization"))
            payload = payloads.parse(await request_body.body(scope, receive, MOST_BYTES))
            service = self._proof.fits(proven, payload)
            if not self._is_service(service):
                raise UnprovenError
            found = payloads.kind(payload)
        except tuple(_WHY) as error:
            raise _RefusedError(*_WHY[type(error)]) from None
        if not self._is_tenant(payload):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "tenant")
        try:
            return await self._receive(found, payload, service) if found else {}
        except NotKeptError:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_kept") from None

    def _is_service(self, service: str) -> bool:
        parts = urlsplit(service)
        here = self._here and parts.scheme == "http" and is_loopback(parts.hostname or "")
        return bool(here or (parts.scheme == "https" and parts.hostname))

    def _is_tenant(self, payload: Payload) -> bool:
        """Whether every tenant that the activity names is on the list, and it names one."""
        named = tenants(payload)
        return bool(named) and named <= self._tenants


def tenants(payload: Payload) -> set[str]:
    """Return every tenant that an activity speaks of, in small letters."""
    channel, conversation = payload.get("channelData"), payload.get("conversation")
    said = [
        conversation.get("tenantId") if isinstance(conversation, dict) else None,
        _id(channel.get("tenant")) if isinstance(channel, dict) else None,
    ]
    return {str(one).lower() for one in said if one}


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(status)
        self.status = status
        self.why = why


_WHY: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnprovenError: (HTTPStatus.UNAUTHORIZED, "unproven"),
    UnendorsedError: (HTTPStatus.FORBIDDEN, "unendorsed"),
    KeysAwayError: (HTTPStatus.SERVICE_UNAVAILABLE, "keys_away"),
    request_body.TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"),
    request_body.MalformedError: (HTTPStatus.BAD_REQUEST, "malformed"),
    payloads.UnknownInvokeError: (HTTPStatus.NOT_FOUND, "unknown_invoke"),
}


def _id(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else None
