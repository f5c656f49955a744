"""Render the reply to a button, form or command of an older release that has no route any more."""

from bot.content.catalogue import LanguagePack
from bot.elements import ActionRow, Button, Message, Text


def render_notice(words: LanguagePack) -> Message:
    """Render the notice that nothing was done, with a button to the current commands."""
    sentence = words.translate("outdated.text")
    help_button = Button("help.open", words.translate("common.step.help"), opens_form=True)
    return Message(sentence, (Text(sentence), ActionRow((help_button,))))
