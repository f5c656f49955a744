"""The card that stands in a chat for a form: the form itself would stay there with its answers."""

from bot.chat.msteams.action_data import Act, Place, Stand, pack
from bot.chat.msteams.render.composition import Card, Known, heading, literal
from bot.chat.msteams.render.surfaces import VERSION


def card(title: str, act: Act, known: Known) -> Card:
    """Return a card that opens the form *title*, which *act* asks for, in a dialog or in place.

    Each opening is a form of its own, and none is kept in the chat: what Teams shows in the
    place of a card is gone when the chat is opened again.
    """
    words, data = known.words, pack(act, Stand(Place.MESSAGE))
    opens = {
        "type": "Action.Submit",
        "title": words.say("private.dialog"),
        "style": "positive",
        "associatedInputs": "none",
        "data": data | {"msteams": {"type": "task/fetch"}},
    }
    here = {
        "type": "Action.Execute",
        "title": words.say("private.here"),
        "verb": act.name,
        "associatedInputs": "none",
        "data": data,
    }
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "lang": words.language.partition("-")[0],
        "fallbackText": title,
        "body": [heading(title), literal(words.say("private.launcher"))],
        "actions": [opens, here] if known.dialogs else [here],
    }
