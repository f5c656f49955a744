"""Sends replies to the conversation of a request, visible to its sender only in a channel."""

import logging

from bot.chat.msteams.action_data import CardContext, CardSurface
from bot.chat.msteams.inbound.requests import Interaction, Origin
from bot.chat.msteams.outbound.api_client import ApiClient, Card
from bot.chat.msteams.outbound.directory_lookup import DirectoryLookup
from bot.chat.msteams.outbound.error_codes import classify_error
from bot.chat.msteams.render.card_factory import CardFactory
from bot.conversation import DeferredReply, InvalidAnswers, Reply
from bot.elements import Form, Home, Message, Text
from bot.logs import log_error

logger = logging.getLogger("attune.msteams")


class Responder:
    """Sends replies to messages. Only :meth:`send_reply` raises the errors of an API call."""

    def __init__(
        self, api_client: ApiClient, card_factory: CardFactory, directory_lookup: DirectoryLookup
    ) -> None:
        """Send cards of *card_factory*, with names of *directory_lookup*, by *api_client*."""
        self._api_client = api_client
        self._card_factory = card_factory
        self._directory_lookup = directory_lookup

    async def send_reply(self, reply: Reply, interaction: Interaction, language: str) -> None:
        """Send a reply, after the continuation of a :class:`~bot.conversation.DeferredReply`.

        A form is sent as a launcher card, since its answers would otherwise stay in the chat.
        """
        workspace = interaction.request.person.workspace
        while isinstance(reply, DeferredReply):
            reply = await reply.continuation()
        if isinstance(reply, InvalidAnswers):
            reply = _errors_as_message(reply)
        if isinstance(reply, Form) and reply.submit:
            card = self._card_factory.build_launcher(reply, interaction.action, workspace, language)
            await self._post_card(card, reply.title, interaction)
        elif reply is not None:
            await self._directory_lookup.prefetch_names(reply.body, workspace)
            surface = CardSurface.HOME if isinstance(reply, Home) else CardSurface.MESSAGE
            card = self._card_factory.build_card(reply, CardContext(surface), workspace, language)
            await self._post_card(
                card, _notification_text(reply, self._card_factory, language), interaction
            )

    async def report_failure(self, reply: Reply, interaction: Interaction, language: str) -> None:
        """Send an error message to the person's private chat, after a reply failed."""
        person = interaction.request.person
        tenant_id = person.workspace.removeprefix("msteams:")
        try:
            conversation = interaction.conversation
            if interaction.origin is not Origin.PERSONAL:
                conversation = await self._api_client.open_private_chat(
                    conversation.service_url, tenant_id, person.id
                )
            if isinstance(reply, Message):
                card_context = CardContext(CardSurface.MESSAGE)
                card = self._card_factory.build_card(
                    reply, card_context, person.workspace, language
                )
                await self._api_client.post_card(conversation, card, reply.summary)
        except Exception as error:  # noqa: BLE001 - no other conversation is left
            log_error(
                logger, "teams.failure_report_failed", error, reason=classify_error(error).reason
            )

    async def post_private_chat_hint(self, interaction: Interaction, sentence: str) -> None:
        """Post *sentence* in reply to a public message; any exception is logged.

        It is the same for every command, so that the channel does not see which one was used.
        """
        try:
            await self._api_client.post_text(interaction.conversation, sentence)
        except Exception as error:  # noqa: BLE001 - the sender can send the message again
            log_error(logger, "teams.redirect_failed", error, reason=classify_error(error).reason)

    async def _post_card(self, card: Card, summary: str, interaction: Interaction) -> None:
        if interaction.origin is Origin.TARGETED:
            await self._api_client.post_ephemeral(
                interaction.conversation, card, summary, interaction.sender_id
            )
        else:
            await self._api_client.post_card(interaction.conversation, card, summary)


def _errors_as_message(invalid: InvalidAnswers) -> Message:
    sentences = tuple(invalid.errors.values())
    return Message(" ".join(sentences), tuple(map(Text, sentences)))


def _notification_text(
    reply: Message | Form | Home, card_factory: CardFactory, language: str
) -> str:
    if isinstance(reply, Message):
        return reply.summary
    return (
        reply.title
        if isinstance(reply, Form)
        else card_factory.translate(language, "manifest.name")
    )
