"""The small parts that Block Kit's blocks are made of."""

from typing import Any

from bot.chat.slack.render.markup import escape_text
from bot.elements import Confirmation, Option

Block = dict[str, Any]


def plain_text(text: str) -> Block:
    """Return a text that Slack shows as it is."""
    return {"type": "plain_text", "text": text}


def mrkdwn_text(converted: str) -> Block:
    """Return a text in Slack's notation; ``verbatim`` keeps Slack from guessing links."""
    return {"type": "mrkdwn", "text": converted, "verbatim": True}


def literal_text(text: str) -> Block:
    """Return a literal text where Slack takes its own notation alone."""
    return mrkdwn_text(escape_text(text))


def build_option(choice: Option, *, with_description: bool = True) -> Block:
    """Return one answer that can be chosen, or one step of a menu."""
    made: Block = {"text": plain_text(choice.label), "value": choice.code}
    if with_description and choice.description:
        made["description"] = plain_text(choice.description)
    return made


def build_confirmation(confirmation: Confirmation) -> Block:
    """Return the question that Slack asks before a step is taken."""
    return {
        "title": plain_text(confirmation.title),
        "text": plain_text(confirmation.text),
        "confirm": plain_text(confirmation.confirm_label),
        "deny": plain_text(confirmation.cancel_label),
    }
