"""Render a response for its surface: a message in a conversation, or a read-only form."""

from bot.content.catalogue import LanguagePack
from bot.conversation import Request, Surface
from bot.elements import Element, Form, Message

NOTE_FORM_NAME = "note"
"""The name of every read-only form."""


def build_note_form(words: LanguagePack, title: str, body: tuple[Element, ...]) -> Form:
    """Build a read-only form with the elements of *body* and a close button."""
    return Form(NOTE_FORM_NAME, title, body, close=words.translate("common.close"))


def is_from_home_page(request: Request) -> bool:
    """Return whether *request* came from a button on the person's home page."""
    return request.surface is Surface.HOME


def as_message_or_form(
    request: Request, words: LanguagePack, title: str, message: Message
) -> Message | Form:
    """Return *message* for a conversation, or a read-only form for any other surface.

    The home page, an open form and a shortcut have no conversation to post in: there the body of
    *message* is shown in a form titled *title* (24 characters at most).
    """
    if request.surface in {Surface.COMMAND, Surface.MESSAGE}:
        return message
    return build_note_form(words, title, message.body)
