"""Renderer of published shares as a Teams chart with qualitative levels."""

from bot.chat.msteams.render.composition import Card
from bot.elements import Chart


def render_chart(element: Chart) -> Card:
    """Render a horizontal bar chart. Clients without charts drop it; the text is a separate block.

    Bars are horizontal because Teams truncates long labels under vertical bars. They have no
    axis: its labels would suggest more precision than the four levels have.

    A horizontal chart has no maximum (``yMax`` exists for vertical bars and lines, where Teams may
    change it), and ``PartToWhole`` takes the sum of the levels for the whole, which they do not add
    up to: only the chart's reference bar, in a neutral colour, keeps the lengths comparable.
    """
    points = [
        {
            "x": label,
            "y": steps,
            **({"color": "neutral"} if label == element.reference_label else {}),
        }
        for label, steps in element.list_bar_lengths()
    ]
    return {
        "type": "Chart.HorizontalBar",
        "title": element.title,
        "data": points,
        "displayMode": "AbsoluteNoAxis",
        "fallback": "drop",
    }
