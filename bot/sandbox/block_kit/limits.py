"""Validation of messages, modals and Home views by the limits of Block Kit, fault by fault.

The limits come from Slack's Block Kit reference and its published types (2026-11). They detect
an invalid payload of the bot before a real workspace does. Where two sources differ the smaller
limit applies. Block types that the bot never renders are rejected as unknown.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.block_kit.elements import (
    ACTIONS_ELEMENT,
    IMAGE_ELEMENT,
    INPUT_ELEMENT,
    MAX_ID_LENGTH,
    SECTION_ACCESSORY,
)
from bot.sandbox.block_kit.rich_text import CHART, RICH_TEXT_PARTS, TABLE_PROPERTIES
from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    accept_anything,
    check_boolean,
    check_by_type,
    combine_checks,
    enum_check,
    list_check,
    object_check,
    plain_text_check,
    string_check,
    text_object_check,
)

_MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
_MAX_BLOCKS_OF_TYPE = {"table": 1, "data_visualization": 2}
"""Maximum number of blocks per message, for the types that have such a limit."""

_MAX_METADATA_LENGTH, _MAX_TITLE_LENGTH, _MAX_MARKDOWN_LENGTH = 3000, 24, 12_000


def _block_check(properties: Mapping[str, Check], *required: str) -> Check:
    own = {"type": accept_anything, "block_id": string_check(MAX_ID_LENGTH, 1)}
    return object_check({**own, **properties}, required)


def _check_section_content(section: Json, pointer: str) -> Iterator[str]:
    if "text" not in section and "fields" not in section:
        yield f"{pointer}: neither text nor fields"


_SECTION = combine_checks(
    _block_check(
        {
            "text": text_object_check(3000),
            "fields": list_check(text_object_check(2000), 1, 10),
            "accessory": SECTION_ACCESSORY,
            "expand": check_boolean,
        }
    ),
    _check_section_content,
)
_CONTEXT_TEXTS = {kind: text_object_check(3000, kind) for kind in ("plain_text", "mrkdwn")}

_COMMON_BLOCKS: Mapping[str, Check] = {
    "header": _block_check({"text": plain_text_check(150)}, "text"),
    "section": _SECTION,
    "context": _block_check(
        {"elements": list_check(check_by_type({**_CONTEXT_TEXTS, "image": IMAGE_ELEMENT}), 1, 10)},
        "elements",
    ),
    "divider": _block_check({}),
    "actions": _block_check({"elements": list_check(ACTIONS_ELEMENT, 1, 25)}, "elements"),
    "input": _block_check(
        {
            "label": plain_text_check(2000),
            "element": INPUT_ELEMENT,
            "hint": plain_text_check(2000),
            "optional": check_boolean,
            "dispatch_action": check_boolean,
        },
        "label",
        "element",
    ),
    "image": _block_check(
        {
            "image_url": string_check(3000, 1),
            "alt_text": string_check(2000, 1),
            "title": plain_text_check(2000),
        },
        "image_url",
        "alt_text",
    ),
    "rich_text": _block_check({"elements": RICH_TEXT_PARTS}, "elements"),
}
_ALERT = _block_check(
    {
        "text": text_object_check(200),
        "level": enum_check("default", "info", "warning", "error", "success"),
    },
    "text",
)
_DATA_BLOCKS = {
    "data_visualization": _block_check(
        {"title": string_check(50, 1), "chart": CHART}, "title", "chart"
    ),
    "table": _block_check(TABLE_PROPERTIES, "rows"),
}
_BLOCK_CHECKS: Mapping[str, Check] = {
    "message": check_by_type(
        {
            **_COMMON_BLOCKS,
            **_DATA_BLOCKS,
            "markdown": _block_check({"text": string_check(_MAX_MARKDOWN_LENGTH, 1)}, "text"),
        }
    ),
    "modal": check_by_type({**_COMMON_BLOCKS, "alert": _ALERT}),
    "home": check_by_type({**_COMMON_BLOCKS, **_DATA_BLOCKS}),
}
_VIEW_PROPERTIES: Mapping[str, Check] = {
    "type": accept_anything,
    "blocks": accept_anything,
    "private_metadata": string_check(_MAX_METADATA_LENGTH),
    "callback_id": string_check(MAX_ID_LENGTH),
    "external_id": string_check(MAX_ID_LENGTH),
}
_VIEW_CHECKS: Mapping[str, Check] = {
    "modal": object_check(
        {
            **_VIEW_PROPERTIES,
            "title": plain_text_check(_MAX_TITLE_LENGTH),
            "submit": plain_text_check(_MAX_TITLE_LENGTH),
            "close": plain_text_check(_MAX_TITLE_LENGTH),
            "clear_on_close": check_boolean,
            "notify_on_close": check_boolean,
            "submit_disabled": check_boolean,
        },
        ("title", "blocks"),
    ),
    "home": object_check(_VIEW_PROPERTIES, ("blocks",)),
}


def find_faults(payload: Json, surface: str) -> list[str]:
    """Return every fault for which Slack would reject *payload*; an empty list for a valid one.

    *surface* is ``message``, ``modal`` or ``home``; a message needs ``text`` or ``blocks``.
    Each fault begins with a JSON pointer.
    """
    return list(_check_message(payload) if surface == "message" else _check_view(payload, surface))


def _check_message(message: Json) -> Iterator[str]:
    blocks = message.get("blocks") or []
    if not blocks and not message.get("text"):
        yield "no_text"
    yield from string_check(40_000)(message.get("text") or "", "/text")
    yield from _check_blocks(blocks, "message")


def _check_view(view: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    yield from check_by_type({surface: _VIEW_CHECKS[surface]})(view, "/view")
    blocks = view.get("blocks") if isinstance(view, dict) else []
    yield from _check_blocks(blocks, surface)
    has_input = any(block.get("type") == "input" for block in _filter_objects(blocks))
    if surface == "modal" and has_input and "submit" not in view:
        yield "/view/submit: missing in a modal with an input block"


def _check_blocks(blocks: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    yield from list_check(_BLOCK_CHECKS[surface], 0, _MAX_BLOCKS[surface])(blocks, "/blocks")
    objects = _filter_objects(blocks)
    yield from _check_unique_ids(objects)
    kinds = Counter(str(block.get("type")) for block in objects)
    yield from (
        f"/blocks: too many {kind}"
        for kind, most in _MAX_BLOCKS_OF_TYPE.items()
        if kinds[kind] > most
    )
    texts = [str(block.get("text")) for block in objects if block.get("type") == "markdown"]
    if sum(map(len, texts)) > _MAX_MARKDOWN_LENGTH:
        yield f"/blocks: markdown over {_MAX_MARKDOWN_LENGTH} characters"


def _check_unique_ids(blocks: list[Json]) -> Iterator[str]:
    """Yield duplicate block ids, duplicate action ids within a block, and a second focus."""
    ids = Counter(str(block["block_id"]) for block in blocks if "block_id" in block)
    yield from (
        f"/blocks: block_id {block_id!r} twice" for block_id, times in ids.items() if times > 1
    )
    focused = 0
    for index, block in enumerate(blocks):
        elements = _filter_objects(
            [block.get("element"), block.get("accessory"), *_get_list(block, "elements")]
        )
        action_ids = Counter(str(e["action_id"]) for e in elements if "action_id" in e)
        duplicates = [action_id for action_id, times in action_ids.items() if times > 1]
        yield from (f"/blocks/{index}: action_id {action_id!r} twice" for action_id in duplicates)
        focused += sum(element.get("focus_on_load") is True for element in elements)
    if focused > 1:
        yield "/blocks: focus_on_load twice"


def _get_list(block: Json, key: str) -> list[Any]:
    value = block.get(key)
    return value if isinstance(value, list) else []


def _filter_objects(values: Any) -> list[Json]:  # noqa: ANN401 - any JSON value
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )
