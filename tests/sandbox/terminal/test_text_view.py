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


def lines(words: LanguagePack, *blocks: Json, **view: Any) -> list[str]:
    """Write blocks, each with an id."""
    named = [{"block_id": f"b{place}", **block} for place, block in enumerate(blocks)]
    return list(TextView(words, lambda one: f"<{one}>").render_blocks(named, {}, view))


def test_markup_is_read_as_a_person_reads_it(words: LanguagePack) -> None:
    """Mentions become names, links keep their address, marks and escapes disappear."""
    text = "*Hi* <@U1>, see <#C1> &amp; <https://x.example|the _page_>\nsnake_case stays"

    assert lines(words, build_section(text)) == [
        "Hi @<U1>, see #<C1> & the page (https://x.example)",
        "snake_case stays",
    ]


def test_every_block_has_its_lines(words: LanguagePack) -> None:
    """Headings, quotes, lists, cautions, quieter lines, charts and pauses can be told apart."""
    listed = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]},
                ],
            }
        ],
    }
    written = lines(
        words,
        {"type": "header", "text": build_plain_text("Head")},
        {"type": "alert", "text": build_plain_text("Mind")},
        {"type": "divider"},
        build_rich_text(),
        listed,
        {
            "type": "context",
            "elements": [build_mrkdwn("low"), {"type": "image", "alt_text": "sign"}],
        },
        build_chart(),
        {"type": "song", "block_id": "x"},
    )

    assert written[:7] == [
        "== Head ==",
        "!! Mind",
        "-" * 8,
        "> said",
        "- one",
        "- <U1>",
        "low  sign",
    ]
    assert written[7:9] == ["[ T ]", "  a                     "]
    assert "“song”" in written[-1]


def test_steps_and_answers_bear_numbers(words: LanguagePack) -> None:
    """Each can be typed; what was chosen is marked, and errors stand beneath."""
    menu = {"type": "overflow", "action_id": "menu", "options": [build_option("x")]}
    typed = {"type": "plain_text_input", "action_id": "pick"}
    state = {"values": {"b1": {"pick": {"selected_option": build_option("b")}}}}

    written = lines(
        words,
        build_actions(
            build_button(), menu, build_button(url="https://x.example", action_id="link")
        ),
        {**build_input(build_radio()), "block_id": "b1", "hint": build_plain_text("As you saw it")},
        {**build_input(typed), "block_id": "b2", "optional": True},
        state=state,
        errors={"b1": "Please keep one."},
    )

    assert written == [
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
