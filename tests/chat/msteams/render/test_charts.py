from bot.chat.msteams.render.charts import render_chart
from bot.elements import Bar, Chart, Share
from tests.chat.msteams import shown


def test_bars_are_drawn_at_coarse_shares() -> None:
    """Each answer is a flat bar whose value is one of five, never a count."""
    drawn = render_chart(Chart("What it looked like", (Bar("Away", Share.HALF),), "In words"))

    assert drawn == {
        "type": "Chart.HorizontalBar",
        "title": "What it looked like",
        "data": [{"x": "Away", "y": 50}],
        "displayMode": "AbsoluteNoAxis",
        "fallback": "drop",
    }


def test_whoever_cannot_see_the_chart_reads_it() -> None:
    """Its title and its words stand beside it; a client without charts shows them alone."""
    card = shown.render_message_card(
        Chart("Form", (Bar("Away", Share.HALF),), "Away: half.\nOnly roughly.")
    )

    assert shown.block_types(card["body"]) == [
        "TextBlock",
        "Chart.HorizontalBar",
        *["TextBlock"] * 2,
    ]
    assert [one["text"] for one in card["body"] if "text" in one] == [
        "Form",
        "Away: half.",
        "Only roughly.",
    ]
