"""Puts up, by Slack's Web API, what did not fit into the reply to Slack's request."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound import error_codes
from bot.chat.slack.outbound.ack_body import errors_as_message, reply_as_form
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.chat.slack.render import surfaces
from bot.conversation import DeferredReply, InvalidAnswers, Reply
from bot.elements import Form, Home, Message

_WAITING_FORM_SECONDS = 0.3
"""Seconds in which Slack has surely put up the waiting form, so that it replaces nothing newer."""

_STALE_VIEW_ERRORS = frozenset({"hash_conflict", "not_found"})
"""The form has changed or was closed since: what the person sees now is theirs."""

_FORM_ORIGINS = frozenset({Origin.MODAL, Origin.SUBMITTED})


class Responder:
    """Puts a reply where the person is looking. What Slack refuses is raised to the caller."""

    def __init__(self, api_client: ApiClient, get_form_title: Callable[[Interaction], str]) -> None:
        """Call over *line*; *title* heads a form that was made of a message."""
        self._api_client = api_client
        self._get_form_title = get_form_title

    async def send_reply(self, reply: Reply, interaction: Interaction) -> None:
        """Put up a reply, after the work that a :class:`Later` still asks for."""
        if isinstance(reply, DeferredReply):
            await self.send_reply(await self._resolve_deferred(reply, interaction), interaction)
        elif isinstance(reply, InvalidAnswers):
            await self.send_reply(errors_as_message(reply), interaction)
        elif isinstance(reply, Home):
            await publish_home(self._api_client, interaction.request.person, reply)
        elif isinstance(reply, Message):
            await self._send_message(reply, interaction)
        elif isinstance(reply, Form):
            await self._show_form(reply, interaction)

    async def report_failure(self, message: Message, interaction: Interaction) -> None:
        """Tell the person what went wrong where they asked, or else in their chat."""
        if interaction.reply_target.response_url:
            with suppress(Exception):
                await self._post_ephemeral(message, interaction)
                return
        await self._post_message(message, interaction)

    async def _resolve_deferred(self, deferred: DeferredReply, interaction: Interaction) -> Reply:
        if interaction.reply_target.origin is not Origin.SUBMITTED:
            return await deferred.continuation()
        reply, _ = await asyncio.gather(
            deferred.continuation(), asyncio.sleep(_WAITING_FORM_SECONDS)
        )
        return reply

    async def _send_message(self, message: Message, interaction: Interaction) -> None:
        if interaction.reply_target.origin in _FORM_ORIGINS:
            await self._show_form(reply_as_form(message, interaction), interaction)
        elif interaction.reply_target.response_url:
            await self._post_ephemeral(message, interaction)
        elif interaction.reply_target.trigger_id:
            await self._show_form(
                surfaces.message_as_form(message, self._get_form_title(interaction)), interaction
            )
        else:
            await self._post_message(message, interaction)

    async def _post_ephemeral(self, message: Message, interaction: Interaction) -> None:
        """Answer beside the person's own words, for nobody else to see."""
        body = surfaces.render_ephemeral(
            message, surfaces.extract_team_id(interaction.request.person.workspace)
        )
        await self._api_client.post_ephemeral(interaction.reply_target.response_url, body)

    async def _post_message(self, message: Message, interaction: Interaction) -> None:
        """Write to the person in their private chat with the bot."""
        workspace = interaction.request.person.workspace
        client = await self._api_client.get_client(workspace)
        await client.chat_postMessage(
            channel=interaction.request.person.id,
            unfurl_links=False,
            unfurl_media=False,
            **surfaces.render_message(message, surfaces.extract_team_id(workspace)),
        )

    async def _show_form(self, form: Form, interaction: Interaction) -> None:
        """Open a form, or put it in the place of the open one."""
        workspace = interaction.request.person.workspace
        client = await self._api_client.get_client(workspace)
        view = surfaces.render_form(
            form, surfaces.extract_team_id(workspace), from_home=interaction.reply_target.from_home
        )
        if interaction.reply_target.origin not in _FORM_ORIGINS:
            await client.views_open(trigger_id=interaction.reply_target.trigger_id, view=view)
            return
        # After a submission the form has a new hash that nobody told us.
        known = (
            interaction.reply_target.view_hash
            if interaction.reply_target.origin is Origin.MODAL
            else ""
        )
        unless_newer: dict[str, Any] = {"hash": known} if known else {}
        try:
            await client.views_update(
                view_id=interaction.reply_target.view_id, view=view, **unless_newer
            )
        except SlackApiError as error:
            if error_codes.slack_error_code(error) not in _STALE_VIEW_ERRORS:
                raise
