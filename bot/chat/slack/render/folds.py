"""Serialize the texts of a fold into the value of its button, and parse them when it is pressed.

Block Kit has no collapsible block. No state is stored: the action's payload contains the value.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.slack.render.composition import Block, mrkdwn_text, plain_text

UNFOLD_ACTION_ID = "unfold"
"""Action id of the button; the dispatcher replaces it in the view, without a handler."""

_MAX_VALUE_LENGTH = 2_000
"""Maximum characters of a button's value; Slack rejects a longer one."""


class FoldValueError(ValueError):
    """The value of a button is not the JSON list of a fold."""


def build_fold_button(label: str, blocks: Sequence[Block]) -> Block | None:
    """Return an actions block with the button whose value is *blocks* as JSON.

    ``None`` where a block is not a text, or the JSON string exceeds the maximum length of a value.
    """
    try:
        packed = [_pack_block(block) for block in blocks]
    except KeyError:
        return None
    value = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
    button = {
        "type": "button",
        "text": plain_text(label),
        "action_id": UNFOLD_ACTION_ID,
        "value": value,
    }
    return {"type": "actions", "elements": [button]} if len(value) <= _MAX_VALUE_LENGTH else None


def unpack_blocks(value: str) -> list[Block]:
    """Parse the JSON *value* of a fold's button into blocks; raises FoldValueError if invalid."""
    try:
        return [_BUILDERS[kind](text) for kind, text in json.loads(value)]
    except (KeyError, TypeError, ValueError):
        raise FoldValueError from None


def build_section(mrkdwn: str) -> Block:
    """Return a section block with a mrkdwn text."""
    return {"type": "section", "text": mrkdwn_text(mrkdwn)}


def build_context(mrkdwn: str) -> Block:
    """Return a context block: a paragraph in a small, grey font."""
    return {"type": "context", "elements": [mrkdwn_text(mrkdwn)]}


def build_quote(text: str) -> Block:
    """Return a rich text block with a quotation, in which Slack parses no markup."""
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [quote]}


def build_preformatted(text: str) -> Block:
    """Return a rich text block with a preformatted text, in which Slack parses no markup."""
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [code]}


def _pack_block(block: Mapping[str, Any]) -> tuple[str, str]:
    if block["type"] == "section":
        return "section", block["text"]["text"]
    first_element = block["elements"][0]
    if block["type"] == "context":
        return "context", first_element["text"]
    if block["type"] == "rich_text":
        return "quote", first_element["elements"][0]["text"]
    raise KeyError(block["type"])


_BUILDERS = {"section": build_section, "context": build_context, "quote": build_quote}
"""Builders by the kind of block in a button's value."""
