import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.render.markup import (
    MAX_TEXT_LENGTH,
    escape_text,
    split_into_mrkdwn_parts,
    to_mrkdwn,
)

PADDING = "\N{ZERO WIDTH SPACE}"


@pytest.mark.parametrize(
    ("text", "mrkdwn"),
    [
        ("plain", "plain"),
        ("**strong**", "*strong*"),
        ("_soft_", "_soft_"),
        ("**strong and _soft_**", "*strong and _soft_*"),
        ("snake_case_name", "snake_case_name"),
        ("[a label](https://example.org/a|b)", "<https://example.org/a%7Cb|a label>"),
        ("[R&D](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|R&amp;D>"),
        ("[not a link](javascript:x)", "[not a link](javascript:x)"),
        ("ask @{U1MARIE} in #{C1TEAM}", "ask <@U1MARIE> in <#C1TEAM>"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("**a** and **b**", "*a* and *b*"),
        ("a * b ** c", "a * b ** c"),
        ("\u770b**\u8868**\u5427", f"\u770b{PADDING}*\u8868*{PADDING}\u5427"),
        ("\u9009\u4e86\uff1a_\u597d_\u3002", f"\u9009\u4e86\uff1a{PADDING}_\u597d_{PADDING}\u3002"),
        ("\u52a0_next_\u6216 **x**", f"\u52a0{PADDING}_next_{PADDING}\u6216 *x*"),
    ],
)
def test_inline_markup_is_converted(text: str, mrkdwn: str) -> None:
    """Strong, emphasis, links and mentions are converted, with padding beside letters."""
    assert to_mrkdwn(text) == mrkdwn


@given(st.text())
def test_literal_text_cannot_mention(text: str) -> None:
    """An angle bracket in a literal text can neither mention nor link."""
    assert "<" not in escape_text(text)
    assert ">" not in escape_text(text)


@given(st.text(alphabet="ab &\n ", max_size=9000))
def test_split_parts_contain_all_words(text: str) -> None:
    """Every part fits Slack's limit, and no word is lost."""
    parts = split_into_mrkdwn_parts(text)

    assert all(len(part) <= MAX_TEXT_LENGTH for part in parts)
    assert "".join("".join(parts).split()) == "".join(to_mrkdwn(text).split())


def test_text_is_split_at_line_breaks() -> None:
    """A list is split between its lines."""
    lines = [f"line {number} " + "x" * 90 for number in range(60)]

    parts = split_into_mrkdwn_parts("\n".join(lines))

    assert [line for part in parts for line in part.splitlines()] == lines
    assert len(parts) == 2
