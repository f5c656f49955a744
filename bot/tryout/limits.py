"""What Slack refuses in a message, a modal or the Home: named fault by fault.

Figures are those of Slack's Block Kit reference and of the published types (2026-11). A
mistake of the bot shows here before it shows in anybody's workspace.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.tryout import elements
from bot.tryout.elements import Json, keys, text

_BLOCKS = {"message": 50, "modal": 100, "home": 100}
_METADATA = 3000
_TITLE = 24
_ID = 255

_ALLOWED = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "divider": set[str](),
    "actions": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "alert": {"text", "level"},
    "rich_text": {"elements"},
    "data_visualization": {"title", "chart"},
    "image": {"image_url", "alt_text", "title"},
}
_SURFACES = {
    "alert": {"modal"},
    "data_visualization": {"message", "home"},
    "input": {"message", "modal", "home"},
}
_VIEW = {
    "modal": {
        "type", "title", "blocks", "submit", "close", "private_metadata", "callback_id",
        "clear_on_close", "notify_on_close", "external_id", "submit_disabled",
    },
    "home": {"type", "blocks", "private_metadata", "callback_id", "external_id"},
}  # fmt: skip
_SEGMENTS, _SERIES = 12, 12
_CHART_TITLE, _CHART_LABEL = 50, 20
_CHARTS_IN_A_MESSAGE = 2
_CONTEXT, _ACTIONS, _FIELDS = 10, 25, 10


def faults(payload: Json, surface: str) -> list[str]:
    """Name everything that Slack would refuse in *payload*; an empty list when all is well.

    *surface* is ``message``, ``modal`` or ``home``; a message needs ``text`` or ``blocks``.
    """
    blocks = payload.get("blocks") or []
    found = [] if surface == "message" else [*_view(payload, surface)]
    if surface == "message" and not blocks and not payload.get("text"):
        found.append("no_text")
    if len(blocks) > _BLOCKS[surface]:
        found.append(f"blocks: more than {_BLOCKS[surface]}")
    for place, block in enumerate(blocks):
        found += [f"blocks[{place}]: {fault}" for fault in _block(block, surface)]
    return [*found, *_together(blocks)]


def _view(view: Json, surface: str) -> Iterator[str]:
    if view.get("type") != surface:
        yield f"type: not {surface}"
    yield from keys(view, _VIEW[surface])
    if not isinstance(view.get("blocks"), list):
        yield "blocks: missing"
    if len(view.get("private_metadata") or "") > _METADATA:
        yield f"private_metadata: more than {_METADATA} characters"
    if len(view.get("callback_id") or "") > _ID:
        yield f"callback_id: more than {_ID} characters"
    if surface == "modal":
        yield from text(view.get("title"), "title", _TITLE, plain=True)
        for part in ("submit", "close"):
            if part in view:
                yield from text(view[part], part, _TITLE, plain=True)
        asks = any(block.get("type") == "input" for block in view.get("blocks") or [])
        if asks and "submit" not in view:
            yield "submit: missing where something is asked"


def _block(block: Any, surface: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    if not isinstance(block, dict) or block.get("type") not in _ALLOWED:
        kind = block.get("type") if isinstance(block, dict) else type(block).__name__
        yield f"type: {kind} is not a block"
        return
    kind = block["type"]
    if surface not in _SURFACES.get(kind, {"message", "modal", "home"}):
        yield f"type: {kind} cannot stand in a {surface}"
    yield from keys(block, _ALLOWED[kind] | {"type", "block_id"})
    if len(str(block.get("block_id", ""))) > _ID:
        yield f"block_id: more than {_ID} characters"
    yield from _INSIDE[kind](block)


def _header(block: Json) -> Iterator[str]:
    yield from text(block.get("text"), "text", 150, plain=True)


def _section(block: Json) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "text: missing"
    if "text" in block:
        yield from text(block["text"], "text", 3000)
    fields = block.get("fields") or []
    if len(fields) > _FIELDS:
        yield f"fields: more than {_FIELDS}"
    for field in fields:
        yield from text(field, "fields", 2000)
    if "accessory" in block:
        yield from elements.faults(block["accessory"], "accessory")


def _context(block: Json) -> Iterator[str]:
    inside = block.get("elements") or []
    if not 1 <= len(inside) <= _CONTEXT:
        yield f"elements: not 1 to {_CONTEXT}"
    for one in inside:
        if one.get("type") != "image":
            yield from text(one, "elements", 3000)


def _nothing(_block: Json) -> Iterator[str]:
    yield from ()


def _actions(block: Json) -> Iterator[str]:
    inside = block.get("elements") or []
    if not 1 <= len(inside) <= _ACTIONS:
        yield f"elements: not 1 to {_ACTIONS}"
    for one in inside:
        yield from elements.faults(one, "actions")


def _input(block: Json) -> Iterator[str]:
    yield from text(block.get("label"), "label", 2000, plain=True)
    if "hint" in block:
        yield from text(block["hint"], "hint", 2000, plain=True)
    yield from elements.faults(block.get("element"), "input")


def _alert(block: Json) -> Iterator[str]:
    yield from text(block.get("text"), "text", 200)
    if block.get("level", "default") not in {"default", "info", "warning", "error", "success"}:
        yield "level: unknown"


def _rich_text(block: Json) -> Iterator[str]:
    known = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
    if not block.get("elements"):
        yield "elements: missing"
    for one in block.get("elements") or []:
        if one.get("type") not in known:
            yield f"elements: {one.get('type')} is not part of a rich text"


def _image(block: Json) -> Iterator[str]:
    for part in ("image_url", "alt_text"):
        if not block.get(part):
            yield f"{part}: missing"


def _chart(block: Json) -> Iterator[str]:
    chart = block.get("chart") or {}
    if not block.get("title") or len(block["title"]) > _CHART_TITLE:
        yield f"title: not 1 to {_CHART_TITLE} characters"
    if chart.get("type") not in {"pie", "bar", "area", "line"}:
        yield "chart.type: unknown"
    parts = chart.get("series") or chart.get("segments") or []
    if not 1 <= len(parts) <= max(_SERIES, _SEGMENTS):
        yield f"chart: not 1 to {_SERIES} series or segments"
    categories = (chart.get("axis_config") or {}).get("categories") or []
    for series in chart.get("series") or []:
        labels = [point.get("label") for point in series.get("data") or []]
        if labels != categories:
            yield "chart: labels differ from the axis"
        if any(len(str(label)) > _CHART_LABEL for label in [*labels, series.get("name", "")]):
            yield f"chart: a label of more than {_CHART_LABEL} characters"


_INSIDE = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _nothing,
    "actions": _actions,
    "input": _input,
    "alert": _alert,
    "rich_text": _rich_text,
    "data_visualization": _chart,
    "image": _image,
}


def _together(blocks: list[Any]) -> Iterator[str]:
    """Name what is wrong with blocks that are each well on their own."""
    known = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(block["block_id"] for block in known if block.get("block_id"))
    yield from (f"block_id: {one} comes twice" for one, count in ids.items() if count > 1)
    for block in known:
        names = Counter(one.get("action_id") for one in block.get("elements") or [])
        twice = [name for name, count in names.items() if name and count > 1]
        yield from (f"action_id: {name} comes twice in a block" for name in twice)
    charts = sum(block.get("type") == "data_visualization" for block in known)
    if charts > _CHARTS_IN_A_MESSAGE:
        yield f"data_visualization: more than {_CHARTS_IN_A_MESSAGE}"
