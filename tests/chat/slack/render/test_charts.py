from bot.chat.slack.render.charts import render_chart
from bot.elements import Bar, Chart, Share

LONG = "They went quiet or agreed too fast"


def test_bars_are_drawn_at_coarse_shares() -> None:
    """Each answer is a bar whose value is one of five, never a count."""
    block = render_chart(Chart("What it looked like", (Bar("Away", Share.HALF),), "In words"))

    assert block == {
        "type": "data_visualization",
        "title": "What it looked like",
        "chart": {
            "type": "bar",
            "series": [{"name": "What it looked like", "data": [{"label": "Away", "value": 50}]}],
            "axis_config": {"categories": ["Away"]},
        },
    }


def test_long_labels_are_cut_and_still_differ() -> None:
    """Labels over 20 characters are cut, and numbered where cutting made them alike."""
    bars = (Bar(f"{LONG} 1", Share.HALF), Bar(f"{LONG} 2", Share.A_QUARTER))

    drawn = render_chart(Chart("T" * 60, bars, "In words"))
    labels = drawn["chart"]["axis_config"]["categories"]

    assert len(set(labels)) == 2
    assert all(len(label) <= 20 for label in labels)
    assert [point["label"] for point in drawn["chart"]["series"][0]["data"]] == labels
    assert len(drawn["title"]) == 50
    assert render_chart(Chart("T", bars[:1], ""))["chart"]["axis_config"]["categories"] == [
        "They went quiet or…"
    ]
