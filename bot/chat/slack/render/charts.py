"""Published shares as one of Slack's own charts, drawn by Slack from coarse values."""

from bot.chat.slack.render.composition import Block
from bot.elements import Chart

_TITLE, _LABEL = 50, 20
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def chart(element: Chart) -> Block:
    """Return the bars; a reader who cannot see them reads ``element.words`` beside them.

    Labels hold 20 characters and must differ, so long ones are cut and then numbered.
    """
    labels = _labels([bar.label for bar in element.bars])
    values = [bar.share.value for bar in element.bars]
    points = [{"label": one, "value": value} for one, value in zip(labels, values, strict=True)]
    return {
        "type": "data_visualization",
        "title": _cut(element.title, _TITLE),
        "chart": {
            "type": "bar",
            "series": [{"name": _cut(element.title, _LABEL), "data": points}],
            "axis_config": {"categories": labels},
        },
    }


def _labels(labels: list[str]) -> list[str]:
    cut = [_cut(one, _LABEL) for one in labels]
    if len(set(cut)) == len(cut):
        return cut
    return [_cut(f"{place} {label}", _LABEL) for place, label in enumerate(labels, start=1)]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + _ELLIPSIS
