"""Rebuild a submitted view with its answers, and a context block with each validation error.

``response_action: errors``, by which Slack shows errors at the fields, is possible only in the HTTP
response to the submission. A handler that first has to call the Web API, for the person's
permission, validates the answers after that response; the errors then need a ``views.update``.
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
"""Key of an element's initial value, by the key of its submitted value in ``state.values``."""

_ERROR_BLOCK_PREFIX = "error:"


def build_rejected_view(view: Mapping[str, Any], field_errors: Mapping[str, str]) -> Block:
    """Return *view* with the submitted answers as initial values, and *field_errors* as blocks.

    *field_errors* maps block ids to sentences. The error with the key ``""`` is the first block and
    its inline markup is parsed; the others follow their field and are escaped. Error blocks of an
    earlier validation are removed.
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
    """Return an input block with its submitted value as initial value; other blocks unchanged."""
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
    """Return a context block with an icon, since colour alone is not accessible."""
    mrkdwn = escape_text(sentence) if field_id else to_mrkdwn(sentence)
    return {
        "type": "context",
        "block_id": f"{_ERROR_BLOCK_PREFIX}{field_id}",
        "elements": [mrkdwn_text(f"\N{WARNING SIGN} {mrkdwn}")],
    }
