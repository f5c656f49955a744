"""Messages, forms and the app's Home in Slack's own words; pure, and the same every time."""

from functools import lru_cache

from bot.chat.slack import view_metadata
from bot.chat.slack.render.blocks import RenderContext, Surface, render_blocks
from bot.chat.slack.render.composition import Block, plain_text
from bot.chat.slack.render.markup import escape_text
from bot.elements import FIELD_TYPES, ContactLink, Form, Home, Message

_MAX_TITLE_LENGTH = 24


def render_message(message: Message, team_id: str) -> Block:
    """Return a message; its summary is what a notification and a screen reader say first."""
    return {
        "text": escape_text(message.summary),
        "blocks": render_blocks(message.body, RenderContext(Surface.MESSAGE, team_id)),
    }


def render_message_cached(message: Message, team_id: str) -> Block:
    """Return a message that many are owed, written once for all who get the same."""
    links = any(isinstance(one, ContactLink) for one in message.body)
    return dict(_render_cached(message, team_id if links else ""))


_render_cached = lru_cache(maxsize=128)(render_message)


def render_ephemeral(reply: Message, team_id: str) -> Block:
    """Return a message as an answer that only the person who asked sees, beside the others."""
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        **render_message(reply, team_id),
    }


def render_form(form: Form, team_id: str, *, from_home: bool = False) -> Block:
    """Return a form as a modal; *home* says that the person came from the app's Home.

    The form's name is the view's callback id, its data travels in the private metadata.
    Slack says when it is closed, so that a form left unfinished is known to be.
    """
    view: Block = {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": view_metadata.pack_metadata(form.data, from_home=from_home),
        "notify_on_close": True,
        "title": plain_text(form.title),
        "blocks": render_blocks(
            form.body, RenderContext(Surface.MODAL, team_id, has_submit=bool(form.submit))
        ),
    }
    if form.submit:
        view["submit"] = plain_text(form.submit)
    if form.close:
        view["close"] = plain_text(form.close)
    return view


def render_home(home: Home, team_id: str, *, supports_charts: bool = True) -> Block:
    """Return a person's own page; without *charts* their words stand alone."""
    frame = RenderContext(Surface.HOME, team_id, has_submit=False, supports_charts=supports_charts)
    return {"type": "home", "blocks": render_blocks(home.body, frame)}


def message_as_form(message: Message, title: str) -> Form:
    """Return a message as a form to read, for where only a form can be shown."""
    body = tuple(one for one in message.body if not isinstance(one, FIELD_TYPES))
    return Form("reading", title[:_MAX_TITLE_LENGTH], body)


def extract_team_id(workspace: str) -> str:
    """Return Slack's own id of a workspace."""
    return workspace.removeprefix("slack:")
