"""Renderer of published shares as a Teams chart with qualitative levels."""

from bot.chat.msteams.render.composition import Card
from bot.elements import Chart


def render_chart(element: Chart) -> Card:
    """Render a horizontal bar chart. Clients without charts drop it; the text is a separate block.

    Bars are horizontal because Teams truncates long labels under vertical bars. They have no
    axis: its labels would suggest more precision than the four levels have.
    """
    points = [{"x": bar.label, "y": bar.level.value} for bar in element.bars]
    return {
        "type": "Chart.HorizontalBar",
        "title": element.title,
        "data": points,
        "displayMode": "AbsoluteNoAxis",
        "fallback": "drop",
    }
