"""Card factory: renders a reply as a card in the person's language, for any surface."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.msteams.action_data import Action, CardContext
from bot.chat.msteams.directory_cache import DirectoryCache
from bot.chat.msteams.render import form_launcher, markup, surfaces
from bot.chat.msteams.render.composition import Card, RenderResources
from bot.content.catalogue import Catalogue
from bot.conversation import InvalidAnswers
from bot.elements import (
    FIELD_TYPES,
    Caption,
    ChannelField,
    Element,
    Form,
    Home,
    Message,
    PeopleField,
    Text,
    flatten_folds,
)

Renderable = Message | Form | Home


class CardFactory:
    """Builds cards. *supports_dialogs* is whether Teams opens dialogs for this bot."""

    def __init__(
        self, catalogue: Catalogue, directory: DirectoryCache, *, supports_dialogs: bool = True
    ) -> None:
        """Read texts from *catalogue* and display names from *directory*."""
        self._catalogue = catalogue
        self._directory = directory
        self._supports_dialogs = supports_dialogs

    def build_card(
        self, content: Renderable, card_context: CardContext, workspace: str, language: str
    ) -> Card:
        """Render *content* in a copy of *card_context* with a fresh render id."""
        resources = self._build_resources(workspace, language, content.body)
        fresh_context = CardContext(
            card_context.surface,
            secrets.token_urlsafe(16),
            card_context.dialog_title,
            card_context.reopen_action,
        )
        return _RENDERERS[type(content)](content, fresh_context, resources)

    def rebuild_form(
        self,
        form: Form,
        card_context: CardContext,
        invalid: InvalidAnswers,
        workspace: str,
        language: str,
    ) -> Card:
        """Render a form that contains its current answers, and the errors under its fields.

        The render id is unchanged: no submission was stored under that key.
        """
        resources = self._build_resources(workspace, language, form.body)
        return surfaces.render_form(form, card_context, resources, field_errors=invalid.errors)

    def build_launcher(self, form: Form, action: Action, workspace: str, language: str) -> Card:
        """Build the launcher card of a form, which opens a new form at each click."""
        resources = self._build_resources(workspace, language, ())
        return form_launcher.build_launcher_card(form.title, action, resources)

    def translate(self, language: str, key: str) -> str:
        """Return the catalogue's text for *key* in *language*."""
        return self._catalogue.get_pack(language).translate(key)

    def choose_language(self, *tags: str) -> str:
        """Return the catalogue language of the first of *tags* that has one."""
        return self._catalogue.choose_language(*tags)

    def _build_resources(
        self, workspace: str, language: str, body: Iterable[Element]
    ) -> RenderResources:
        displayed = find_displayed_ids(body)
        colleague_ids = self._directory.list_colleagues(workspace, displayed.roster_channel)
        person_ids = (*displayed.person_ids, *colleague_ids)
        return RenderResources(
            self._catalogue.get_pack(language),
            workspace.removeprefix("msteams:"),
            person_names=self._directory.get_names(workspace, person_ids),
            channel_names=self._directory.get_channel_names(workspace),
            supports_dialogs=self._supports_dialogs,
        )


@dataclass(frozen=True)
class DisplayedIds:
    """The ids whose names a body shows.

    ``person_ids`` are mentioned or selected in a field, without duplicates; ``channel_ids`` too.
    ``roster_channel`` is the channel whose members a field of people lists, ``""`` for none.
    ``lists_channels`` is whether a field lists the channels of all teams.
    """

    person_ids: tuple[str, ...]
    channel_ids: tuple[str, ...]
    roster_channel: str
    lists_channels: bool


def find_displayed_ids(body: Iterable[Element]) -> DisplayedIds:
    """Return the ids whose names *body* shows, in order."""
    elements = tuple(flatten_folds(tuple(body)))
    people_fields = [element for element in elements if isinstance(element, PeopleField)]
    channel_fields = [element for element in elements if isinstance(element, ChannelField)]
    selected_ids = [person_id for field in people_fields for person_id in field.initial]
    channels = [field.initial for field in channel_fields if field.initial]
    mentioned_channels = (
        channel_id
        for element in elements
        if isinstance(element, Text | Caption)
        for channel_id in markup.find_channels(element.text)
    )
    return DisplayedIds(
        person_ids=tuple(dict.fromkeys((*find_mentioned_people(elements), *selected_ids))),
        channel_ids=tuple(dict.fromkeys((*channels, *mentioned_channels))),
        roster_channel=channels[0] if channels and people_fields else "",
        lists_channels=bool(channel_fields),
    )


def find_mentioned_people(body: Iterable[Element]) -> Iterator[str]:
    """Return the ids of the people mentioned in a body."""
    for element in flatten_folds(tuple(body)):
        if isinstance(element, Text | Caption):
            yield from markup.find_mentions(element.text)


def message_as_form(content: Message | Home, title: str) -> Form:
    """Return a message as a form without inputs, for surfaces that render only forms."""
    body = tuple(element for element in content.body if not isinstance(element, FIELD_TYPES))
    return Form("note", title, body)


def _render_message(message: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - one signature for every type in _RENDERERS
    return surfaces.render_message(message, card_context, resources)


def _render_form(form: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - one signature for every type in _RENDERERS
    return surfaces.render_form(form, card_context, resources)


def _render_home(home: Any, card_context: CardContext, resources: RenderResources) -> Card:  # noqa: ANN401 - one signature for every type in _RENDERERS
    return surfaces.render_home(home, card_context, resources)


_RENDERERS: Mapping[type[Renderable], Callable[[Any, CardContext, RenderResources], Card]] = {
    Message: _render_message,
    Form: _render_form,
    Home: _render_home,
}
