import pytest

from bot.chat.slack.render.blocks import RenderContext, Surface, render_blocks
from bot.chat.slack.render.composition import Block
from bot.elements import (
    ActionRow,
    Banner,
    Bar,
    Button,
    Caption,
    Chart,
    ChoiceField,
    Confirmation,
    ContactLink,
    Divider,
    Element,
    Heading,
    Link,
    Option,
    OverflowMenu,
    Quote,
    Share,
    Text,
)

MESSAGE, MODAL, HOME = (RenderContext(surface, "T1") for surface in Surface)


def section(text: str) -> Block:
    """Return a paragraph as Slack takes it."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


@pytest.mark.parametrize(
    ("element", "block"),
    [
        (Heading("Repair"), {"type": "header", "text": {"type": "plain_text", "text": "Repair"}}),
        (Heading("x" * 151), section(f"*{'x' * 151}*")),
        (Text("**Hello**"), section("*Hello*")),
        (
            Caption("_source_"),
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "_source_", "verbatim": True}],
            },
        ),
        (
            Quote("I wonder *if* <we>"),
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_quote",
                        "elements": [{"type": "text", "text": "I wonder *if* <we>"}],
                    }
                ],
            },
        ),
        (Divider(), {"type": "divider"}),
        (
            ContactLink("U2", "Write to Noor & co"),
            section(
                "<https://slack.com/app_redirect?team=T1&amp;channel=U2|Write to Noor &amp; co>"
            ),
        ),
    ],
)
def test_what_is_read_looks_alike_everywhere(element: Element, block: Block) -> None:
    """Headings, texts, sources, quotes, pauses and contacts are the same on every surface."""
    for frame in (MESSAGE, MODAL, HOME):
        assert render_blocks((element,), frame) == [block]


def test_a_banner_is_an_alert_in_a_form_and_a_marked_paragraph_elsewhere() -> None:
    """Slack takes alerts in modals alone, and short ones alone."""
    banner = Banner("Never a client's name", "warning")

    assert render_blocks((banner,), MODAL) == [
        {
            "type": "alert",
            "text": {"type": "plain_text", "text": "Never a client's name"},
            "level": "warning",
        }
    ]
    assert render_blocks((banner,), MESSAGE) == [section(":warning: *Never a client's name*")]
    assert render_blocks((Banner("x", "info"),), HOME) == [section(":information_source: *x*")]
    assert render_blocks((Banner("x" * 201),), MODAL)[0]["type"] == "section"


def test_a_chart_is_drawn_where_slack_draws_it_and_said_in_words_everywhere() -> None:
    """Where Slack draws no charts, the words stand alone; they always stand."""
    chart = Chart("Form", (Bar("Away", Share.HALF),), "About **half** moved away.")
    words = section("About *half* moved away.")

    for frame in (MESSAGE, HOME):
        drawn, said = render_blocks((chart,), frame)
        assert (drawn["type"], said) == ("data_visualization", words)
    assert render_blocks((chart,), MODAL) == [words]
    assert render_blocks((chart,), RenderContext(Surface.HOME, "T1", supports_charts=False)) == [
        words
    ]


def test_steps_stand_side_by_side() -> None:
    """Buttons carry their name, data, weight and question; a link carries its address."""
    asked = Confirmation("Leave?", "You can join again.", "Leave", "Stay")
    steps = (
        Button("join", "Join", data="t1", primary=True, confirmation=asked),
        Link("Read", "https://example.org"),
        Button("kept", "What is kept?"),
    )

    (row,) = render_blocks((ActionRow(steps),), MESSAGE)
    join, link, kept = row["elements"]

    assert (join["action_id"], join["value"], join["style"]) == ("join", "t1", "primary")
    assert join["confirm"]["deny"] == {"type": "plain_text", "text": "Stay"}
    assert (link["url"], link["action_id"]) == ("https://example.org", "link")
    assert kept.keys() == {"type", "text", "action_id"}


def test_steps_of_one_name_are_kept_apart() -> None:
    """Slack refuses two action ids alike in one row, so the later ones are numbered."""
    steps = tuple(Button("tip.about", f"Topic {n}", data=str(n)) for n in range(3))

    (row,) = render_blocks((ActionRow(steps),), MESSAGE)

    assert [one["action_id"] for one in row["elements"]] == [
        "tip.about",
        "tip.about#2",
        "tip.about#3",
    ]


def test_a_menu_stands_beside_words_that_say_what_it_is() -> None:
    """Slack's menu sign has no text, so the label stands beside it, under the buttons."""
    menu = OverflowMenu(
        "checkin.menu", "Later or not at all", (Option("snooze1", "In an hour"),) * 2
    )

    row, section = render_blocks((ActionRow((Button("a", "Answer"), menu)),), MESSAGE)

    assert [one["action_id"] for one in row["elements"]] == ["a"]
    assert section["text"]["text"] == "Later or not at all"
    assert section["accessory"]["type"] == "overflow"
    assert section["accessory"]["action_id"] == "checkin.menu"
    assert len(render_blocks((ActionRow((menu,)),), MESSAGE)) == 1


def test_a_long_text_becomes_several_paragraphs() -> None:
    """Slack takes 3,000 characters in a text, so a longer one is cut between words."""
    assert len(render_blocks((Text("word " * 1000),), MESSAGE)) == 2
    assert len(render_blocks((Caption("word " * 1000),), MESSAGE)) == 2


def test_questions_are_asked_in_forms() -> None:
    """A field is an input in a form that is sent, and an element beside its label elsewhere."""
    field = ChoiceField("f", "Q", (Option("a", "A"),))

    assert render_blocks((field,), MODAL)[0]["type"] == "input"
    assert (
        render_blocks((field,), RenderContext(Surface.HOME, "T1", has_submit=False))[0]["type"]
        == "section"
    )
