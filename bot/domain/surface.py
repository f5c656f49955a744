"""Where an answer appears: the same words as a message, in an open form, or on one's own page."""

from bot.content.catalogue import LanguagePack
from bot.conversation import Request
from bot.elements import Element, Form, Message

NOTE_FORM_NAME = "note"
"""The name of every form that is only read."""


def build_note_form(words: LanguagePack, title: str, body: tuple[Element, ...]) -> Form:
    """Show *body* where a form would stand, with nothing to fill in."""
    return Form(NOTE_FORM_NAME, title, body, close=words.translate("common.close"))


def is_from_home_page(request: Request) -> bool:
    """Whether the person pressed a button on their own page."""
    return not request.channel and not request.inside_form


def as_message_or_form(
    request: Request, words: LanguagePack, title: str, message: Message
) -> Message | Form:
    """Answer in the conversation, or in a form where there is none to answer in.

    A person's own page and an open form are no conversations: there the same words
    stand in a form titled *title* (24 characters at most).
    """
    if request.channel and not request.inside_form:
        return message
    return build_note_form(words, title, message.body)
