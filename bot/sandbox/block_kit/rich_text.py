"""Checks of rich text, tables and charts."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    accept_anything,
    check_boolean,
    check_by_type,
    check_number,
    combine_checks,
    enum_check,
    integer_check,
    list_check,
    object_check,
    string_check,
)

_MAX_ITEMS, _MAX_TEXT_LENGTH = 1000, 3000
_MAX_LABEL_LENGTH, _MAX_SERIES, _MAX_CATEGORIES = 20, 6, 20
_MAX_ROWS, _MAX_CELLS = 100, 20

_STYLE = object_check(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline"), check_boolean)
)


def _leaf_check(properties: Mapping[str, Check], *required: str) -> Check:
    return object_check({"type": accept_anything, "style": _STYLE, **properties}, required)


_INLINE_ELEMENT = check_by_type(
    {
        "text": _leaf_check({"text": string_check(_MAX_TEXT_LENGTH, 1)}, "text"),
        "link": _leaf_check(
            {
                "url": string_check(_MAX_TEXT_LENGTH, 1),
                "text": string_check(_MAX_TEXT_LENGTH),
                "unsafe": check_boolean,
            },
            "url",
        ),
        "user": _leaf_check({"user_id": string_check(255, 1)}, "user_id"),
        "channel": _leaf_check({"channel_id": string_check(255, 1)}, "channel_id"),
        "emoji": _leaf_check({"name": string_check(255, 1), "unicode": string_check(255)}, "name"),
        "date": _leaf_check(
            {
                "timestamp": check_number,
                "format": string_check(_MAX_TEXT_LENGTH, 1),
                "fallback": string_check(_MAX_TEXT_LENGTH),
                "url": string_check(_MAX_TEXT_LENGTH),
            },
            "timestamp",
            "format",
        ),
    }
)
_INLINE_ELEMENTS = list_check(_INLINE_ELEMENT, 1, _MAX_ITEMS)
_BORDER = integer_check(0, 1)
_PART_PROPERTIES = {"type": accept_anything, "elements": _INLINE_ELEMENTS}
_SECTION = object_check(_PART_PROPERTIES, ("elements",))

RICH_TEXT_PARTS = list_check(
    check_by_type(
        {
            "rich_text_section": _SECTION,
            "rich_text_quote": object_check({**_PART_PROPERTIES, "border": _BORDER}, ("elements",)),
            "rich_text_preformatted": object_check(
                {**_PART_PROPERTIES, "border": _BORDER}, ("elements",)
            ),
            "rich_text_list": object_check(
                {
                    "type": accept_anything,
                    "elements": list_check(
                        check_by_type({"rich_text_section": _SECTION}), 1, _MAX_ITEMS
                    ),
                    "style": enum_check("bullet", "ordered"),
                    "indent": integer_check(0, 8),
                    "offset": integer_check(0, _MAX_ITEMS),
                    "border": _BORDER,
                },
                ("elements", "style"),
            ),
        }
    ),
    1,
    _MAX_ITEMS,
)
"""The parts of a ``rich_text`` block."""

_CELL = check_by_type(
    {
        "raw_text": object_check(
            {"type": accept_anything, "text": string_check(_MAX_TEXT_LENGTH)}, ("text",)
        ),
        "raw_number": object_check(
            {
                "type": accept_anything,
                "value": check_number,
                "text": string_check(_MAX_TEXT_LENGTH),
            },
            ("value",),
        ),
        "rich_text": object_check(
            {"type": accept_anything, "elements": RICH_TEXT_PARTS}, ("elements",)
        ),
    }
)
_COLUMN = object_check(
    {"align": enum_check("left", "center", "right"), "is_wrapped": check_boolean}
)

TABLE_PROPERTIES: Mapping[str, Check] = {
    "rows": list_check(list_check(_CELL, 1, _MAX_CELLS), 1, _MAX_ROWS),
    "column_settings": list_check(_COLUMN, 0, _MAX_CELLS),
}
"""The properties of a ``table`` block."""

_POINT = object_check(
    {"label": string_check(_MAX_LABEL_LENGTH, 1), "value": check_number}, ("label", "value")
)
_SERIES = object_check(
    {"name": string_check(_MAX_LABEL_LENGTH, 1), "data": list_check(_POINT, 1, _MAX_CATEGORIES)},
    ("name", "data"),
)
_AXIS = object_check(
    {
        "categories": list_check(string_check(_MAX_LABEL_LENGTH, 1), 1, _MAX_CATEGORIES),
        "x_label": string_check(50, 1),
        "y_label": string_check(50, 1),
    },
    ("categories",),
)


def _check_chart_labels(chart: Any, pointer: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    axis = chart.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    all_series = [item for item in chart.get("series") or () if isinstance(item, dict)]
    for index, series in enumerate(all_series):
        points = [point for point in series.get("data") or () if isinstance(point, dict)]
        if [point.get("label") for point in points] != categories:
            yield f"{pointer}/series/{index}: labels differ from the axis"
    names = [str(series.get("name")) for series in all_series]
    if len(set(names)) < len(names):
        yield f"{pointer}/series: duplicate name"
    if categories and len(set(map(str, categories))) < len(categories):
        yield f"{pointer}/axis_config/categories: duplicate category"


_AXIS_CHART: Check = combine_checks(
    object_check(
        {
            "type": accept_anything,
            "series": list_check(_SERIES, 1, _MAX_SERIES),
            "axis_config": _AXIS,
        },
        ("series", "axis_config"),
    ),
    _check_chart_labels,
)
_PIE_PROPERTIES: Json = {"type": accept_anything, "segments": list_check(_POINT, 1, _MAX_SERIES)}

CHART = check_by_type(
    {
        "pie": object_check(_PIE_PROPERTIES, ("segments",)),
        **dict.fromkeys(("bar", "line", "area"), _AXIS_CHART),
    }
)
"""The chart of a ``data_visualization`` block."""
