"""The small parts that Block Kit's blocks are made of."""

from typing import Any

from bot.chat.slack.render.markup import escape
from bot.elements import Confirm, Option

Block = dict[str, Any]


def plain(text: str) -> Block:
    """Return a text that Slack shows as it is."""
    return {"type": "plain_text", "text": text}


def marked(written: str) -> Block:
    """Return a text in Slack's notation; ``verbatim`` keeps Slack from guessing links."""
    return {"type": "mrkdwn", "text": written, "verbatim": True}


def literal(text: str) -> Block:
    """Return a literal text where Slack takes its own notation alone."""
    return marked(escape(text))


def option(one: Option, *, detail: bool = True) -> Block:
    """Return one answer that can be chosen, or one step of a menu."""
    made: Block = {"text": plain(one.label), "value": one.code}
    if detail and one.detail:
        made["description"] = plain(one.detail)
    return made


def confirm(asked: Confirm) -> Block:
    """Return the question that Slack asks before a step is taken."""
    return {
        "title": plain(asked.title),
        "text": plain(asked.text),
        "confirm": plain(asked.yes),
        "deny": plain(asked.no),
    }
