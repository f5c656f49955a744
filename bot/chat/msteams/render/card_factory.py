"""Every answer as a card, in the person's language, wherever it is to stand."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.chat.msteams.action_data import Act, Stand
from bot.chat.msteams.directory_cache import Acquaintances
from bot.chat.msteams.render import form_launcher, markup, surfaces
from bot.chat.msteams.render.composition import Card, Known
from bot.content.catalogue import Catalogue
from bot.conversation import Invalid
from bot.elements import FIELDS, Element, Form, Home, Message, Small, Text

Shown = Message | Form | Home


class Showing:
    """Makes cards. ``dialogs`` says whether the product opens dialogs for this bot."""

    def __init__(
        self, catalogue: Catalogue, acquaintances: Acquaintances, *, dialogs: bool = True
    ) -> None:
        """Speak from *catalogue*, and call people by the names in *acquaintances*."""
        self._catalogue = catalogue
        self._acquaintances = acquaintances
        self._dialogs = dialogs

    def card(self, shown: Shown, stand: Stand, workspace: str, language: str) -> Card:
        """Return what *stand* shows, with a key of its own for this showing."""
        known = self._known(workspace, language, shown.body)
        fresh = Stand(stand.place, secrets.token_urlsafe(16), stand.title, stand.opened_by)
        return _MAKERS[type(shown)](shown, fresh, known)

    def again(
        self, form: Form, stand: Stand, told: Invalid, act: Act, workspace: str, language: str
    ) -> Card:
        """Return a form as it was filled in, with what cannot be kept under its fields.

        It keeps its key: nothing was done under it yet.
        """
        known = self._known(workspace, language, form.body)
        return surfaces.form(form, stand, known, faults=told.errors, answers=act.answers)

    def launcher(self, form: Form, act: Act, workspace: str, language: str) -> Card:
        """Return the card from which a form is opened afresh, as often as somebody likes."""
        known = self._known(workspace, language, ())
        return form_launcher.card(form.title, act, known)

    def say(self, language: str, key: str) -> str:
        """Return one sentence of the catalogue."""
        return self._catalogue.words(language).say(key)

    def language(self, *tags: str) -> str:
        """Return the catalogue's language that fits the first of *tags* that any fits."""
        return self._catalogue.settle(*tags)

    def _known(self, workspace: str, language: str, body: Iterable[Element]) -> Known:
        return Known(
            self._catalogue.words(language),
            workspace.removeprefix("msteams:"),
            people=self._acquaintances.names(workspace, mentioned(body)),
            dialogs=self._dialogs,
        )


def mentioned(body: Iterable[Element]) -> Iterator[str]:
    """Return the ids of the people whom a body mentions."""
    for element in body:
        if isinstance(element, Text | Small):
            yield from markup.people(element.text)


def as_form(shown: Message | Home, title: str) -> Form:
    """Return a message as a form to read, for where only a form can be shown."""
    body = tuple(one for one in shown.body if not isinstance(one, FIELDS))
    return Form("note", title, body)


def _message(shown: Any, stand: Stand, known: Known) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.message(shown, stand, known)


def _form(shown: Any, stand: Stand, known: Known) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.form(shown, stand, known)


def _home(shown: Any, stand: Stand, known: Known) -> Card:  # noqa: ANN401 - see _MAKERS
    return surfaces.home(shown, stand, known)


_MAKERS: Mapping[type[Shown], Callable[[Any, Stand, Known], Card]] = {
    Message: _message,
    Form: _form,
    Home: _home,
}
