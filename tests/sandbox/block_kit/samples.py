"""Blocks and views that Slack takes, to be broken one part at a time."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def build_plain_text(text: str = "Text") -> Json:
    """Return a plain text."""
    return {"type": "plain_text", "text": text}


def build_mrkdwn(text: str = "Text") -> Json:
    """Return a text in Slack's notation."""
    return {"type": "mrkdwn", "text": text}


def build_option(code: str = "a") -> Json:
    """Return one answer."""
    return {"text": build_plain_text(code), "value": code}


def build_section(text: str = "Text", **overrides: Any) -> Json:
    """Return a paragraph."""
    return {"type": "section", "text": build_mrkdwn(text), **overrides}


def build_button(**overrides: Any) -> Json:
    """Return a button."""
    return {"type": "button", "text": build_plain_text("Press"), "action_id": "press", **overrides}


def build_actions(*elements: Json) -> Json:
    """Return a row of steps."""
    return {"type": "actions", "elements": list(elements)}


def build_radio(codes: str = "ab", **overrides: Any) -> Json:
    """Return a radio list."""
    return {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": list(map(build_option, codes)),
        **overrides,
    }


def build_input(element: Json | None = None, **overrides: Any) -> Json:
    """Return a question."""
    return {
        "type": "input",
        "block_id": "pick",
        "label": build_plain_text("?"),
        "element": element or build_radio(),
        **overrides,
    }


def build_modal(*blocks: Json, **overrides: Any) -> Json:
    """Return a form that can be sent off."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": build_plain_text("Title"),
        "submit": build_plain_text("Send"),
        "blocks": list(blocks or [build_input()]),
        **overrides,
    }


def build_home(*blocks: Json, **overrides: Any) -> Json:
    """Return a Home."""
    return {"type": "home", "blocks": list(blocks or [build_section()]), **overrides}


def build_message(*blocks: Json, **overrides: Any) -> Json:
    """Return a message."""
    return {"text": "Text", "blocks": list(blocks or [build_section()]), **overrides}


def build_chart(**overrides: Any) -> Json:
    """Return a bar chart."""
    points = [{"label": "a", "value": 1}, {"label": "b", "value": 2.5}]
    drawn = {
        "type": "bar",
        "series": [{"name": "s", "data": points}],
        "axis_config": {"categories": ["a", "b"]},
    }
    return {"type": "data_visualization", "title": "T", "chart": {**drawn, **overrides}}


def build_rich_text(*elements: Json) -> Json:
    """Return a quotation in rich text."""
    said = list(elements) or [{"type": "text", "text": "said", "style": {"bold": True}}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": said}]}


def build_table(rows: int = 1, cells: int = 1) -> Json:
    """Return a table."""
    row = [{"type": "raw_text", "text": "x"}] * cells
    return {"type": "table", "rows": [deepcopy(row) for _ in range(rows)]}
