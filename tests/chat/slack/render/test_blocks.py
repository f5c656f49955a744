import pytest

from bot.chat.slack.render.blocks import BlockSurface, RenderContext, render_blocks
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
    Level,
    Link,
    Option,
    OverflowMenu,
    Quote,
    Text,
)

MESSAGE, MODAL, HOME = (RenderContext(surface, "T1") for surface in BlockSurface)


def build_section(text: str) -> Block:
    """Return a section block with a mrkdwn text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


@pytest.mark.parametrize(
    ("element", "block"),
    [
        (Heading("Repair"), {"type": "header", "text": {"type": "plain_text", "text": "Repair"}}),
        (Heading("x" * 151), build_section(f"*{'x' * 151}*")),
        (Text("**Hello**"), build_section("*Hello*")),
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
            build_section(
                "<https://slack.com/app_redirect?team=T1&amp;channel=U2|Write to Noor &amp; co>"
            ),
        ),
        (
            ContactLink("U2&team=T2/..#?%", "Write"),
            build_section(
                "<https://slack.com/app_redirect?team=T1"
                "&amp;channel=U2%26team%3DT2%2F..%23%3F%25|Write>"
            ),
        ),
    ],
)
def test_text_elements_are_equal_on_all_surfaces(element: Element, block: Block) -> None:
    """Headings, texts, captions, quotes, dividers and contact links are equal on all surfaces."""
    for render_context in (MESSAGE, MODAL, HOME):
        assert render_blocks((element,), render_context) == [block]


def test_banner_is_alert_in_modal_only() -> None:
    """A short banner is an alert block in a modal, and a paragraph with an icon elsewhere."""
    banner = Banner("Never a client's name", "warning")

    assert render_blocks((banner,), MODAL) == [
        {
            "type": "alert",
            "text": {"type": "plain_text", "text": "Never a client's name"},
            "level": "warning",
        }
    ]
    assert render_blocks((banner,), MESSAGE) == [build_section(":warning: *Never a client's name*")]
    assert render_blocks((Banner("x", "info"),), HOME) == [
        build_section(":information_source: *x*")
    ]
    assert render_blocks((Banner("x" * 201),), MODAL)[0]["type"] == "section"


def test_chart_always_has_text_equivalent() -> None:
    """A chart block is rendered where Slack supports it, and its text on every surface."""
    chart = Chart("Form", (Bar("Away", Level.HALF),), "About **half** moved away.")
    text_section = build_section("About *half* moved away.")

    for render_context in (MESSAGE, HOME):
        chart_block, text_block = render_blocks((chart,), render_context)
        assert (chart_block["type"], text_block) == ("data_visualization", text_section)
    assert render_blocks((chart,), MODAL) == [text_section]
    assert render_blocks(
        (chart,), RenderContext(BlockSurface.HOME, "T1", supports_charts=False)
    ) == [text_section]


def test_controls_share_one_row() -> None:
    """Buttons have a name, data, a style and a confirmation; a link has a URL."""
    confirmation = Confirmation("Leave?", "You can join again.", "Leave", "Stay")
    controls = (
        Button("join", "Join", data="t1", primary=True, confirmation=confirmation),
        Link("Read", "https://example.org"),
        Button("kept", "What is kept?"),
    )

    (row,) = render_blocks((ActionRow(controls),), MESSAGE)
    join, link, privacy = row["elements"]

    assert (join["action_id"], join["value"], join["style"]) == ("join", "t1", "primary")
    assert join["confirm"]["deny"] == {"type": "plain_text", "text": "Stay"}
    assert (link["url"], link["action_id"]) == ("https://example.org", "link")
    assert privacy.keys() == {"type", "text", "action_id"}


def test_action_ids_are_unique_in_row() -> None:
    """Slack rejects equal action ids in one row, so later ones are numbered."""
    buttons = tuple(Button("tip.about", f"Topic {number}", data=str(number)) for number in range(3))

    (row,) = render_blocks((ActionRow(buttons),), MESSAGE)

    assert [button["action_id"] for button in row["elements"]] == [
        "tip.about",
        "tip.about#2",
        "tip.about#3",
    ]


def test_menu_has_text_label() -> None:
    """Slack's overflow icon has no text, so the menu is in a section with its label."""
    menu = OverflowMenu(
        "checkin.menu", "Later or not at all", (Option("snooze1", "In an hour"),) * 2
    )

    row, menu_section = render_blocks((ActionRow((Button("a", "Answer"), menu)),), MESSAGE)

    assert [button["action_id"] for button in row["elements"]] == ["a"]
    assert menu_section["text"]["text"] == "Later or not at all"
    assert menu_section["accessory"]["type"] == "overflow"
    assert menu_section["accessory"]["action_id"] == "checkin.menu"
    assert len(render_blocks((ActionRow((menu,)),), MESSAGE)) == 1


def test_long_text_is_split() -> None:
    """Slack's limit is 3,000 characters a text, so a longer one is split between words."""
    assert len(render_blocks((Text("word " * 1000),), MESSAGE)) == 2
    assert len(render_blocks((Caption("word " * 1000),), MESSAGE)) == 2


def test_field_is_input_in_form_only() -> None:
    """A field is an input block in a form with a submit button, and an accessory elsewhere."""
    field = ChoiceField("f", "Q", (Option("a", "A"),))

    assert render_blocks((field,), MODAL)[0]["type"] == "input"
    assert (
        render_blocks((field,), RenderContext(BlockSurface.HOME, "T1", has_submit=False))[0]["type"]
        == "section"
    )
