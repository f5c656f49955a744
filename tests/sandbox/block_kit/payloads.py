"""Payloads at the limits of Block Kit: valid ones on a limit, invalid ones one step beyond it."""

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

CONFIRM_DIALOG = {
    "title": build_plain_text(),
    "text": build_plain_text(),
    "confirm": build_plain_text("Yes"),
    "deny": build_plain_text("No"),
}
SELECT_MENU = {**build_radio(), "type": "static_select"}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "pick"}
OVERFLOW_MENU = {"type": "overflow", "action_id": "menu", "options": [build_option()]}
FOCUSED_INPUT = {**TEXT_INPUT, "focus_on_load": True}
IMAGE = {"type": "image", "image_url": "x", "alt_text": "y"}
DATA_POINT = {"label": "a", "value": 1}
TEXT_SECTION = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}

VALID_MESSAGES: list[Json] = [
    build_message(),
    {"text": "only text"},
    build_message(*[build_section()] * 50),
    build_message(build_section("x" * 3000, accessory=OVERFLOW_MENU), {"type": "divider"}),
    build_message(build_chart(), build_chart()),
    build_message({**build_chart(), "chart": {"type": "pie", "segments": [DATA_POINT]}}),
    build_message(build_rich_text(), {"type": "rich_text", "elements": [TEXT_SECTION]}),
    build_message(build_table(100, 20)),
    build_message({"type": "markdown", "text": "x" * 12_000}),
    build_message(build_actions(*[build_button(action_id=f"b{n}") for n in range(25)])),
    build_message({"type": "context", "elements": [build_mrkdwn(), IMAGE]}),
]
VALID_MODALS: list[Json] = [
    build_modal(),
    build_modal(*[build_section()] * 100),
    build_modal({"type": "alert", "text": build_plain_text("x" * 200), "level": "warning"}),
    build_modal(build_input(TEXT_INPUT), private_metadata="x" * 3000),
    build_modal(build_input({"type": "timepicker", "action_id": "pick", "initial_time": "09:00"})),
    build_modal(build_input({"type": "conversations_select", "filter": {"include": ["public"]}})),
    build_modal(build_input(build_radio(initial_option=build_option("b")))),
]
VALID_HOMES: list[Json] = [
    build_home(
        build_chart(),
        build_actions(build_button(confirm=CONFIRM_DIALOG, style="danger", value="x" * 2000)),
    ),
]
INVALID_MESSAGES: list[Json] = [
    {},
    build_message(*[build_section()] * 51),
    build_message({"type": "nonsense"}),
    build_message(build_section(colour="red")),
    build_message({"type": "section"}),
    build_message(build_section("")),
    build_message(build_section("x" * 3001)),
    build_message({"type": "section", "fields": [build_mrkdwn()] * 11}),
    build_message({"type": "section", "fields": [build_mrkdwn("x" * 2001)]}),
    build_message(build_section(accessory=TEXT_INPUT)),
    build_message(build_section(), build_section(block_id="x"), build_section(block_id="x")),
    build_message(build_section(block_id="x" * 256)),
    build_message({"type": "header", "text": build_mrkdwn()}),
    build_message({"type": "header", "text": build_plain_text("x" * 151)}),
    build_message({"type": "context", "elements": []}),
    build_message({"type": "context", "elements": [build_mrkdwn()] * 11}),
    build_message(build_actions()),
    build_message(build_actions(*[build_button(action_id=f"b{n}") for n in range(26)])),
    build_message(build_actions(build_button(), build_button())),
    build_message(build_actions(build_button(text=build_plain_text("x" * 76)))),
    build_message(build_actions(build_button(text=build_mrkdwn()))),
    build_message(build_actions(build_button(value="x" * 2001))),
    build_message(build_actions(build_button(url="x" * 3001))),
    build_message(build_actions(build_button(url="javascript:x"))),
    build_message(build_actions(build_button(style="loud"))),
    build_message(build_actions(build_button(action_id="x" * 256))),
    build_message(
        build_actions(
            build_button(confirm={**CONFIRM_DIALOG, "title": build_plain_text("x" * 101)})
        )
    ),
    build_message(
        build_actions(build_button(confirm={**CONFIRM_DIALOG, "text": build_plain_text("x" * 301)}))
    ),
    build_message(
        build_actions(build_button(confirm={**CONFIRM_DIALOG, "deny": build_plain_text("x" * 31)}))
    ),
    build_message(build_actions(build_button(confirm={"title": build_plain_text()}))),
    build_message(build_actions({**OVERFLOW_MENU, "options": list(map(build_option, "abcdef"))})),
    build_message(
        build_actions({**OVERFLOW_MENU, "options": [{"text": build_mrkdwn(), "value": "a"}]})
    ),
    build_message({"type": "alert", "text": build_plain_text()}),
    build_message(build_chart(), build_chart(), build_chart()),
    build_message(build_chart() | {"title": "x" * 51}),
    build_message(build_chart(type="donut")),
    build_message(build_chart(axis_config={"categories": ["a", "c"]})),
    build_message(build_chart(axis_config={"categories": ["a", "x" * 21]})),
    build_message(build_chart(series=[])),
    build_message(build_table(), build_table()),
    build_message(build_table(101, 1)),
    build_message(build_table(1, 21)),
    build_message(*[{"type": "markdown", "text": "x" * 7000}] * 2),
    build_message(build_rich_text({"type": "text", "text": ""})),
    build_message({"type": "rich_text", "elements": [{**TEXT_SECTION, "type": "rich_text_song"}]}),
    build_message({"type": "image", "image_url": "x"}),
]
INVALID_MODALS: list[Json] = [
    build_home(),
    build_modal(*[build_section()] * 101),
    build_modal(title=build_plain_text("x" * 25)),
    build_modal(title=build_mrkdwn()),
    build_modal(submit=build_plain_text("x" * 25)),
    build_modal(close=build_plain_text("x" * 25)),
    {key: value for key, value in build_modal().items() if key != "submit"},
    {key: value for key, value in build_modal().items() if key != "title"},
    {key: value for key, value in build_modal().items() if key != "blocks"},
    build_modal(private_metadata="x" * 3001),
    build_modal(callback_id="x" * 256),
    build_modal(external_id="x" * 256),
    build_modal(colour="red"),
    build_modal(build_chart()),
    build_modal(build_table()),
    build_modal({"type": "markdown", "text": "x"}),
    build_modal({"type": "alert", "text": build_plain_text("x" * 201)}),
    build_modal({"type": "alert", "text": build_plain_text(), "level": "loud"}),
    build_modal(build_input(build_button())),
    build_modal(build_input(label=build_plain_text("x" * 2001))),
    build_modal(build_input(label=build_mrkdwn())),
    build_modal(build_input(hint=build_mrkdwn())),
    build_modal(build_input(optional="yes")),
    build_modal(build_input(build_radio(""))),
    build_modal(build_input(build_radio("abcdefghijk"))),
    build_modal(build_input(build_radio("aa"))),
    build_modal(build_input(build_radio(initial_option=build_option("c")))),
    build_modal(build_input({**build_radio(), "type": "checkboxes", "initial_options": []})),
    build_modal(
        build_input(build_radio(options=[{**build_option(), "text": build_plain_text("x" * 76)}]))
    ),
    build_modal(
        build_input(
            build_radio(options=[{**build_option(), "description": build_plain_text("x" * 76)}])
        )
    ),
    build_modal(build_input(build_radio(options=[build_option("x" * 151)]))),
    build_modal(build_input({**SELECT_MENU, "options": [{"text": build_mrkdwn(), "value": "a"}]})),
    build_modal(
        build_input({**SELECT_MENU, "options": [build_option(f"o{n}") for n in range(101)]})
    ),
    build_modal(build_input({**SELECT_MENU, "placeholder": build_plain_text("x" * 151)})),
    build_modal(build_input({"type": "static_select", "action_id": "pick"})),
    build_modal(build_input({**TEXT_INPUT, "max_length": 3001})),
    build_modal(build_input({**TEXT_INPUT, "min_length": 9, "max_length": 8})),
    build_modal(build_input({"type": "timepicker", "initial_time": "9 o'clock"})),
    build_modal(build_input({"type": "datepicker", "initial_date": "tomorrow"})),
    build_modal(build_input({"type": "multi_users_select", "max_selected_items": 0})),
    build_modal(build_input({"type": "conversations_select", "filter": {"include": ["secret"]}})),
    build_modal(build_input(FOCUSED_INPUT), build_input(FOCUSED_INPUT, block_id="other")),
]
INVALID_HOMES: list[Json] = [
    build_modal(),
    build_home({"type": "alert", "text": build_plain_text()}),
    build_home(*[build_section()] * 101),
    build_home(title=build_plain_text()),
]
