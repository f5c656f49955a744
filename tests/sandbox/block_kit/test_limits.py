from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.block_kit.limits import find_faults
from tests.sandbox.block_kit.samples import (
    Json,
    build_actions,
    build_button,
    build_chart,
    build_home,
    build_input,
    build_message,
    build_modal,
    build_mrkdwn,
    build_option,
    build_plain_text,
    build_radio,
    build_rich_text,
    build_section,
    build_table,
)

CONFIRM = {
    "title": build_plain_text(),
    "text": build_plain_text(),
    "confirm": build_plain_text("Yes"),
    "deny": build_plain_text("No"),
}
SELECT = {**build_radio(), "type": "static_select"}
TYPED = {"type": "plain_text_input", "action_id": "pick"}
MENU = {"type": "overflow", "action_id": "menu", "options": [build_option()]}
FOCUSED = {**TYPED, "focus_on_load": True}
IMAGE = {"type": "image", "image_url": "x", "alt_text": "y"}
POINT = {"label": "a", "value": 1}
LINE = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

WELL: list[tuple[str, Json]] = [
    ("message", build_message()),
    ("message", {"text": "only text"}),
    ("message", build_message(*[build_section()] * 50)),
    ("message", build_message(build_section("x" * 3000, accessory=MENU), {"type": "divider"})),
    ("message", build_message(build_chart(), build_chart())),
    ("message", build_message({**build_chart(), "chart": {"type": "pie", "segments": [POINT]}})),
    ("message", build_message(build_rich_text(), {"type": "rich_text", "elements": [LINE]})),
    ("message", build_message(build_table(100, 20))),
    ("message", build_message({"type": "markdown", "text": "x" * 12_000})),
    ("message", build_message(build_actions(*[build_button(action_id=f"b{n}") for n in range(25)]))),
    ("message", build_message({"type": "context", "elements": [build_mrkdwn(), IMAGE]})),
    ("modal", build_modal()),
    ("modal", build_modal(*[build_section()] * 100)),
    ("modal", build_modal({"type": "alert", "text": build_plain_text("x" * 200), "level": "warning"})),
    ("modal", build_modal(build_input(TYPED), private_metadata="x" * 3000)),
    ("modal", build_modal(build_input({"type": "timepicker", "action_id": "pick", "initial_time": "09:00"}))),
    ("modal", build_modal(build_input({"type": "conversations_select", "filter": {"include": ["public"]}}))),
    ("modal", build_modal(build_input(build_radio(initial_option=build_option("b"))))),
    ("home", build_home(build_chart(), build_actions(build_button(confirm=CONFIRM, style="danger", value="x" * 2000)))),
]  # fmt: skip

