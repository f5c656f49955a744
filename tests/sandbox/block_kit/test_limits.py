from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.block_kit.limits import faults
from tests.sandbox.block_kit.samples import (
    Json,
    actions,
    asked,
    button,
    chart,
    home,
    message,
    modal,
    mrkdwn,
    option,
    plain,
    radio,
    rich,
    section,
    table,
)

CONFIRM = {"title": plain(), "text": plain(), "confirm": plain("Yes"), "deny": plain("No")}
SELECT = {**radio(), "type": "static_select"}
TYPED = {"type": "plain_text_input", "action_id": "pick"}
MENU = {"type": "overflow", "action_id": "menu", "options": [option()]}
FOCUSED = {**TYPED, "focus_on_load": True}
IMAGE = {"type": "image", "image_url": "x", "alt_text": "y"}
POINT = {"label": "a", "value": 1}
LINE = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

WELL: list[tuple[str, Json]] = [
    ("message", message()),
    ("message", {"text": "only text"}),
    ("message", message(*[section()] * 50)),
    ("message", message(section("x" * 3000, accessory=MENU), {"type": "divider"})),
    ("message", message(chart(), chart())),
    ("message", message({**chart(), "chart": {"type": "pie", "segments": [POINT]}})),
    ("message", message(rich(), {"type": "rich_text", "elements": [LINE]})),
    ("message", message(table(100, 20))),
    ("message", message({"type": "markdown", "text": "x" * 12_000})),
    ("message", message(actions(*[button(action_id=f"b{n}") for n in range(25)]))),
    ("message", message({"type": "context", "elements": [mrkdwn(), IMAGE]})),
    ("modal", modal()),
    ("modal", modal(*[section()] * 100)),
    ("modal", modal({"type": "alert", "text": plain("x" * 200), "level": "warning"})),
    ("modal", modal(asked(TYPED), private_metadata="x" * 3000)),
    ("modal", modal(asked({"type": "timepicker", "action_id": "pick", "initial_time": "09:00"}))),
    ("modal", modal(asked({"type": "conversations_select", "filter": {"include": ["public"]}}))),
    ("modal", modal(asked(radio(initial_option=option("b"))))),
    ("home", home(chart(), actions(button(confirm=CONFIRM, style="danger", value="x" * 2000)))),
]  # fmt: skip

