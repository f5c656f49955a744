import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.msteams.render.markup import DisplayNames, escape_text, find_mentions, to_markdown

PADDING = "\N{HAIR SPACE}"
MARIE, ADA, GUEST = "0a1b-11", "0a1b-22", "0a1b-33"
NAMES = DisplayNames(
    "a colleague",
    "the channel",
    {MARIE: "Marie T.", ADA: "Ada <3"},
    {"19:team@thread.tacv2": "Monday_team"},
)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("plain", "plain"),
        ("**strong**", "**strong**"),
        ("_soft_", "_soft_"),
        ("**strong and _soft_**", "**strong and _soft_**"),
        ("snake_case_name", r"snake\_case\_name"),
        ("[a label](https://example.org/a)", "[a label](https://example.org/a)"),
        ("[R&D](https://example.org/?a=1&b=2)", r"[R\&D](https://example.org/?a=1&b=2)"),
        ("[no link](javascript:x)", r"\[no link\](javascript:x)"),
        ("<at>Ada</at> & co", r"\<at\>Ada\</at\> \& co"),
        ("a * b ** c", r"a \* b \*\* c"),
        ("# a heading", r"\# a heading"),
        ("- an item", r"\- an item"),
        ("12. in order", r"12\. in order"),
        ("\u770b**\u8868**\u5427", f"\u770b{PADDING}**\u8868**{PADDING}\u5427"),
        ("\u9009\u4e86\uff1a_\u597d_\u3002", f"\u9009\u4e86\uff1a{PADDING}_\u597d_{PADDING}\u3002"),
    ],
)
def test_inline_markup_is_converted_to_markdown(text: str, markdown: str) -> None:
    """Strong, emphasis and links become Markdown, padded where needed; other text is escaped."""
    assert to_markdown(text, NAMES) == markdown


def test_people_are_mentioned_by_their_display_names() -> None:
    """A name with markup characters is escaped text; an unknown person is a colleague."""
    markdown = to_markdown(f"@{{{MARIE}}}, @{{{ADA}}}, @{{{GUEST}}}", NAMES)

    assert markdown == r"<at>Marie T.</at>, Ada \<3, a colleague"
    assert list(find_mentions(f"@{{{MARIE}}} and @{{{ADA}}}")) == [MARIE, ADA]


def test_people_with_equal_names_are_not_mentioned() -> None:
    """Teams identifies mentions by their text, so of equal names neither is mentioned."""
    names = DisplayNames("a colleague", "the channel", {MARIE: "Jo", ADA: "Jo"})

    assert to_markdown(f"@{{{MARIE}}} and @{{{ADA}}}", names) == "Jo and Jo"


def test_a_channel_is_rendered_by_its_name() -> None:
    """Cards cannot link to a channel; its name or a default text is rendered."""
    markdown = to_markdown("in #{19:team@thread.tacv2} or #{19:other@thread.tacv2}", NAMES)

    assert markdown == r"in Monday\_team or the channel"


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_literal_text_is_escaped(text: str) -> None:
    """Every Markdown character in a literal text is escaped with a backslash."""
    escaped = escape_text(text)

    unescaped = escaped.replace("\\\\", "").replace(r"\*", "").replace(r"\_", "")
    unescaped = (
        unescaped.replace(r"\[", "").replace(r"\]", "").replace(r"\<", "").replace(r"\>", "")
    )
    assert not set(unescaped) & set("*_[]<>")
