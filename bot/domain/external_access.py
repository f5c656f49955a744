"""Render what a person of another organisation sees instead of a form, and as their home page."""

from bot.affiliation import Affiliation
from bot.content.catalogue import LanguagePack
from bot.elements import ActionRow, Button, Heading, Home, Message, Text


def render_refusal(words: LanguagePack, affiliation: Affiliation = Affiliation.EXTERNAL) -> Message:
    """Render why a request is not served, with buttons to what is open to the person.

    It is for members only, or the product does not tell at the moment who is one.
    """
    is_unknown = affiliation is Affiliation.UNKNOWN
    sentence = words.translate("external.unknown" if is_unknown else "external.refused")
    return Message(sentence, (Text(sentence), _build_buttons(words)))


def render_home_page(words: LanguagePack, affiliation: Affiliation = Affiliation.EXTERNAL) -> Home:
    """Render the home page of a person who is no member as far as is known, without any data."""
    is_unknown = affiliation is Affiliation.UNKNOWN
    return Home(
        (
            Heading(words.translate("home.intro.heading")),
            Text(words.translate("home.intro.text")),
            Text(words.translate("external.unknown" if is_unknown else "external.home")),
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
