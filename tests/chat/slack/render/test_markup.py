import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.render.markup import (
    MAX_TEXT_LENGTH,
    escape_text,
    split_into_mrkdwn_parts,
    to_mrkdwn,
)

GAP = "\N{ZERO WIDTH SPACE}"


@pytest.mark.parametrize(
    ("text", "written"),
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
        ("\u770b**\u8868**\u5427", f"\u770b{GAP}*\u8868*{GAP}\u5427"),
        ("\u9009\u4e86\uff1a_\u597d_\u3002", f"\u9009\u4e86\uff1a{GAP}_\u597d_{GAP}\u3002"),
        ("\u52a0_next_\u6216 **x**", f"\u52a0{GAP}_next_{GAP}\u6216 *x*"),
    ],
)
def test_inline_markup_is_written_as_slack_writes_it(text: str, written: str) -> None:
    """Strong, soft, links and mentions are Slack's, set apart where no space is written."""
    assert to_mrkdwn(text) == written


@given(st.text())
def test_nothing_literal_becomes_a_command_to_slack(text: str) -> None:
    """An angle bracket that somebody's team name holds can neither mention nor link."""
    assert "<" not in escape_text(text)
    assert ">" not in escape_text(text)


@given(st.text(alphabet="ab &\n ", max_size=9000))
def test_a_long_text_is_cut_between_words_and_keeps_them_all(text: str) -> None:
    """Every piece fits into one of Slack's texts, and no word is lost."""
    pieces = split_into_mrkdwn_parts(text)

    assert all(len(piece) <= MAX_TEXT_LENGTH for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(to_mrkdwn(text).split())


def test_a_long_text_is_cut_at_the_end_of_a_line_first() -> None:
    """A list is cut between its lines."""
    lines = [f"line {n} " + "x" * 90 for n in range(60)]

    pieces = split_into_mrkdwn_parts("\n".join(lines))

    assert [line for piece in pieces for line in piece.splitlines()] == lines
    assert len(pieces) == 2
