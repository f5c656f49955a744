"""Puts up, by Slack's Web API, what did not fit into the reply to Slack's request."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound.requests import Asked, Where
from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.ack_body import as_form, in_words
from bot.chat.slack.outbound.api_client import Line
from bot.chat.slack.outbound.home_tab import publish
from bot.chat.slack.render import surfaces
from bot.conversation import Invalid, Later, Reply
from bot.elements import Form, Home, Message

_WAITING_SHOWS = 0.3
"""Seconds in which Slack has surely put up the waiting form, so that it replaces nothing newer."""

_OVERTAKEN = frozenset({"hash_conflict", "not_found"})
"""The form has changed or was closed since: what the person sees now is theirs."""

_IN_A_FORM = frozenset({Where.MODAL, Where.SUBMITTED})


class Deliverer:
    """Puts a reply where the person is looking. What Slack refuses is raised to the caller."""

    def __init__(self, line: Line, title: Callable[[Asked], str]) -> None:
        """Call over *line*; *title* heads a form that was made of a message."""
        self._line = line
        self._title = title

    async def put(self, reply: Reply, asked: Asked) -> None:
        """Put up a reply, after the work that a :class:`Later` still asks for."""
        if isinstance(reply, Later):
            await self.put(await self._finish(reply, asked), asked)
        elif isinstance(reply, Invalid):
            await self.put(in_words(reply), asked)
        elif isinstance(reply, Home):
            await publish(self._line, asked.request.person, reply)
        elif isinstance(reply, Message):
            await self._say(reply, asked)
        elif isinstance(reply, Form):
            await self._show(reply, asked)

    async def own_up(self, message: Message, asked: Asked) -> None:
        """Tell the person what went wrong where they asked, or else in their chat."""
        if asked.place.response_url:
            with suppress(Exception):
                await self._whisper(message, asked)
                return
        await self._post(message, asked)

    async def _finish(self, later: Later, asked: Asked) -> Reply:
        if asked.place.where is not Where.SUBMITTED:
            return await later.work()
        reply, _ = await asyncio.gather(later.work(), asyncio.sleep(_WAITING_SHOWS))
        return reply

    async def _say(self, message: Message, asked: Asked) -> None:
        if asked.place.where in _IN_A_FORM:
            await self._show(as_form(message, asked), asked)
        elif asked.place.response_url:
            await self._whisper(message, asked)
        elif asked.place.trigger:
            await self._show(surfaces.reading(message, self._title(asked)), asked)
        else:
            await self._post(message, asked)

    async def _whisper(self, message: Message, asked: Asked) -> None:
        """Answer beside the person's own words, for nobody else to see."""
        body = surfaces.ephemeral(message, surfaces.team(asked.request.person.workspace))
        await self._line.answer(asked.place.response_url, body)

    async def _post(self, message: Message, asked: Asked) -> None:
        """Write to the person in their private chat with the bot."""
        workspace = asked.request.person.workspace
        client = await self._line.client(workspace)
        await client.chat_postMessage(
            channel=asked.request.person.id,
            unfurl_links=False,
            unfurl_media=False,
            **surfaces.message(message, surfaces.team(workspace)),
        )

    async def _show(self, form: Form, asked: Asked) -> None:
        """Open a form, or put it in the place of the open one."""
        workspace = asked.request.person.workspace
        client = await self._line.client(workspace)
        view = surfaces.modal(form, surfaces.team(workspace), home=asked.place.home)
        if asked.place.where not in _IN_A_FORM:
            await client.views_open(trigger_id=asked.place.trigger, view=view)
            return
        # After a submission the form has a new hash that nobody told us.
        known = asked.place.hash if asked.place.where is Where.MODAL else ""
        unless_newer: dict[str, Any] = {"hash": known} if known else {}
        try:
            await client.views_update(view_id=asked.place.view, view=view, **unless_newer)
        except SlackApiError as error:
            if error_codes.code(error) not in _OVERTAKEN:
                raise
