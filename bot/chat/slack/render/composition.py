"""Build the composition objects of Block Kit: texts, options and confirmation dialogs."""

from typing import Any

from bot.chat.slack.render.markup import escape_text
from bot.elements import Confirmation, Option

Block = dict[str, Any]
"""A JSON object of Block Kit: a block, an element, a composition object or a view."""


def plain_text(text: str) -> Block:
    """Return a plain text object, in which Slack parses no markup."""
    return {"type": "plain_text", "text": text}


def mrkdwn_text(mrkdwn: str) -> Block:
    """Return a mrkdwn text object; ``verbatim`` disables Slack's automatic links."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def literal_text(text: str) -> Block:
    """Return a mrkdwn text object of an escaped string, where Slack accepts no plain text."""
    return mrkdwn_text(escape_text(text))


def build_option(choice: Option, *, with_description: bool = True) -> Block:
    """Return the option object of a select field or overflow menu; its value is the answer code."""
    option: Block = {"text": plain_text(choice.label), "value": choice.code}
    if with_description and choice.description:
        option["description"] = plain_text(choice.description)
    return option


def build_confirmation(confirmation: Confirmation) -> Block:
    """Return the ``confirm`` object: a dialog that Slack shows before it sends the action."""
    return {
        "title": plain_text(confirmation.title),
        "text": plain_text(confirmation.text),
        "confirm": plain_text(confirmation.confirm_label),
        "deny": plain_text(confirmation.cancel_label),
    }
