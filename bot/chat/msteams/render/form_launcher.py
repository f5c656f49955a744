"""The card that stands in a chat for a form: the form itself would stay there with its answers."""

from bot.chat.msteams.action_data import Action, CardContext, Surface, pack_action_data
from bot.chat.msteams.render.composition import Card, RenderResources, literal_text, render_heading
from bot.chat.msteams.render.surfaces import CARD_VERSION


def build_launcher_card(title: str, action: Action, resources: RenderResources) -> Card:
    """Return a card that opens the form *title*, which *act* asks for, in a dialog or in place.

    Each opening is a form of its own, and none is kept in the chat: what Teams shows in the
    place of a card is gone when the chat is opened again.
    """
    words, data = resources.words, pack_action_data(action, CardContext(Surface.MESSAGE))
    opens = {
        "type": "Action.Submit",
        "title": words.translate("private.dialog"),
        "style": "positive",
        "associatedInputs": "none",
        "data": data | {"msteams": {"type": "task/fetch"}},
    }
    here = {
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
        "body": [render_heading(title), literal_text(words.translate("private.launcher"))],
        "actions": [opens, here] if resources.supports_dialogs else [here],
    }
