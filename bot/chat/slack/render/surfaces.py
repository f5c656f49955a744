"""Render messages, forms and the Home tab as Block Kit payloads; pure, deterministic functions."""

from functools import lru_cache

from bot.chat.slack import view_metadata
from bot.chat.slack.render.blocks import BlockSurface, RenderContext, render_blocks
from bot.chat.slack.render.composition import Block, plain_text
from bot.chat.slack.render.markup import escape_text
from bot.elements import FIELD_TYPES, ContactLink, Form, Home, Message

_MAX_TITLE_LENGTH = 24
"""Maximum characters of a modal's title."""


def render_message(message: Message, team_id: str) -> Block:
    """Return a message's payload; its summary is the text of notifications and screen readers."""
    return {
        "text": escape_text(message.summary),
        "blocks": render_blocks(message.body, RenderContext(BlockSurface.MESSAGE, team_id)),
    }


def render_message_cached(message: Message, team_id: str) -> Block:
    """Return a message's payload from a cache, for a message that is sent to many addressees.

    The team id is part of the cache key only where the body contains a contact link.
    """
    has_links = any(isinstance(element, ContactLink) for element in message.body)
    return dict(_render_cached(message, team_id if has_links else ""))


_render_cached = lru_cache(maxsize=128)(render_message)


def render_ephemeral(reply: Message, team_id: str) -> Block:
    """Return a message's payload as an ephemeral response, visible to the user alone."""
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        **render_message(reply, team_id),
    }


def render_form(form: Form, team_id: str, *, from_home: bool = False, channel: str = "") -> Block:
    """Return the modal view of a form.

    The form's name is the view's callback id; its data and the place that opened it, *from_home*
    (the app's Home tab) or a *channel*, are stored in the private metadata. ``notify_on_close``
    requests an event for a form that is closed without being submitted; a view to read requests
    none, since the event would contain the whole view, and its size would tell which guide was
    read.
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
    """Return the view of a user's Home tab; without chart support it has their text alone."""
    render_context = RenderContext(
        BlockSurface.HOME, team_id, has_submit=False, supports_charts=supports_charts
    )
    return {"type": "home", "blocks": render_blocks(home.body, render_context)}


def message_as_form(message: Message, title: str) -> Form:
    """Return a message as a form without fields, for surfaces that can show only a form."""
    body = tuple(element for element in message.body if not isinstance(element, FIELD_TYPES))
    return Form("reading", title[:_MAX_TITLE_LENGTH], body)


def extract_team_id(workspace: str) -> str:
    """Return Slack's own team id of a workspace (``T…`` of ``slack:T…``)."""
    return workspace.removeprefix("slack:")
