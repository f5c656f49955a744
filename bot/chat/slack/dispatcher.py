"""Asks the handlers, answers Slack at once, and sees to the rest once the answer has left."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.chat.after_response import Afterwards
from bot.chat.request_body import Payload
from bot.chat.slack.inbound import requests
from bot.chat.slack.inbound.payloads import Kind
from bot.chat.slack.inbound.requests import Asked, Where
from bot.chat.slack.outbound import ack_body
from bot.chat.slack.outbound.api_client import Line
from bot.chat.slack.outbound.error_codes import code
from bot.chat.slack.outbound.responder import Deliverer
from bot.content.catalogue import Catalogue, Words
from bot.conversation import Answer, Later, Reply, Request, Routes
from bot.elements import Form, Home, Message, Text
from bot.logs import trouble

logger = logging.getLogger("attune.slack")

_READERS: Mapping[Kind, Callable[[Payload], Asked | None]] = {
    Kind.ACTION: requests.action,
    Kind.SUBMISSION: requests.submission,
    Kind.CLOSED: requests.closed,
    Kind.SHORTCUT: requests.shortcut,
    Kind.EVENT: requests.opened_home,
}


class Door:
    """Every payload goes in here, and what Slack is to answer at once comes out.

    A person's answer leaves after their handler has kept what must not be lost, and before
    any call to the Web API. Nothing here raises: after an acknowledgement, an error would
    make Slack tell the person that what was kept had failed. They are told what did.
    """

    def __init__(
        self, routes: Routes, catalogue: Catalogue, line: Line, afterwards: Afterwards
    ) -> None:
        """Route by *routes*; call over *line* in *afterwards*."""
        self._routes = routes
        self._catalogue = catalogue
        self._afterwards = afterwards
        self._deliver = Deliverer(
            line, lambda asked: self._words(asked.request).say("manifest.name")
        )

    async def receive(self, kind: Kind, payload: Payload) -> ack_body.Body:
        """Return the body of the answer to one payload; ``{}`` acknowledges and says no more."""
        try:
            if kind is Kind.EVENT and (news := requests.news(payload)):
                await self._routes.news(news)
                return {}
            asked = self._read(kind, payload)
            answer = self._answer(asked) if asked else None
            if asked is None or answer is None:
                _acknowledged(kind)
                return {}
            return await self._serve(answer, asked)
        except Exception as error:  # noqa: BLE001 - a listener that raises turns into a 500
            trouble(logger, "slack.not_served", error, kind=kind.value)
            return {}

    def _read(self, kind: Kind, payload: Payload) -> Asked | None:
        if kind is Kind.COMMAND:
            return requests.command(payload, self._routes.keywords)
        return _READERS[kind](payload)

    def _answer(self, asked: Asked) -> Answer | None:
        if asked.place.where is Where.OPENED:
            return self._routes.home
        tables = {
            "commands": self._routes.commands,
            "forms": self._routes.forms,
            "buttons": self._routes.buttons,
            "shortcuts": self._routes.shortcuts,
        }
        return tables[asked.table].get(asked.request.name)

    async def _serve(self, answer: Answer, asked: Asked) -> ack_body.Body:
        reply = await self._ask(answer, asked.request)
        if asked.place.where is Where.CLOSED:
            return {}
        if asked.place.where is Where.OPENED and isinstance(reply, Message):
            reply = Home(reply.body)
        now = ack_body.body(reply, asked)
        refresh = _changes_home(reply, asked)
        if now is None or refresh:
            rest = reply if now is None else None
            self._afterwards.begin(self._follow_up(rest, asked, refresh=refresh))
        if isinstance(reply, Later) and asked.place.where is Where.SUBMITTED:
            return ack_body.waiting(asked, self._words(asked.request).say("common.one_moment"))
        return now or {}

    async def _ask(self, answer: Answer, request: Request) -> Reply:
        try:
            return await answer(request)
        except Exception as error:  # noqa: BLE001 - the person is told in their own language
            trouble(logger, "slack.handler_failed", error)
            return await self._apology(request)

    async def _apology(self, request: Request) -> Reply:
        """Return what went wrong in the person's language, or in English if all else fails."""
        try:
            return await self._routes.unexpected(request)
        except Exception as error:  # noqa: BLE001 - whatever is broken, silence is worse
            trouble(logger, "slack.no_apology", error)
            sentence = self._words(request).say("error.unexpected")
            return Message(sentence, (Text(sentence),))

    async def _follow_up(self, reply: Reply, asked: Asked, *, refresh: bool) -> None:
        try:
            await self._deliver.put(reply, asked)
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told
            trouble(logger, "slack.not_shown", error, reason=code(error))
            await self._own_up(asked)
        if refresh:
            await self._refresh_home(asked)

    async def _own_up(self, asked: Asked) -> None:
        """Tell the person, outside any form, that what they asked for could not be shown."""
        if asked.place.where is Where.OPENED:
            return
        told = await self._apology(replace(asked.request, inside_form=False))
        try:
            if isinstance(told, Message):
                await self._deliver.own_up(told, asked)
        except Exception as error:  # noqa: BLE001 - there is no way left to reach them
            trouble(logger, "slack.not_told", error, reason=code(error))

    async def _refresh_home(self, asked: Asked) -> None:
        """Put up the Home afresh that the person acted from; should it fail, the old one stays."""
        person = asked.request.person
        try:
            home = await self._routes.home(requests.home(person, asked.request.key))
            if isinstance(home, Home):
                await self._deliver.put(home, asked)
        except Exception as error:  # noqa: BLE001 - what they did is done all the same
            trouble(logger, "slack.no_home", error, reason=code(error))

    def _words(self, request: Request) -> Words:
        return self._catalogue.words(request.language if not request.locale else request.locale)


def _changes_home(reply: Reply, asked: Asked) -> bool:
    """Whether the Home, from which the person acted, may now be out of date.

    A form that it opened has changed nothing yet, and a page in reply is already new.
    """
    shown = isinstance(reply, Home) or (asked.place.where is Where.HOME and isinstance(reply, Form))
    return asked.place.home and asked.request.step != "changed" and not shown


def _acknowledged(kind: Kind) -> None:
    """Say that nobody here answers this."""
    facts = {"action": "slack.acknowledged", "kind": kind.value}
    logger.debug("slack.acknowledged", extra=facts)