BROKEN: list[tuple[str, Json]] = [
    ("message", {}),
    ("message", message(*[section()] * 51)),
    ("message", message({"type": "nonsense"})),
    ("message", message(section(colour="red"))),
    ("message", message({"type": "section"})),
    ("message", message(section(""))),
    ("message", message(section("x" * 3001))),
    ("message", message({"type": "section", "fields": [mrkdwn()] * 11})),
    ("message", message({"type": "section", "fields": [mrkdwn("x" * 2001)]})),
    ("message", message(section(accessory=TYPED))),
    ("message", message(section(), section(block_id="x"), section(block_id="x"))),
    ("message", message(section(block_id="x" * 256))),
    ("message", message({"type": "header", "text": mrkdwn()})),
    ("message", message({"type": "header", "text": plain("x" * 151)})),
    ("message", message({"type": "context", "elements": []})),
    ("message", message({"type": "context", "elements": [mrkdwn()] * 11})),
    ("message", message(actions())),
    ("message", message(actions(*[button(action_id=f"b{n}") for n in range(26)]))),
    ("message", message(actions(button(), button()))),
    ("message", message(actions(button(text=plain("x" * 76))))),
    ("message", message(actions(button(text=mrkdwn())))),
    ("message", message(actions(button(value="x" * 2001)))),
    ("message", message(actions(button(url="x" * 3001)))),
    ("message", message(actions(button(url="javascript:x")))),
    ("message", message(actions(button(style="loud")))),
    ("message", message(actions(button(action_id="x" * 256)))),
    ("message", message(actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})))),
    ("message", message(actions(button(confirm={**CONFIRM, "text": plain("x" * 301)})))),
    ("message", message(actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)})))),
    ("message", message(actions(button(confirm={"title": plain()})))),
    ("message", message(actions({**MENU, "options": list(map(option, "abcdef"))}))),
    ("message", message(actions({**MENU, "options": [{"text": mrkdwn(), "value": "a"}]}))),
    ("message", message({"type": "alert", "text": plain()})),
    ("message", message(chart(), chart(), chart())),
    ("message", message(chart() | {"title": "x" * 51})),
    ("message", message(chart(type="donut"))),
    ("message", message(chart(axis_config={"categories": ["a", "c"]}))),
    ("message", message(chart(axis_config={"categories": ["a", "x" * 21]}))),
    ("message", message(chart(series=[]))),
    ("message", message(table(), table())),
    ("message", message(table(101, 1))),
    ("message", message(table(1, 21))),
    ("message", message(*[{"type": "markdown", "text": "x" * 7000}] * 2)),
    ("message", message(rich({"type": "text", "text": ""}))),
    ("message", message({"type": "rich_text", "elements": [{**LINE, "type": "rich_text_song"}]})),
    ("message", message({"type": "image", "image_url": "x"})),
    ("modal", home()),
    ("modal", modal(*[section()] * 101)),
    ("modal", modal(title=plain("x" * 25))),
    ("modal", modal(title=mrkdwn())),
    ("modal", modal(submit=plain("x" * 25))),
    ("modal", modal(close=plain("x" * 25))),
    ("modal", {part: one for part, one in modal().items() if part != "submit"}),
    ("modal", {part: one for part, one in modal().items() if part != "title"}),
    ("modal", {part: one for part, one in modal().items() if part != "blocks"}),
    ("modal", modal(private_metadata="x" * 3001)),
    ("modal", modal(callback_id="x" * 256)),
    ("modal", modal(external_id="x" * 256)),
    ("modal", modal(colour="red")),
    ("modal", modal(chart())),
    ("modal", modal(table())),
    ("modal", modal({"type": "markdown", "text": "x"})),
    ("modal", modal({"type": "alert", "text": plain("x" * 201)})),
    ("modal", modal({"type": "alert", "text": plain(), "level": "loud"})),
    ("modal", modal(asked(button()))),
    ("modal", modal(asked(label=plain("x" * 2001)))),
    ("modal", modal(asked(label=mrkdwn()))),
    ("modal", modal(asked(hint=mrkdwn()))),
    ("modal", modal(asked(optional="yes"))),
    ("modal", modal(asked(radio("")))),
    ("modal", modal(asked(radio("abcdefghijk")))),
    ("modal", modal(asked(radio("aa")))),
    ("modal", modal(asked(radio(initial_option=option("c"))))),
    ("modal", modal(asked({**radio(), "type": "checkboxes", "initial_options": []}))),
    ("modal", modal(asked(radio(options=[{**option(), "text": plain("x" * 76)}])))),
    ("modal", modal(asked(radio(options=[{**option(), "description": plain("x" * 76)}])))),
    ("modal", modal(asked(radio(options=[option("x" * 151)])))),
    ("modal", modal(asked({**SELECT, "options": [{"text": mrkdwn(), "value": "a"}]}))),
    ("modal", modal(asked({**SELECT, "options": [option(f"o{n}") for n in range(101)]}))),
    ("modal", modal(asked({**SELECT, "placeholder": plain("x" * 151)}))),
    ("modal", modal(asked({"type": "static_select", "action_id": "pick"}))),
    ("modal", modal(asked({**TYPED, "max_length": 3001}))),
    ("modal", modal(asked({**TYPED, "min_length": 9, "max_length": 8}))),
    ("modal", modal(asked({"type": "timepicker", "initial_time": "9 o'clock"}))),
    ("modal", modal(asked({"type": "datepicker", "initial_date": "tomorrow"}))),
    ("modal", modal(asked({"type": "multi_users_select", "max_selected_items": 0}))),
    ("modal", modal(asked({"type": "conversations_select", "filter": {"include": ["secret"]}}))),
    ("modal", modal(asked(FOCUSED), asked(FOCUSED, block_id="other"))),
    ("home", modal()),
    ("home", home({"type": "alert", "text": plain()})),
    ("home", home(*[section()] * 101)),
    ("home", home(title=plain())),
]  # fmt: skip


@pytest.mark.parametrize(("surface", "payload"), WELL)
def test_what_slack_takes_is_taken(surface: str, payload: Json) -> None:
    """A payload at the edge of every limit has no fault."""
    assert faults(payload, surface) == []


@pytest.mark.parametrize(("surface", "payload"), BROKEN)
def test_what_slack_refuses_is_refused(surface: str, payload: Json) -> None:
    """A payload one step beyond a limit, or with a part that Slack does not know, has a fault."""
    assert faults(payload, surface)


def test_a_fault_says_where_it_is() -> None:
    """Whoever mends a message reads which block is wrong, and in which part."""
    assert faults(message(section(), section("")), "message") == [
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

    assert isinstance(faults({"type": surface, "text": "x", "blocks": blocks}, surface), list)
