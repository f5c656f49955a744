"""Factory of the responses to card actions: the card that replaces the one that was acted upon."""

from bot.chat.msteams.action_data import Action, CardContext, CardSurface
from bot.chat.msteams.inbound.requests import Interaction, Origin
from bot.chat.msteams.outbound import invoke_response
from bot.chat.msteams.outbound.directory_lookup import DirectoryLookup
from bot.chat.msteams.outbound.invoke_response import Body
from bot.chat.msteams.render.card_factory import CardFactory, message_as_form
from bot.chat.msteams.render.surfaces import fill_form
from bot.conversation import InvalidAnswers
from bot.elements import Form, Home, Message, Text


class InvokeResponseFactory:
    """Builds the body of the response to an invoke, with the names that its card shows."""

    def __init__(self, card_factory: CardFactory, directory_lookup: DirectoryLookup) -> None:
        """Render with *card_factory*, after *directory_lookup* has fetched the names."""
        self._card_factory = card_factory
        self._directory_lookup = directory_lookup

    async def build_card_response(
        self, reply: Message | Form | Home, interaction: Interaction, language: str
    ) -> Body:
        """Render a reply in place of the card that was acted upon, or in the open dialog.

        The response is not stored in the chat: no message is ever edited there.
        """
        is_dialog = interaction.origin is Origin.DIALOG
        title = interaction.card_context.dialog_title
        surface = CardSurface.DIALOG if is_dialog else interaction.card_context.surface
        if not isinstance(reply, Form) and surface in {CardSurface.DIALOG, CardSurface.FORM}:
            reply = message_as_form(
                reply, title or self._card_factory.translate(language, "manifest.name")
            )
        reopen_action = None
        if isinstance(reply, Form):
            title, surface = reply.title, surface if is_dialog else CardSurface.FORM
            reopen_action = _select_reopen_action(reply, interaction) if reply.submit else None
        card_context = CardContext(surface, dialog_title=title, reopen_action=reopen_action)
        workspace = interaction.request.person.workspace
        await self._directory_lookup.prefetch_names(reply.body, workspace)
        card = self._card_factory.build_card(reply, card_context, workspace, language)
        return invoke_response.build_invoke_response(card, title, interaction.origin)

    async def build_invalid_response(
        self, form: Form, invalid: InvalidAnswers, interaction: Interaction, language: str
    ) -> Body:
        """Render *form* with the submitted answers, and the errors under its fields."""
        workspace, action = interaction.request.person.workspace, interaction.action
        filled_form = fill_form(form, action.answers)
        await self._directory_lookup.prefetch_names(filled_form.body, workspace)
        card = self._card_factory.rebuild_form(
            filled_form, interaction.card_context, invalid, workspace, language
        )
        return invoke_response.build_invoke_response(card, form.title, interaction.origin)

    def build_closed_response(self, interaction: Interaction, language: str) -> Body:
        """Replace a form that was closed by the launcher card that opens it again."""
        workspace = interaction.request.person.workspace
        reopen_action = interaction.card_context.reopen_action
        if reopen_action is None:
            closed_text = self._card_factory.translate(language, "private.done")
            reply = Message(closed_text, (Text(closed_text),))
            card_context = CardContext(CardSurface.MESSAGE)
            card = self._card_factory.build_card(reply, card_context, workspace, language)
        else:
            form = Form(interaction.action.name, interaction.card_context.dialog_title, ())
            card = self._card_factory.build_launcher(form, reopen_action, workspace, language)
        return invoke_response.build_invoke_response(
            card, interaction.card_context.dialog_title, interaction.origin
        )


def _select_reopen_action(form: Form, interaction: Interaction) -> Action | None:
    """Return the action that led to *form*, or to the form before it if it must not be repeated."""
    return interaction.action if form.is_repeatable else interaction.card_context.reopen_action
