from bot.chat.slack.render.charts import render_chart
from bot.elements import Bar, Chart, Level

LONG = "They went quiet or agreed too fast"


def test_bars_have_coarse_values() -> None:
    """Each answer is a bar with one of four levels, never a count."""
    block = render_chart(Chart("What it looked like", (Bar("Away", Level.HALF),), "In words"))

    assert block == {
        "type": "data_visualization",
        "title": "What it looked like",
        "chart": {
            "type": "bar",
            "series": [{"name": "What it looked like", "data": [{"label": "Away", "value": 2}]}],
            "axis_config": {"categories": ["Away"]},
        },
    }


def test_the_reference_bar_is_the_last() -> None:
    """Below the bars is one for all debriefs, as Slack scales a chart to its longest bar."""
    chart = render_chart(
        Chart("Form", (Bar("Away", Level.HALF),), "In words", reference_label="All")
    )

    assert chart["chart"]["axis_config"]["categories"] == ["Away", "All"]
    assert chart["chart"]["series"][0]["data"][-1] == {"label": "All", "value": 4}


def test_long_labels_are_truncated_and_unique() -> None:
    """Labels over 20 characters are truncated, and numbered where they would be equal."""
    bars = (Bar(f"{LONG} 1", Level.HALF), Bar(f"{LONG} 2", Level.FEW))

    block = render_chart(Chart("T" * 60, bars, "In words"))
    labels = block["chart"]["axis_config"]["categories"]

    assert len(set(labels)) == 2
    assert all(len(label) <= 20 for label in labels)
    assert [point["label"] for point in block["chart"]["series"][0]["data"]] == labels
    assert len(block["title"]) == 50
    assert render_chart(Chart("T", bars[:1], ""))["chart"]["axis_config"]["categories"] == [
        "They went quiet or…"
    ]
