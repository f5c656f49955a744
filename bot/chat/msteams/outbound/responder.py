"""Puts answers into chats: where the person wrote, and never where others would read them."""

import logging

from bot.chat.msteams.action_data import Place, Stand
from bot.chat.msteams.directory_cache import Acquaintances
from bot.chat.msteams.inbound.requests import Asked, Where
from bot.chat.msteams.outbound.api_client import Card, Line
from bot.chat.msteams.outbound.error_codes import outcome
from bot.chat.msteams.render.card_factory import Showing
from bot.conversation import Invalid, Later, Reply
from bot.elements import Form, Home, Message, Text
from bot.logs import trouble

logger = logging.getLogger("attune.msteams")


class Posting:
    """Answers what somebody wrote. What Teams refuses is raised to the caller."""

    def __init__(self, line: Line, showing: Showing, acquaintances: Acquaintances) -> None:
        """Post over *line* what *showing* makes."""
        self._line = line
        self._showing = showing
        self._acquaintances = acquaintances

    async def put(self, reply: Reply, asked: Asked, language: str) -> None:
        """Put up a reply, after the work that a :class:`Later` still asks for.

        A form to fill in is opened from a card of its own, as it would stay in the chat.
        """
        workspace = asked.request.person.workspace
        while isinstance(reply, Later):
            reply = await reply.work()
        if isinstance(reply, Invalid):
            reply = _in_words(reply)
        if isinstance(reply, Form) and reply.submit:
            card = self._showing.launcher(reply, asked.act, workspace, language)
            await self._post(card, reply.title, asked)
        elif reply is not None:
            place = Place.HOME if isinstance(reply, Home) else Place.MESSAGE
            card = self._showing.card(reply, Stand(place), workspace, language)
            await self._post(card, _summary(reply, self._showing, language), asked)

    async def own_up(self, reply: Reply, asked: Asked, language: str) -> None:
        """Tell the person in their private chat that their answer could not be shown."""
        person = asked.request.person
        tenant = person.workspace.removeprefix("msteams:")
        try:
            way = asked.way
            if asked.where is not Where.PERSONAL:
                way = await self._line.open_chat(way.service, tenant, person.id)
            if isinstance(reply, Message):
                stand = Stand(Place.MESSAGE)
                card = self._showing.card(reply, stand, person.workspace, language)
                await self._line.post(way, card, reply.summary)
        except Exception as error:  # noqa: BLE001 - there is no way left to reach them
            trouble(logger, "teams.not_told", error, reason=outcome(error).reason)

    async def point_away(self, asked: Asked, sentence: str) -> None:
        """Answer what was written before everybody with the one sentence that says nothing."""
        try:
            await self._line.say(asked.way, sentence)
        except Exception as error:  # noqa: BLE001 - who wrote it can write again
            trouble(logger, "teams.not_pointed", error, reason=outcome(error).reason)

    async def _post(self, card: Card, summary: str, asked: Asked) -> None:
        if asked.where is Where.TARGETED:
            await self._line.whisper(asked.way, card, summary, asked.sender)
        else:
            await self._line.post(asked.way, card, summary)


def _in_words(told: Invalid) -> Message:
    sentences = tuple(told.errors.values())
    return Message(" ".join(sentences), tuple(map(Text, sentences)))


def _summary(reply: Message | Form | Home, showing: Showing, language: str) -> str:
    if isinstance(reply, Message):
        return reply.summary
    return reply.title if isinstance(reply, Form) else showing.say(language, "manifest.name")
