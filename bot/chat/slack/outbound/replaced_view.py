"""Build the argument of ``views.update`` from the view in a payload, with other blocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.slack.render.composition import Block
from bot.chat.slack.render.folds import unpack_blocks

_VIEW_KEYS = frozenset(
    {
        "type",
        "callback_id",
        "private_metadata",
        "notify_on_close",
        "clear_on_close",
        "title",
        "submit",
        "close",
    }
)
"""The properties that ``views.update`` accepts; the view in a payload has more."""


def replace_blocks(view: Mapping[str, Any], blocks: Sequence[Block]) -> Block:
    """Return the *view* of a payload as the argument of an update, with *blocks* as its own."""
    properties = {name: value for name, value in view.items() if name in _VIEW_KEYS and value}
    return {**properties, "blocks": list(blocks)}


def unfold_view(view: Mapping[str, Any], block_id: str, value: str) -> Block:
    """Return *view* with the block *block_id* replaced by the blocks in its button's *value*.

    Raises FoldValueError if *value* is not the JSON of a fold.
    """
    texts = unpack_blocks(value)
    blocks: list[Block] = []
    for block in view.get("blocks") or ():
        blocks += texts if block.get("block_id") == block_id else [block]
    return replace_blocks(view, blocks)
