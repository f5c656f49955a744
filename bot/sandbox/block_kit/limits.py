"""What Slack refuses in a message, a modal or the Home: named fault by fault.

Figures are those of Slack's Block Kit reference and of its published types (2026-11). A
mistake of the bot shows here before it shows in anybody's workspace. Where two sources
differ the smaller figure counts. Blocks that the bot could never show are not known here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.block_kit.elements import ACCESSORY, ID, IMAGE, IN_ACTIONS, IN_INPUT
from bot.sandbox.block_kit.rich_text import CHART, RICH_TEXT, TABLE
from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    anything,
    boolean,
    both,
    by_type,
    listing,
    one_of,
    plain,
    record,
    string,
    text,
)

_MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
_ONCE = {"table": 1, "data_visualization": 2}
"""How many of a kind of block one message holds."""

_METADATA, _TITLE, _MARKDOWN = 3000, 24, 12_000

_Inside = Callable[[Mapping[str, Check], tuple[str, ...]], Check]


def _block(known: Mapping[str, Check], *needed: str) -> Check:
    own = {"type": anything, "block_id": string(ID, 1)}
    return record({**own, **known}, needed)


def _says_something(section: Json, at: str) -> Iterator[str]:
    if "text" not in section and "fields" not in section:
        yield f"{at}: neither text nor fields"


_SECTION = both(
    _block(
        {
            "text": text(3000),
            "fields": listing(text(2000), 1, 10),
            "accessory": ACCESSORY,
            "expand": boolean,
        }
    ),
    _says_something,
)
_TEXTS = {kind: text(3000, kind) for kind in ("plain_text", "mrkdwn")}

_EVERYWHERE: Mapping[str, Check] = {
    "header": _block({"text": plain(150)}, "text"),
    "section": _SECTION,
    "context": _block(
        {"elements": listing(by_type({**_TEXTS, "image": IMAGE}), 1, 10)}, "elements"
    ),
    "divider": _block({}),
    "actions": _block({"elements": listing(IN_ACTIONS, 1, 25)}, "elements"),
    "input": _block(
        {
            "label": plain(2000),
            "element": IN_INPUT,
            "hint": plain(2000),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        "label",
        "element",
    ),
    "image": _block(
        {"image_url": string(3000, 1), "alt_text": string(2000, 1), "title": plain(2000)},
        "image_url",
        "alt_text",
    ),
    "rich_text": _block({"elements": RICH_TEXT}, "elements"),
}
_ALERT = _block(
    {
        "text": text(200),
        "level": one_of("default", "info", "warning", "error", "success"),
    },
    "text",
)
_DRAWN = {
    "data_visualization": _block({"title": string(50, 1), "chart": CHART}, "title", "chart"),
    "table": _block(TABLE, "rows"),
}
_BLOCKS: Mapping[str, Check] = {
    "message": by_type(
        {**_EVERYWHERE, **_DRAWN, "markdown": _block({"text": string(_MARKDOWN, 1)}, "text")}
    ),
    "modal": by_type({**_EVERYWHERE, "alert": _ALERT}),
    "home": by_type({**_EVERYWHERE, **_DRAWN}),
}
_ANY_VIEW: Mapping[str, Check] = {
    "type": anything,
    "blocks": anything,
    "private_metadata": string(_METADATA),
    "callback_id": string(ID),
    "external_id": string(ID),
}
_VIEWS: Mapping[str, Check] = {
    "modal": record(
        {
            **_ANY_VIEW,
            "title": plain(_TITLE),
            "submit": plain(_TITLE),
            "close": plain(_TITLE),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
        ("title", "blocks"),
    ),
    "home": record(_ANY_VIEW, ("blocks",)),
}


def faults(payload: Json, surface: str) -> list[str]:
    """Name everything that Slack would refuse in *payload*; an empty list when all is well.

    *surface* is ``message``, ``modal`` or ``home``; a message needs ``text`` or ``blocks``.
    Each fault begins with a JSON pointer.
    """
    return list(_message(payload) if surface == "message" else _view(payload, surface))


def _message(message: Json) -> Iterator[str]:
    blocks = message.get("blocks") or []
    if not blocks and not message.get("text"):
        yield "no_text"
    yield from string(40_000)(message.get("text") or "", "/text")
    yield from _all(blocks, "message")


def _view(view: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    yield from by_type({surface: _VIEWS[surface]})(view, "/view")
    blocks = view.get("blocks") if isinstance(view, dict) else []
    yield from _all(blocks, surface)
    asks = any(one.get("type") == "input" for one in _tables(blocks))
    if surface == "modal" and asks and "submit" not in view:
        yield "/view/submit: missing where something is asked"


def _all(blocks: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    yield from listing(_BLOCKS[surface], 0, _MOST_BLOCKS[surface])(blocks, "/blocks")
    known = _tables(blocks)
    yield from _twice(known)
    kinds = Counter(str(block.get("type")) for block in known)
    yield from (f"/blocks: too many {kind}" for kind, most in _ONCE.items() if kinds[kind] > most)
    written = sum(len(str(b.get("text"))) for b in known if b.get("type") == "markdown")
    if written > _MARKDOWN:
        yield f"/blocks: markdown over {_MARKDOWN} characters"


def _twice(blocks: list[Json]) -> Iterator[str]:
    """Name ids that come twice: a block's among all, an element's in its block; and focus."""
    ids = Counter(str(block["block_id"]) for block in blocks if "block_id" in block)
    yield from (f"/blocks: block_id {one!r} twice" for one, times in ids.items() if times > 1)
    focused = 0
    for place, block in enumerate(blocks):
        inside = _tables([block.get("element"), block.get("accessory"), *_list(block, "elements")])
        names = Counter(str(one["action_id"]) for one in inside if "action_id" in one)
        twice = [one for one, times in names.items() if times > 1]
        yield from (f"/blocks/{place}: action_id {one!r} twice" for one in twice)
        focused += sum(one.get("focus_on_load") is True for one in inside)
    if focused > 1:
        yield "/blocks: focus_on_load twice"


def _list(block: Json, key: str) -> list[Any]:
    found = block.get(key)
    return found if isinstance(found, list) else []


def _tables(values: Any) -> list[Json]:  # noqa: ANN401 - whatever was sent
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
