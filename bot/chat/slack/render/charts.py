"""Render published shares as Slack's bar chart block, from qualitative levels only."""

from bot.chat.slack.render.composition import Block
from bot.elements import Chart

_MAX_TITLE_LENGTH, _MAX_LABEL_LENGTH = 50, 20
"""Maximum characters that Slack accepts in a chart's title and in a label."""

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def render_chart(element: Chart) -> Block:
    """Return the bar chart block; ``element.text_equivalent`` is rendered beside it.

    Labels have at most 20 characters and must be unique, so long ones are truncated, and
    numbered if they are equal then. Slack always draws the axis, so its label names the levels.
    An ``axis_config`` has categories and two labels but no maximum, and several series are drawn
    side by side, not stacked: only the chart's reference bar keeps the lengths comparable.
    """
    lengths = element.list_bar_lengths()
    labels = _shorten_labels([label for label, _ in lengths])
    values = [steps for _, steps in lengths]
    axis = {"categories": labels, **({"y_label": element.axis_label} if element.axis_label else {})}
    points = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return {
        "type": "data_visualization",
        "title": _truncate_text(element.title, _MAX_TITLE_LENGTH),
        "chart": {
            "type": "bar",
            "series": [{"name": _truncate_text(element.title, _MAX_LABEL_LENGTH), "data": points}],
            "axis_config": axis,
        },
    }


def _shorten_labels(labels: list[str]) -> list[str]:
    truncated = [_truncate_text(label, _MAX_LABEL_LENGTH) for label in labels]
    if len(set(truncated)) == len(truncated):
        return truncated
    return [
        _truncate_text(f"{number} {label}", _MAX_LABEL_LENGTH)
        for number, label in enumerate(labels, start=1)
    ]


def _truncate_text(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + _ELLIPSIS
