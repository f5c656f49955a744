"""Published shares as one of Slack's own charts, drawn by Slack from coarse values."""

from bot.chat.slack.render.composition import Block
from bot.elements import Chart

_MAX_TITLE_LENGTH, _MAX_LABEL_LENGTH = 50, 20
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def render_chart(element: Chart) -> Block:
    """Return the bars; a reader who cannot see them reads ``element.words`` beside them.

    Labels hold 20 characters and must differ, so long ones are cut and then numbered.
    """
    labels = _shorten_labels([bar.label for bar in element.bars])
    values = [bar.share.value for bar in element.bars]
    points = [{"label": one, "value": value} for one, value in zip(labels, values, strict=True)]
    return {
        "type": "data_visualization",
        "title": _truncate_text(element.title, _MAX_TITLE_LENGTH),
        "chart": {
            "type": "bar",
            "series": [{"name": _truncate_text(element.title, _MAX_LABEL_LENGTH), "data": points}],
            "axis_config": {"categories": labels},
        },
    }


def _shorten_labels(labels: list[str]) -> list[str]:
    cut = [_truncate_text(one, _MAX_LABEL_LENGTH) for one in labels]
    if len(set(cut)) == len(cut):
        return cut
    return [
        _truncate_text(f"{place} {label}", _MAX_LABEL_LENGTH)
        for place, label in enumerate(labels, start=1)
    ]


def _truncate_text(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + _ELLIPSIS
