"""Launcher card of a form, since a form in a chat message would stay there with its answers."""

from bot.chat.msteams.action_data import Action, CardContext, CardSurface, pack_action_data
from bot.chat.msteams.render.composition import (
    Card,
    RenderResources,
    render_heading,
    render_literal_text,
)
from bot.chat.msteams.render.surfaces import CARD_VERSION


def build_launcher_card(title: str, action: Action, resources: RenderResources) -> Card:
    """Build a card that requests *action*, which opens the form *title*, in a dialog or in place.

    Each click opens a new form, and none is stored in the chat: a card in an invoke response
    disappears when the chat is loaded again.
    """
    words = resources.words
    data = pack_action_data(action, CardContext(CardSurface.MESSAGE))
    dialog_action = {
        "type": "Action.Submit",
        "title": words.translate("private.dialog"),
        "style": "positive",
        "associatedInputs": "none",
        "data": data | {"msteams": {"type": "task/fetch"}},
    }
    inline_action = {
        "type": "Action.Execute",
        "title": words.translate("private.here"),
        "verb": action.name,
        "associatedInputs": "none",
        "data": data,
    }
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": CARD_VERSION,
        "lang": words.language.partition("-")[0],
        "fallbackText": title,
        "body": [render_heading(title), render_literal_text(words.translate("private.launcher"))],
        "actions": [dialog_action, inline_action]
        if resources.supports_dialogs
        else [inline_action],
    }
