import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.msteams.render.markup import DisplayNames, escape_text, find_mentions, to_markdown

GAP = "\N{HAIR SPACE}"
MARIE, ADA, GUEST = "0a1b-11", "0a1b-22", "0a1b-33"
NAMES = DisplayNames(
    "a colleague",
    "the channel",
    {MARIE: "Marie T.", ADA: "Ada <3"},
    {"19:team@thread.tacv2": "Monday_team"},
)


@pytest.mark.parametrize(
    ("text", "written"),
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
        ("\u770b**\u8868**\u5427", f"\u770b{GAP}**\u8868**{GAP}\u5427"),
        ("\u9009\u4e86\uff1a_\u597d_\u3002", f"\u9009\u4e86\uff1a{GAP}_\u597d_{GAP}\u3002"),
    ],
)
def test_inline_markup_is_written_as_teams_reads_it(text: str, written: str) -> None:
    """Strong, soft and links are Markdown's, set apart where no space is; the rest is literal."""
    assert to_markdown(text, NAMES) == written


def test_people_are_mentioned_by_the_names_they_are_known_by() -> None:
    """A name that could break a mention is written out; who is not known is a colleague."""
    said = to_markdown(f"@{{{MARIE}}}, @{{{ADA}}}, @{{{GUEST}}}", NAMES)

    assert said == r"<at>Marie T.</at>, Ada \<3, a colleague"
    assert list(find_mentions(f"@{{{MARIE}}} and @{{{ADA}}}")) == [MARIE, ADA]


def test_two_people_of_one_name_are_not_taken_for_each_other() -> None:
    """Teams tells mentions apart by their text, so neither is mentioned."""
    names = DisplayNames("a colleague", "the channel", {MARIE: "Jo", ADA: "Jo"})

    assert to_markdown(f"@{{{MARIE}}} and @{{{ADA}}}", names) == "Jo and Jo"


def test_a_channel_is_named_where_its_name_is_known() -> None:
    """Cards cannot link to a channel; its name stands there, or a word for it."""
    said = to_markdown("in #{19:team@thread.tacv2} or #{19:other@thread.tacv2}", NAMES)

    assert said == r"in Monday\_team or the channel"


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_nothing_literal_becomes_a_mention_a_link_or_a_mark(text: str) -> None:
    """Before every sign that Markdown could read, a literal text has a backslash."""
    written = escape_text(text)

    bare = written.replace("\\\\", "").replace(r"\*", "").replace(r"\_", "")
    bare = bare.replace(r"\[", "").replace(r"\]", "").replace(r"\<", "").replace(r"\>", "")
    assert not set(bare) & set("*_[]<>")
