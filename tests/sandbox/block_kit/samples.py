"""Factories of valid blocks and views, whose keyword arguments override properties."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def build_plain_text(text: str = "Text") -> Json:
    """Return a ``plain_text`` object."""
    return {"type": "plain_text", "text": text}


def build_mrkdwn(text: str = "Text") -> Json:
    """Return an ``mrkdwn`` text object."""
    return {"type": "mrkdwn", "text": text}


def build_option(code: str = "a") -> Json:
    """Return an option whose label is its value."""
    return {"text": build_plain_text(code), "value": code}


def build_section(text: str = "Text", **overrides: Any) -> Json:
    """Return a section block with an ``mrkdwn`` text."""
    return {"type": "section", "text": build_mrkdwn(text), **overrides}


def build_button(**overrides: Any) -> Json:
    """Return a button element."""
    return {"type": "button", "text": build_plain_text("Press"), "action_id": "press", **overrides}


def build_actions(*elements: Json) -> Json:
    """Return an actions block with these elements."""
    return {"type": "actions", "elements": list(elements)}


def build_radio(codes: str = "ab", **overrides: Any) -> Json:
    """Return a radio button element with one option per character of *codes*."""
    return {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": list(map(build_option, codes)),
        **overrides,
    }


def build_input(element: Json | None = None, **overrides: Any) -> Json:
    """Return an input block; its element is a radio button element by default."""
    return {
        "type": "input",
        "block_id": "pick",
        "label": build_plain_text("?"),
        "element": element or build_radio(),
        **overrides,
    }


def build_modal(*blocks: Json, **overrides: Any) -> Json:
    """Return a modal view with a submit button; its block is an input by default."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": build_plain_text("Title"),
        "submit": build_plain_text("Send"),
        "blocks": list(blocks or [build_input()]),
        **overrides,
    }


def build_home(*blocks: Json, **overrides: Any) -> Json:
    """Return a Home view; its block is a section by default."""
    return {"type": "home", "blocks": list(blocks or [build_section()]), **overrides}


def build_message(*blocks: Json, **overrides: Any) -> Json:
    """Return the arguments of a message; its block is a section by default."""
    return {"text": "Text", "blocks": list(blocks or [build_section()]), **overrides}


def build_chart(**overrides: Any) -> Json:
    """Return a block with a bar chart; *overrides* replace properties of the chart."""
    points = [{"label": "a", "value": 1}, {"label": "b", "value": 2.5}]
    chart = {
        "type": "bar",
        "series": [{"name": "s", "data": points}],
        "axis_config": {"categories": ["a", "b"]},
    }
    return {"type": "data_visualization", "title": "T", "chart": {**chart, **overrides}}


def build_rich_text(*elements: Json) -> Json:
    """Return a ``rich_text`` block with a quote of these inline elements."""
    inline_elements = list(elements) or [{"type": "text", "text": "said", "style": {"bold": True}}]
    quote = {"type": "rich_text_quote", "elements": inline_elements}
    return {"type": "rich_text", "elements": [quote]}


def build_table(rows: int = 1, cells: int = 1) -> Json:
    """Return a table block with *rows* rows of *cells* cells."""
    row = [{"type": "raw_text", "text": "x"}] * cells
    return {"type": "table", "rows": [deepcopy(row) for _ in range(rows)]}
