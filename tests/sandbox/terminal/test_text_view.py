from typing import Any

from bot.content.catalogue import Words
from bot.sandbox.terminal.text_view import Textual
from tests.sandbox.block_kit.samples import (
    Json,
    actions,
    asked,
    button,
    chart,
    mrkdwn,
    option,
    plain,
    radio,
    rich,
    section,
)


def lines(words: Words, *blocks: Json, **view: Any) -> list[str]:
    """Write blocks, each with an id."""
    named = [{"block_id": f"b{place}", **block} for place, block in enumerate(blocks)]
    return list(Textual(words, lambda one: f"<{one}>").body(named, {}, view))


def test_markup_is_read_as_a_person_reads_it(words: Words) -> None:
    """Mentions become names, links keep their address, marks and escapes disappear."""
    text = "*Hi* <@U1>, see <#C1> &amp; <https://x.example|the _page_>\nsnake_case stays"

    assert lines(words, section(text)) == [
        "Hi @<U1>, see #<C1> & the page (https://x.example)",
        "snake_case stays",
    ]


def test_every_block_has_its_lines(words: Words) -> None:
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
        {"type": "header", "text": plain("Head")},
        {"type": "alert", "text": plain("Mind")},
        {"type": "divider"},
        rich(),
        listed,
        {"type": "context", "elements": [mrkdwn("low"), {"type": "image", "alt_text": "sign"}]},
        chart(),
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


def test_steps_and_answers_bear_numbers(words: Words) -> None:
    """Each can be typed; what was chosen is marked, and errors stand beneath."""
    menu = {"type": "overflow", "action_id": "menu", "options": [option("x")]}
    typed = {"type": "plain_text_input", "action_id": "pick"}
    state = {"values": {"b1": {"pick": {"selected_option": option("b")}}}}

    written = lines(
        words,
        actions(button(), menu, button(url="https://x.example", action_id="link")),
        {**asked(radio()), "block_id": "b1", "hint": plain("As you saw it")},
        {**asked(typed), "block_id": "b2", "optional": True},
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
