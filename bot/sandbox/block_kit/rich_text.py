"""What Slack refuses in rich text, tables and charts."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    anything,
    boolean,
    both,
    by_type,
    listing,
    number,
    one_of,
    record,
    string,
    whole,
)

_MANY, _LONG = 1000, 3000
_LABEL, _PARTS, _CATEGORIES = 20, 6, 20
_ROWS, _CELLS = 100, 20

_STYLE = record(dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))


def _leaf(known: Mapping[str, Check], *needed: str) -> Check:
    return record({"type": anything, "style": _STYLE, **known}, needed)


_LEAVES = by_type(
    {
        "text": _leaf({"text": string(_LONG, 1)}, "text"),
        "link": _leaf({"url": string(_LONG, 1), "text": string(_LONG), "unsafe": boolean}, "url"),
        "user": _leaf({"user_id": string(255, 1)}, "user_id"),
        "channel": _leaf({"channel_id": string(255, 1)}, "channel_id"),
        "emoji": _leaf({"name": string(255, 1), "unicode": string(255)}, "name"),
        "date": _leaf(
            {
                "timestamp": number,
                "format": string(_LONG, 1),
                "fallback": string(_LONG),
                "url": string(_LONG),
            },
            "timestamp",
            "format",
        ),
    }
)
_INLINE = listing(_LEAVES, 1, _MANY)
_BORDER = whole(0, 1)
_PART = {"type": anything, "elements": _INLINE}
_SECTION = record(_PART, ("elements",))

RICH_TEXT = listing(
    by_type(
        {
            "rich_text_section": _SECTION,
            "rich_text_quote": record({**_PART, "border": _BORDER}, ("elements",)),
            "rich_text_preformatted": record({**_PART, "border": _BORDER}, ("elements",)),
            "rich_text_list": record(
                {
                    "type": anything,
                    "elements": listing(by_type({"rich_text_section": _SECTION}), 1, _MANY),
                    "style": one_of("bullet", "ordered"),
                    "indent": whole(0, 8),
                    "offset": whole(0, _MANY),
                    "border": _BORDER,
                },
                ("elements", "style"),
            ),
        }
    ),
    1,
    _MANY,
)
"""The parts of a ``rich_text`` block."""

_CELL = by_type(
    {
        "raw_text": record({"type": anything, "text": string(_LONG)}, ("text",)),
        "raw_number": record(
            {"type": anything, "value": number, "text": string(_LONG)}, ("value",)
        ),
        "rich_text": record({"type": anything, "elements": RICH_TEXT}, ("elements",)),
    }
)
_COLUMN = record({"align": one_of("left", "center", "right"), "is_wrapped": boolean})

TABLE: Mapping[str, Check] = {
    "rows": listing(listing(_CELL, 1, _CELLS), 1, _ROWS),
    "column_settings": listing(_COLUMN, 0, _CELLS),
}
"""What a ``table`` block holds."""

_POINT = record({"label": string(_LABEL, 1), "value": number}, ("label", "value"))
_SERIES = record(
    {"name": string(_LABEL, 1), "data": listing(_POINT, 1, _CATEGORIES)}, ("name", "data")
)
_AXIS = record(
    {
        "categories": listing(string(_LABEL, 1), 1, _CATEGORIES),
        "x_label": string(50, 1),
        "y_label": string(50, 1),
    },
    ("categories",),
)


def _labels_match(chart: Any, at: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    axis = chart.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    series = [one for one in chart.get("series") or () if isinstance(one, dict)]
    for place, one in enumerate(series):
        points = [point for point in one.get("data") or () if isinstance(point, dict)]
        if [point.get("label") for point in points] != categories:
            yield f"{at}/series/{place}: labels differ from the axis"
    names = [str(one.get("name")) for one in series]
    if len(set(names)) < len(names):
        yield f"{at}/series: a name comes twice"
    if categories and len(set(map(str, categories))) < len(categories):
        yield f"{at}/axis_config/categories: one comes twice"


_PLOTTED: Check = both(
    record(
        {"type": anything, "series": listing(_SERIES, 1, _PARTS), "axis_config": _AXIS},
        ("series", "axis_config"),
    ),
    _labels_match,
)
_SEGMENTS: Json = {"type": anything, "segments": listing(_POINT, 1, _PARTS)}

CHART = by_type(
    {
        "pie": record(_SEGMENTS, ("segments",)),
        **dict.fromkeys(("bar", "line", "area"), _PLOTTED),
    }
)
"""What a ``data_visualization`` block draws."""
