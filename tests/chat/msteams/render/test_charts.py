from bot.chat.msteams.render.charts import render_chart
from bot.elements import Bar, Chart, Level
from tests.chat.msteams import card_samples


def test_bars_have_coarse_values() -> None:
    """Each answer is a horizontal bar with one of four levels, never a count."""
    chart = render_chart(Chart("What it looked like", (Bar("Away", Level.HALF),), "In words"))

    assert chart == {
        "type": "Chart.HorizontalBar",
        "title": "What it looked like",
        "data": [{"x": "Away", "y": 2}],
        "displayMode": "AbsoluteNoAxis",
        "fallback": "drop",
    }


def test_the_reference_bar_is_neutral() -> None:
    """Below the bars is one for all debriefs, as Teams scales a chart to its longest bar."""
    chart = render_chart(
        Chart("Form", (Bar("Away", Level.HALF),), "In words", reference_label="All")
    )

    assert chart["data"] == [{"x": "Away", "y": 2}, {"x": "All", "y": 4, "color": "neutral"}]


def test_a_chart_has_a_text_equivalent() -> None:
    """Title and text are separate blocks, which a client without charts renders alone."""
    card = card_samples.render_message_card(
        Chart("Form", (Bar("Away", Level.HALF),), "Away: half.\nOnly roughly.")
    )

    assert card_samples.block_types(card["body"]) == [
        "TextBlock",
        "Chart.HorizontalBar",
        *["TextBlock"] * 2,
    ]
    assert [block["text"] for block in card["body"] if "text" in block] == [
        "Form",
        "Away: half.",
        "Only roughly.",
    ]
