"""Published shares as one of Teams' own charts, drawn by Teams from coarse values."""

from bot.chat.msteams.render.composition import Card
from bot.elements import Chart


def render_chart(element: Chart) -> Card:
    """Return the bars. Their words stand beside them, so a client without charts drops these.

    Bars lie flat, for Teams cuts long labels under upright ones. They have no axis, whose
    marks would promise more than five coarse values hold.
    """
    points = [{"x": bar.label, "y": bar.share.value} for bar in element.bars]
    return {
        "type": "Chart.HorizontalBar",
        "title": element.title,
        "data": points,
        "displayMode": "AbsoluteNoAxis",
        "fallback": "drop",
    }