BROKEN: list[tuple[str, Json]] = [
    ("message", {}),
    ("message", build_message(*[build_section()] * 51)),
    ("message", build_message({"type": "nonsense"})),
    ("message", build_message(build_section(colour="red"))),
    ("message", build_message({"type": "section"})),
    ("message", build_message(build_section(""))),
    ("message", build_message(build_section("x" * 3001))),
    ("message", build_message({"type": "section", "fields": [build_mrkdwn()] * 11})),
    ("message", build_message({"type": "section", "fields": [build_mrkdwn("x" * 2001)]})),
    ("message", build_message(build_section(accessory=TYPED))),
    ("message", build_message(build_section(), build_section(block_id="x"), build_section(block_id="x"))),
    ("message", build_message(build_section(block_id="x" * 256))),
    ("message", build_message({"type": "header", "text": build_mrkdwn()})),
    ("message", build_message({"type": "header", "text": build_plain_text("x" * 151)})),
    ("message", build_message({"type": "context", "elements": []})),
    ("message", build_message({"type": "context", "elements": [build_mrkdwn()] * 11})),
    ("message", build_message(build_actions())),
    ("message", build_message(build_actions(*[build_button(action_id=f"b{n}") for n in range(26)]))),
    ("message", build_message(build_actions(build_button(), build_button()))),
    ("message", build_message(build_actions(build_button(text=build_plain_text("x" * 76))))),
    ("message", build_message(build_actions(build_button(text=build_mrkdwn())))),
    ("message", build_message(build_actions(build_button(value="x" * 2001)))),
    ("message", build_message(build_actions(build_button(url="x" * 3001)))),
    ("message", build_message(build_actions(build_button(url="javascript:x")))),
    ("message", build_message(build_actions(build_button(style="loud")))),
    ("message", build_message(build_actions(build_button(action_id="x" * 256)))),
    ("message", build_message(build_actions(build_button(confirm={**CONFIRM, "title": build_plain_text("x" * 101)})))),
    ("message", build_message(build_actions(build_button(confirm={**CONFIRM, "text": build_plain_text("x" * 301)})))),
    ("message", build_message(build_actions(build_button(confirm={**CONFIRM, "deny": build_plain_text("x" * 31)})))),
    ("message", build_message(build_actions(build_button(confirm={"title": build_plain_text()})))),
    ("message", build_message(build_actions({**MENU, "options": list(map(build_option, "abcdef"))}))),
    ("message", build_message(build_actions({**MENU, "options": [{"text": build_mrkdwn(), "value": "a"}]}))),
    ("message", build_message({"type": "alert", "text": build_plain_text()})),
    ("message", build_message(build_chart(), build_chart(), build_chart())),
    ("message", build_message(build_chart() | {"title": "x" * 51})),
    ("message", build_message(build_chart(type="donut"))),
    ("message", build_message(build_chart(axis_config={"categories": ["a", "c"]}))),
    ("message", build_message(build_chart(axis_config={"categories": ["a", "x" * 21]}))),
    ("message", build_message(build_chart(series=[]))),
    ("message", build_message(build_table(), build_table())),
    ("message", build_message(build_table(101, 1))),
    ("message", build_message(build_table(1, 21))),
    ("message", build_message(*[{"type": "markdown", "text": "x" * 7000}] * 2)),
    ("message", build_message(build_rich_text({"type": "text", "text": ""}))),
    ("message", build_message({"type": "rich_text", "elements": [{**LINE, "type": "rich_text_song"}]})),
    ("message", build_message({"type": "image", "image_url": "x"})),
    ("modal", build_home()),
    ("modal", build_modal(*[build_section()] * 101)),
    ("modal", build_modal(title=build_plain_text("x" * 25))),
    ("modal", build_modal(title=build_mrkdwn())),
    ("modal", build_modal(submit=build_plain_text("x" * 25))),
    ("modal", build_modal(close=build_plain_text("x" * 25))),
    ("modal", {part: one for part, one in build_modal().items() if part != "submit"}),
    ("modal", {part: one for part, one in build_modal().items() if part != "title"}),
    ("modal", {part: one for part, one in build_modal().items() if part != "blocks"}),
    ("modal", build_modal(private_metadata="x" * 3001)),
    ("modal", build_modal(callback_id="x" * 256)),
    ("modal", build_modal(external_id="x" * 256)),
    ("modal", build_modal(colour="red")),
    ("modal", build_modal(build_chart())),
    ("modal", build_modal(build_table())),
    ("modal", build_modal({"type": "markdown", "text": "x"})),
    ("modal", build_modal({"type": "alert", "text": build_plain_text("x" * 201)})),
    ("modal", build_modal({"type": "alert", "text": build_plain_text(), "level": "loud"})),
    ("modal", build_modal(build_input(build_button()))),
    ("modal", build_modal(build_input(label=build_plain_text("x" * 2001)))),
    ("modal", build_modal(build_input(label=build_mrkdwn()))),
    ("modal", build_modal(build_input(hint=build_mrkdwn()))),
    ("modal", build_modal(build_input(optional="yes"))),
    ("modal", build_modal(build_input(build_radio("")))),
    ("modal", build_modal(build_input(build_radio("abcdefghijk")))),
    ("modal", build_modal(build_input(build_radio("aa")))),
    ("modal", build_modal(build_input(build_radio(initial_option=build_option("c"))))),
    ("modal", build_modal(build_input({**build_radio(), "type": "checkboxes", "initial_options": []}))),
    ("modal", build_modal(build_input(build_radio(options=[{**build_option(), "text": build_plain_text("x" * 76)}])))),
    ("modal", build_modal(build_input(build_radio(options=[{**build_option(), "description": build_plain_text("x" * 76)}])))),
    ("modal", build_modal(build_input(build_radio(options=[build_option("x" * 151)])))),
    ("modal", build_modal(build_input({**SELECT, "options": [{"text": build_mrkdwn(), "value": "a"}]}))),
    ("modal", build_modal(build_input({**SELECT, "options": [build_option(f"o{n}") for n in range(101)]}))),
    ("modal", build_modal(build_input({**SELECT, "placeholder": build_plain_text("x" * 151)}))),
    ("modal", build_modal(build_input({"type": "static_select", "action_id": "pick"}))),
    ("modal", build_modal(build_input({**TYPED, "max_length": 3001}))),
    ("modal", build_modal(build_input({**TYPED, "min_length": 9, "max_length": 8}))),
    ("modal", build_modal(build_input({"type": "timepicker", "initial_time": "9 o'clock"}))),
    ("modal", build_modal(build_input({"type": "datepicker", "initial_date": "tomorrow"}))),
    ("modal", build_modal(build_input({"type": "multi_users_select", "max_selected_items": 0}))),
    ("modal", build_modal(build_input({"type": "conversations_select", "filter": {"include": ["secret"]}}))),
    ("modal", build_modal(build_input(FOCUSED), build_input(FOCUSED, block_id="other"))),
    ("home", build_modal()),
    ("home", build_home({"type": "alert", "text": build_plain_text()})),
    ("home", build_home(*[build_section()] * 101)),
    ("home", build_home(title=build_plain_text())),
]  # fmt: skip


@pytest.mark.parametrize(("surface", "payload"), WELL)
def test_what_slack_takes_is_taken(surface: str, payload: Json) -> None:
    """A payload at the edge of every limit has no fault."""
    assert find_faults(payload, surface) == []


@pytest.mark.parametrize(("surface", "payload"), BROKEN)
def test_what_slack_refuses_is_refused(surface: str, payload: Json) -> None:
    """A payload one step beyond a limit, or with a part that Slack does not know, has a fault."""
    assert find_faults(payload, surface)


def test_a_fault_says_where_it_is() -> None:
    """Whoever mends a message reads which block is wrong, and in which part."""
    assert find_faults(build_message(build_section(), build_section("")), "message") == [
        "/blocks/1/text/text: not 1 to 3000 characters"
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "element", "options", "blocks", "chart"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KINDS = ["section", "actions", "input", "context", "rich_text", "data_visualization", "table", "x"]
SURFACES = ["message", "modal", "home"]


@given(st.lists(st.tuples(st.sampled_from(KINDS), JSON), max_size=3), st.sampled_from(SURFACES))
def test_no_payload_is_too_odd_to_be_judged(parts: list[tuple[str, Any]], surface: str) -> None:
    """Whatever stands in a block, it is judged and nothing breaks."""
    inside = [(kind, one if isinstance(one, dict) else {"text": one}) for kind, one in parts]
    blocks = [{**one, "type": kind} for kind, one in inside]

    assert isinstance(find_faults({"type": surface, "text": "x", "blocks": blocks}, surface), list)
