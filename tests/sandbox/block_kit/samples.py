"""Blocks and views that Slack takes, to be broken one part at a time."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]


def plain(text: str = "Text") -> Json:
    """Return a plain text."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> Json:
    """Return a text in Slack's notation."""
    return {"type": "mrkdwn", "text": text}


def option(code: str = "a") -> Json:
    """Return one answer."""
    return {"text": plain(code), "value": code}


def section(text: str = "Text", **more: Any) -> Json:
    """Return a paragraph."""
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: Any) -> Json:
    """Return a button."""
    return {"type": "button", "text": plain("Press"), "action_id": "press", **more}


def actions(*elements: Json) -> Json:
    """Return a row of steps."""
    return {"type": "actions", "elements": list(elements)}


def radio(codes: str = "ab", **more: Any) -> Json:
    """Return a radio list."""
    return {
        "type": "radio_buttons",
        "action_id": "pick",
        "options": list(map(option, codes)),
        **more,
    }


def asked(element: Json | None = None, **more: Any) -> Json:
    """Return a question."""
    return {
        "type": "input",
        "block_id": "pick",
        "label": plain("?"),
        "element": element or radio(),
        **more,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a form that can be sent off."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Title"),
        "submit": plain("Send"),
        "blocks": list(blocks or [asked()]),
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    """Return a Home."""
    return {"type": "home", "blocks": list(blocks or [section()]), **more}


def message(*blocks: Json, **more: Any) -> Json:
    """Return a message."""
    return {"text": "Text", "blocks": list(blocks or [section()]), **more}


def chart(**more: Any) -> Json:
    """Return a bar chart."""
    points = [{"label": "a", "value": 1}, {"label": "b", "value": 2.5}]
    drawn = {
        "type": "bar",
        "series": [{"name": "s", "data": points}],
        "axis_config": {"categories": ["a", "b"]},
    }
    return {"type": "data_visualization", "title": "T", "chart": {**drawn, **more}}


def rich(*elements: Json) -> Json:
    """Return a quotation in rich text."""
    said = list(elements) or [{"type": "text", "text": "said", "style": {"bold": True}}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": said}]}


def table(rows: int = 1, cells: int = 1) -> Json:
    """Return a table."""
    row = [{"type": "raw_text", "text": "x"}] * cells
    return {"type": "table", "rows": [deepcopy(row) for _ in range(rows)]}
