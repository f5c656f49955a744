"""Every answer as a card, in the person's language, wherever it is to stand."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.chat.msteams.action_data import Action, CardContext
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.render import form_launcher, markup, surfaces
from bot.chat.msteams.render.composition import Card, RenderResources
from bot.content.catalogue import Catalogue
from bot.conversation import InvalidAnswers
from bot.elements import FIELD_TYPES, Caption, Element, Form, Home, Message, Text

Renderable = Message | Form | Home


class CardFactory:
    """Makes cards. ``dialogs`` says whether the product opens dialogs for this bot."""

    def __init__(
        self, catalogue: Catalogue, directory: DirectoryCache, *, supports_dialogs: bool = True
    ) -> None:
        """Speak from *catalogue*, and call people by the names in *acquaintances*."""
        self._catalogue = catalogue
        self._directory = directory
        self._supports_dialogs = supports_dialogs

    def build_card(
        self, content: Renderable, card_context: CardContext, workspace: str, language: str
    ) -> Card:
        """Return what *stand* shows, with a key of its own for this showing."""
        known = self._build_resources(workspace, language, content.body)
        fresh = CardContext(
            card_context.surface,
            secrets.token_urlsafe(16),
            card_context.dialog_title,
            card_context.reopen_action,
        )
        return _RENDERERS[type(content)](content, fresh, known)

    def rebuild_form(
        self,
        form: Form,
        card_context: CardContext,
        invalid: InvalidAnswers,
        action: Action,
        workspace: str,
        language: str,
    ) -> Card:
        """Return a form as it was filled in, with what cannot be kept under its fields.

        It keeps its key: nothing was done under it yet.
        """
        known = self._build_resources(workspace, language, form.body)
        return surfaces.render_form(
            form, card_context, known, field_errors=invalid.errors, answers=action.answers
        )

    def build_launcher(self, form: Form, action: Action, workspace: str, language: str) -> Card:
        """Return the card from which a form is opened afresh, as often as somebody likes."""
        known = self._build_resources(workspace, language, ())
        return form_launcher.build_launcher_card(form.title, action, known)

    def translate(self, language: str, key: str) -> str:
        """Return one sentence of the catalogue."""
        return self._catalogue.get_pack(language).translate(key)

    def choose_language(self, *tags: str) -> str:
        """Return the catalogue's language that fits the first of *tags* that any fits."""
        return self._catalogue.choose_language(*tags)

    def _build_resources(
        self, workspace: str, language: str, body: Iterable[Element]
    ) -> RenderResources:
        return RenderResources(
            self._catalogue.get_pack(language),
            workspace.removeprefix("msteams:"),
            person_names=self._directory.get_names(workspace, find_mentioned_people(body)),
            supports_dialogs=self._supports_dialogs,
        )


def find_mentioned_people(body: Iterable[Element]) -> Iterator[str]:
    """Return the ids of the people whom a body mentions."""
    for element in body:
        if isinstance(element, Text | Caption):
            yield from markup.find_mentions(element.text)


def message_as_form(content: Message | Home, title: str) -> Form:
    """Return a message as a form to read, for where only a form can be shown."""
    body = tuple(one for one in content.body if not isinstance(one, FIELD_TYPES))
    return Form("note", title, body)


def _render_message(message: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.render_message(message, card_context, resources)


def _render_form(form: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.render_form(form, card_context, resources)


def _render_home(home: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.render_home(home, card_context, resources)


_RENDERERS: Mapping[type[Renderable], Callable[[Any, CardContext, RenderResources], Card]] = {
    Message: _render_message,
    Form: _render_form,
    Home: _render_home,
}
