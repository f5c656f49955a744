from typing import Any

from bot.content.catalogue import LanguagePack
from bot.sandbox.terminal.text_view import TextView
from tests.sandbox.block_kit.samples import (
    Json,
    build_actions,
    build_button,
    build_chart,
    build_input,
    build_mrkdwn,
    build_option,
    build_plain_text,
    build_radio,
    build_rich_text,
    build_section,
)


def render_lines(words: LanguagePack, *blocks: Json, **view: Any) -> list[str]:
    """Render blocks as a list of lines, with a default block id for each block."""
    blocks_with_ids = [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks)]
    return list(
        TextView(words, lambda entity_id: f"<{entity_id}>").render_blocks(blocks_with_ids, {}, view)
    )


def test_markup_is_rendered_as_plain_text(words: LanguagePack) -> None:
    """Mentions become names and links include their URL, without marks and escapes."""
    text = "*Hi* <@U1>, see <#C1> &amp; <https://x.example|the _page_>\nsnake_case stays"

    assert render_lines(words, build_section(text)) == [
        "Hi @<U1>, see #<C1> & the page (https://x.example)",
        "snake_case stays",
    ]


def test_every_block_type_is_rendered(words: LanguagePack) -> None:
    """Each block type has a distinct format; an unknown type is named in a sentence."""
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]},
    ]
    bullet_list = {"type": "rich_text_list", "style": "bullet", "elements": items}
    rendered_lines = render_lines(
        words,
        {"type": "header", "text": build_plain_text("Head")},
        {"type": "alert", "text": build_plain_text("Mind")},
        {"type": "divider"},
        build_rich_text(),
        {"type": "rich_text", "elements": [bullet_list]},
        {
            "type": "context",
            "elements": [build_mrkdwn("low"), {"type": "image", "alt_text": "sign"}],
        },
        build_chart(),
        {"type": "song", "block_id": "x"},
    )

    assert rendered_lines[:7] == [
        "== Head ==",
        "!! Mind",
        "-" * 8,
        "> said",
        "- one",
        "- <U1>",
        "low  sign",
    ]
    bars = [f"  {label:<22}{'#' * length}" for label, length in (("a", 8), ("b", 20))]
    assert rendered_lines[7:10] == ["[ T ]", *bars]
    assert "“song”" in rendered_lines[-1]


def test_elements_and_options_are_numbered(words: LanguagePack) -> None:
    """Each has an index; a selected option is marked, and an error follows its field."""
    menu = {"type": "overflow", "action_id": "menu", "options": [build_option("x")]}
    text_input = {"type": "plain_text_input", "action_id": "pick"}
    state = {"values": {"b1": {"pick": {"selected_option": build_option("b")}}}}

    rendered_lines = render_lines(
        words,
        build_actions(
            build_button(), menu, build_button(url="https://x.example", action_id="link")
        ),
        {**build_input(build_radio()), "block_id": "b1", "hint": build_plain_text("As you saw it")},
        {**build_input(text_input), "block_id": "b2", "optional": True},
        state=state,
        errors={"b1": "Please keep one."},
    )

    assert rendered_lines == [
        "  [1] Press",
        "  [2.1] x",
        "  [3] Press https://x.example",
        "? (please answer)",
        "      As you saw it",
        "  [4.1] ( ) a",
        "  [4.2] (x) b",
        "      ! Please keep one.",
        "? (optional)",
        "  [5] ...",
    ]
