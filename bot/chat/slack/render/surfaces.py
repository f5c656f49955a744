"""Render messages, forms and the Home tab as JSON arguments of Web API calls; pure functions."""

from functools import lru_cache

from bot.chat.slack import view_metadata
from bot.chat.slack.render.blocks import BlockSurface, RenderContext, render_blocks
from bot.chat.slack.render.composition import Block, plain_text
from bot.chat.slack.render.markup import escape_text
from bot.elements import FIELD_TYPES, ContactLink, Form, Home, Message

_MAX_TITLE_LENGTH = 24
"""Maximum characters of a modal's title; Slack rejects a longer one."""


def render_message(message: Message, team_id: str) -> Block:
    """Return the ``text`` and ``blocks`` of a message; notifications show only the ``text``."""
    return {
        "text": escape_text(message.summary),
        "blocks": render_blocks(message.body, RenderContext(BlockSurface.MESSAGE, team_id)),
    }


def render_message_cached(message: Message, team_id: str) -> Block:
    """Return a shallow copy of :func:`render_message` from an LRU cache of 128 messages.

    For a message that is sent to many addressees. The team id is part of the cache key only where
    the body contains a contact link, the one element that is rendered with it.
    """
    has_links = any(isinstance(element, ContactLink) for element in message.body)
    return dict(_render_cached(message, team_id if has_links else ""))


_render_cached = lru_cache(maxsize=128)(render_message)


def render_ephemeral(reply: Message, team_id: str) -> Block:
    """Return the body of an ephemeral response, which only the user sees."""
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        **render_message(reply, team_id),
    }


def render_form(form: Form, team_id: str, *, from_home: bool = False, channel: str = "") -> Block:
    """Return the modal view of a form.

    The form's name is the ``callback_id``, by which its handler is found. Its data and origin,
    *from_home* (the app's Home tab) or a *channel*, are serialized into ``private_metadata``.
    ``notify_on_close`` requests a ``view_closed`` payload for a form that is closed without being
    submitted. A view without a submit button requests none: the payload would contain the whole
    view, and the size of the request would reveal which guide was read.
    """
    view: Block = {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": view_metadata.pack_metadata(
            form.data, from_home=from_home, channel=channel
        ),
        "notify_on_close": bool(form.submit),
        "clear_on_close": form.closes_all,
        "title": plain_text(form.title),
        "blocks": render_blocks(
            form.body, RenderContext(BlockSurface.MODAL, team_id, has_submit=bool(form.submit))
        ),
    }
    if form.submit:
        view["submit"] = plain_text(form.submit)
    if form.close:
        view["close"] = plain_text(form.close)
    return view


def render_home(home: Home, team_id: str, *, supports_charts: bool = True) -> Block:
    """Return the view of a user's Home tab; without chart support, charts are rendered as text."""
    render_context = RenderContext(
        BlockSurface.HOME, team_id, has_submit=False, supports_charts=supports_charts
    )
    return {"type": "home", "blocks": render_blocks(home.body, render_context)}


def message_as_form(message: Message, title: str) -> Form:
    """Return a message as a form without fields, its title truncated, to show it as a modal."""
    body = tuple(element for element in message.body if not isinstance(element, FIELD_TYPES))
    return Form("reading", title[:_MAX_TITLE_LENGTH], body)


def extract_team_id(workspace: str) -> str:
    """Return Slack's team id of a workspace key (``T…`` of ``slack:T…``)."""
    return workspace.removeprefix("slack:")
