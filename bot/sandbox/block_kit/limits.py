"""What Slack refuses in a message, a modal or the Home: named fault by fault.

Figures are those of Slack's Block Kit reference and of its published types (2026-11). A
mistake of the bot shows here before it shows in anybody's workspace. Where two sources
differ the smaller figure counts. Blocks that the bot could never show are not known here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
"""How many of a kind of block one message holds."""

_MAX_METADATA_LENGTH, _MAX_TITLE_LENGTH, _MAX_MARKDOWN_LENGTH = 3000, 24, 12_000

_Inside = Callable[[Mapping[str, Check], tuple[str, ...]], Check]


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
    """Name everything that Slack would refuse in *payload*; an empty list when all is well.

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


def _check_view(view: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    yield from check_by_type({surface: _VIEW_CHECKS[surface]})(view, "/view")
    blocks = view.get("blocks") if isinstance(view, dict) else []
    yield from _check_blocks(blocks, surface)
    asks = any(one.get("type") == "input" for one in _filter_objects(blocks))
    if surface == "modal" and asks and "submit" not in view:
        yield "/view/submit: missing where something is asked"


def _check_blocks(blocks: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    yield from list_check(_BLOCK_CHECKS[surface], 0, _MAX_BLOCKS[surface])(blocks, "/blocks")
    known = _filter_objects(blocks)
    yield from _check_unique_ids(known)
    kinds = Counter(str(block.get("type")) for block in known)
    yield from (
        f"/blocks: too many {kind}"
        for kind, most in _MAX_BLOCKS_OF_TYPE.items()
        if kinds[kind] > most
    )
    written = sum(len(str(b.get("text"))) for b in known if b.get("type") == "markdown")
    if written > _MAX_MARKDOWN_LENGTH:
        yield f"/blocks: markdown over {_MAX_MARKDOWN_LENGTH} characters"


def _check_unique_ids(blocks: list[Json]) -> Iterator[str]:
    """Name ids that come twice: a block's among all, an element's in its block; and focus."""
    ids = Counter(str(block["block_id"]) for block in blocks if "block_id" in block)
    yield from (f"/blocks: block_id {one!r} twice" for one, times in ids.items() if times > 1)
    focused = 0
    for place, block in enumerate(blocks):
        inside = _filter_objects(
            [block.get("element"), block.get("accessory"), *_get_list(block, "elements")]
        )
        names = Counter(str(one["action_id"]) for one in inside if "action_id" in one)
        twice = [one for one, times in names.items() if times > 1]
        yield from (f"/blocks/{place}: action_id {one!r} twice" for one in twice)
        focused += sum(one.get("focus_on_load") is True for one in inside)
    if focused > 1:
        yield "/blocks: focus_on_load twice"


def _get_list(block: Json, key: str) -> list[Any]:
    found = block.get(key)
    return found if isinstance(found, list) else []


def _filter_objects(values: Any) -> list[Json]:  # noqa: ANN401 - whatever was sent
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
