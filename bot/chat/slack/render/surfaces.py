"""Messages, forms and the app's Home in Slack's own words; pure, and the same every time."""

from functools import lru_cache

from bot.chat.slack import view_metadata
from bot.chat.slack.render.blocks import Frame, Surface, blocks
from bot.chat.slack.render.composition import Block, plain
from bot.chat.slack.render.markup import escape
from bot.elements import FIELDS, Contact, Form, Home, Message

_LONGEST_TITLE = 24


def message(shown: Message, team: str) -> Block:
    """Return a message; its summary is what a notification and a screen reader say first."""
    return {
        "text": escape(shown.summary),
        "blocks": blocks(shown.body, Frame(Surface.MESSAGE, team)),
    }


def owed(shown: Message, team: str) -> Block:
    """Return a message that many are owed, written once for all who get the same."""
    links = any(isinstance(one, Contact) for one in shown.body)
    return dict(_owed(shown, team if links else ""))


_owed = lru_cache(maxsize=128)(message)


def ephemeral(shown: Message, team: str) -> Block:
    """Return a message as an answer that only the person who asked sees, beside the others."""
    return {"response_type": "ephemeral", "replace_original": False, **message(shown, team)}


def modal(form: Form, team: str, *, home: bool = False) -> Block:
    """Return a form as a modal; *home* says that the person came from the app's Home.

    The form's name is the view's callback id, its data travels in the private metadata.
    Slack says when it is closed, so that a form left unfinished is known to be.
    """
    view: Block = {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": view_metadata.pack(form.data, home=home),
        "notify_on_close": True,
        "title": plain(form.title),
        "blocks": blocks(form.body, Frame(Surface.MODAL, team, sent=bool(form.submit))),
    }
    if form.submit:
        view["submit"] = plain(form.submit)
    if form.close:
        view["close"] = plain(form.close)
    return view


def home_tab(home: Home, team: str, *, charts: bool = True) -> Block:
    """Return a person's own page; without *charts* their words stand alone."""
    frame = Frame(Surface.HOME, team, sent=False, charts=charts)
    return {"type": "home", "blocks": blocks(home.body, frame)}


def reading(shown: Message, title: str) -> Form:
    """Return a message as a form to read, for where only a form can be shown."""
    body = tuple(one for one in shown.body if not isinstance(one, FIELDS))
    return Form("reading", title[:_LONGEST_TITLE], body)


def team(workspace: str) -> str:
    """Return Slack's own id of a workspace."""
    return workspace.removeprefix("slack:")
