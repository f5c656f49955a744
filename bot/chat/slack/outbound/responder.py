"""Send replies by Web API calls after the HTTP response, which could not contain them."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from bot.chat.slack.inbound.requests import Interaction, Origin
from bot.chat.slack.outbound.ack_body import (
    assign_errors_to_fields,
    build_waiting_form,
    errors_as_message,
    reply_as_form,
)
from bot.chat.slack.outbound.api_client import ApiClient
from bot.chat.slack.outbound.home_tab import publish_home
from bot.chat.slack.outbound.rejected_form import build_rejected_view
from bot.chat.slack.outbound.replaced_view import unfold_view
from bot.chat.slack.outbound.view_updater import ViewUpdater
from bot.chat.slack.render import surfaces
from bot.conversation import DeferredReply, InvalidAnswers, Reply
from bot.elements import Form, Home, Message
from bot.logs import log_error

logger = logging.getLogger("attune.slack")

_WAITING_FORM_SECONDS = 0.3
"""Minimum seconds from the response with the waiting form to its update, so that Slack shows it."""

_FORM_ORIGINS = frozenset({Origin.MODAL, Origin.SUBMITTED})


class Responder:
    """Sends a reply to the surface on which the user acted, in a background task.

    Raises the exceptions of the API calls, and
    :class:`bot.chat.slack.outbound.view_updater.ReplyNotShownError` where the view was changed or
    closed since the request.
    """

    def __init__(self, api_client: ApiClient, get_form_title: Callable[[Interaction], str]) -> None:
        """Call Slack with *api_client*; *get_form_title* titles a message that becomes a form."""
        self.waiting_form_seconds = _WAITING_FORM_SECONDS
        self.view_updater = ViewUpdater(api_client)
        self._api_client = api_client
        self._get_form_title = get_form_title

    async def send_reply(self, reply: Reply, interaction: Interaction) -> None:
        """Send a reply by its type; a :class:`bot.conversation.DeferredReply` is awaited first."""
        if isinstance(reply, DeferredReply):
            resolved = await self._resolve_deferred(reply, interaction)
            await self._show_waiting_text(resolved, interaction)
            await self.send_reply(resolved, interaction)
        elif isinstance(reply, InvalidAnswers):
            await self._send_errors(reply, interaction)
        elif isinstance(reply, Home):
            await publish_home(self._api_client, interaction.request.person, reply)
        elif isinstance(reply, Message):
            await self._send_message(reply, interaction)
        elif isinstance(reply, Form):
            await self._show_form(reply, interaction)

    async def unfold_texts(self, interaction: Interaction) -> None:
        """Replace the pressed button of a fold by its texts, with ``views.update``."""
        target = interaction.reply_target
        view = unfold_view(target.open_view, target.block_id, interaction.request.data)
        await self.view_updater.redraw_view(view, interaction)

    async def post_ephemeral(self, message: Message, interaction: Interaction) -> None:
        """Post an ephemeral message to the response URL, which needs no token."""
        body = surfaces.render_ephemeral(
            message, surfaces.extract_team_id(interaction.request.person.workspace)
        )
        await self._api_client.post_ephemeral(interaction.reply_target.response_url, body)

    async def report_failure(self, message: Message, interaction: Interaction) -> None:
        """Post an error message to the response URL; the fallback is the user's private chat."""
        if interaction.reply_target.response_url:
            with suppress(Exception):
                await self.post_ephemeral(message, interaction)
                return
        await self._post_message(message, interaction)

    async def _resolve_deferred(self, deferred: DeferredReply, interaction: Interaction) -> Reply:
        if interaction.reply_target.origin is not Origin.SUBMITTED:
            return await deferred.continuation()
        reply, _ = await asyncio.gather(
            deferred.continuation(), asyncio.sleep(self.waiting_form_seconds)
        )
        return reply

    async def _show_waiting_text(self, reply: Reply, interaction: Interaction) -> None:
        """Show the waiting text of a second deferred reply with ``views.update``.

        An exception is logged and not raised, since the continuation has to run in any case.
        """
        is_submitted = interaction.reply_target.origin is Origin.SUBMITTED
        if not (isinstance(reply, DeferredReply) and reply.waiting_text and is_submitted):
            return
        form = build_waiting_form(interaction, reply.waiting_text)
        try:
            await self._show_form(form, interaction)
        except Exception as error:  # noqa: BLE001 - the reply itself follows
            log_error(logger, "slack.waiting_text_failed", error)

    async def _send_errors(self, invalid: InvalidAnswers, interaction: Interaction) -> None:
        """Update the open view with its validation errors; on other surfaces send a message."""
        target = interaction.reply_target
        if target.origin not in _FORM_ORIGINS:
            await self._send_message(errors_as_message(invalid), interaction)
            return
        field_errors = assign_errors_to_fields(invalid.errors, target.field_ids)
        view = build_rejected_view(target.open_view, field_errors)
        await self.view_updater.redraw_view(view, interaction)

    async def _send_message(self, message: Message, interaction: Interaction) -> None:
        if interaction.reply_target.origin in _FORM_ORIGINS:
            await self._show_form(reply_as_form(message, interaction), interaction)
        elif interaction.reply_target.response_url:
            await self.post_ephemeral(message, interaction)
        elif interaction.reply_target.trigger_id:
            await self._show_form(
                surfaces.message_as_form(message, self._get_form_title(interaction)), interaction
            )
        else:
            await self._post_message(message, interaction)

    async def _post_message(self, message: Message, interaction: Interaction) -> None:
        """Call ``chat.postMessage`` with the user's id as the channel."""
        workspace = interaction.request.person.workspace
        client = await self._api_client.get_client(workspace)
        await client.chat_postMessage(
            channel=interaction.request.person.id,
            unfurl_links=False,
            unfurl_media=False,
            **surfaces.render_message(message, surfaces.extract_team_id(workspace)),
        )

    async def _show_form(self, form: Form, interaction: Interaction) -> None:
        """Call ``views.update`` for the open view, else ``views.push`` or ``views.open``."""
        workspace = interaction.request.person.workspace
        view = surfaces.render_form(
            form,
            surfaces.extract_team_id(workspace),
            from_home=interaction.reply_target.from_home,
            channel=interaction.request.channel,
        )
        is_pushed = form.back is not None and interaction.reply_target.may_push
        if interaction.reply_target.origin in _FORM_ORIGINS and not is_pushed:
            await self.view_updater.replace_view(view, interaction)
            return
        client = await self._api_client.get_client(workspace)
        show_view = client.views_push if is_pushed else client.views_open
        await show_view(trigger_id=interaction.reply_target.trigger_id, view=view)
