"""Rebuild a submitted modal with its answers, and the validation errors under its fields.

Slack attaches errors to the fields only in the response to the submission. Where the person's
right had to be asked of the Web API first, that response is sent before the answers are validated.
"""

from collections.abc import Mapping
from typing import Any

from bot.chat.slack.outbound.replaced_view import replace_blocks
from bot.chat.slack.render.composition import Block, mrkdwn_text
from bot.chat.slack.render.markup import escape_text, to_mrkdwn

_INITIAL_KEYS_BY_STATE_KEY = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_time": "initial_time",
    "selected_date": "initial_date",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "value": "initial_value",
}
"""The property with an element's initial value, by the property with its submitted value."""

_ERROR_BLOCK_PREFIX = "error:"


def build_rejected_view(view: Mapping[str, Any], field_errors: Mapping[str, str]) -> Block:
    """Return the open *view* with its answers as initial values, and *field_errors* by id.

    The error of the id ``""`` is on top, with its inline markup; the others are literal.
    """
    values = (view.get("state") or {}).get("values") or {}
    blocks: list[Block] = [_build_error_block("", field_errors[""])] if "" in field_errors else []
    for block in view.get("blocks") or ():
        block_id = str(block.get("block_id", ""))
        if block_id.startswith(_ERROR_BLOCK_PREFIX):
            continue
        blocks.append(_with_answer(block, values.get(block_id) or {}))
        if block_id and block_id in field_errors:
            blocks.append(_build_error_block(block_id, field_errors[block_id]))
    return replace_blocks(view, blocks)


def _with_answer(block: Block, states: Mapping[str, Mapping[str, Any]]) -> Block:
    """Return an input block whose initial value is the submitted one; others are unchanged."""
    element = block.get("element")
    if block.get("type") != "input" or not isinstance(element, dict):
        return block
    state = states.get(str(element.get("action_id", ""))) or {}
    initial = {
        initial_key: state[state_key]
        for state_key, initial_key in _INITIAL_KEYS_BY_STATE_KEY.items()
        if state.get(state_key)
    }
    blank = {
        name: value
        for name, value in element.items()
        if name not in _INITIAL_KEYS_BY_STATE_KEY.values()
    }
    return {**block, "element": {**blank, **initial}}


def _build_error_block(field_id: str, sentence: str) -> Block:
    """Return an error with an icon, since colour alone is not accessible."""
    mrkdwn = escape_text(sentence) if field_id else to_mrkdwn(sentence)
    return {
        "type": "context",
        "block_id": f"{_ERROR_BLOCK_PREFIX}{field_id}",
        "elements": [mrkdwn_text(f"\N{WARNING SIGN} {mrkdwn}")],
    }
