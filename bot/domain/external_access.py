"""Render what a person of another organisation sees instead of a form, and as their home page."""

from bot.content.catalogue import LanguagePack
from bot.elements import ActionRow, Button, Heading, Home, Message, Text


def render_refusal(words: LanguagePack) -> Message:
    """Render why a request is for members only, with buttons to what is open to the person."""
    sentence = words.translate("external.refused")
    return Message(sentence, (Text(sentence), _build_buttons(words)))


def render_home_page(words: LanguagePack) -> Home:
    """Render the home page of a person of another organisation; it contains no stored data."""
    return Home(
        (
            Heading(words.translate("home.intro.heading")),
            Text(words.translate("home.intro.text")),
            Text(words.translate("external.home")),
            _build_buttons(words),
        )
    )


def _build_buttons(words: LanguagePack) -> ActionRow:
    return ActionRow(
        (
            Button("tip.today", words.translate("common.step.tip"), opens_form=True),
            Button("rupture.guide", words.translate("rupture.chooser.title"), opens_form=True),
            Button("kept", words.translate("common.step.kept"), opens_form=True),
        )
    )
