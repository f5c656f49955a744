from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.block_kit.limits import find_faults
from tests.sandbox.block_kit import payloads
from tests.sandbox.block_kit.payloads import OVERFLOW_MENU
from tests.sandbox.block_kit.samples import (
    Json,
    build_chart,
    build_message,
    build_rich_text,
    build_section,
)

VALID_PAYLOADS: list[tuple[str, Json]] = [
    *(("message", payload) for payload in payloads.VALID_MESSAGES),
    *(("modal", payload) for payload in payloads.VALID_MODALS),
    *(("home", payload) for payload in payloads.VALID_HOMES),
]
INVALID_PAYLOADS: list[tuple[str, Json]] = [
    *(("message", payload) for payload in payloads.INVALID_MESSAGES),
    *(("modal", payload) for payload in payloads.INVALID_MODALS),
    *(("home", payload) for payload in payloads.INVALID_HOMES),
]


@pytest.mark.parametrize(("surface", "payload"), VALID_PAYLOADS)
def test_a_valid_payload_has_no_fault(surface: str, payload: Json) -> None:
    """A payload exactly on a limit is valid."""
    assert find_faults(payload, surface) == []


@pytest.mark.parametrize(("surface", "payload"), INVALID_PAYLOADS)
def test_an_invalid_payload_has_a_fault(surface: str, payload: Json) -> None:
    """A payload one step beyond a limit, or with an unknown key or type, is invalid."""
    assert find_faults(payload, surface)


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (build_section(""), "/blocks/1/text/text: String should have at least 1 character"),
        (build_section(accessory=None), "/blocks/1/accessory: null in the place of a value"),
        (
            build_rich_text({"type": "text", "text": "x", "style": {"bold": 1}}),
            "/blocks/1/elements/0/elements/0/style/bold: Input should be a valid boolean",
        ),
        (
            build_section(accessory={**OVERFLOW_MENU, "colour": "red"}),
            "/blocks/1/accessory/colour: Extra inputs are not permitted",
        ),
        (
            build_chart(axis_config={"categories": ["a", "c"]}),
            "/blocks/1/chart: the labels of series 's' differ from the categories",
        ),
    ],
)
def test_a_fault_begins_with_a_json_pointer(block: Json, fault: str) -> None:
    """A fault begins with the pointer to the invalid property, without tags of unions."""
    assert find_faults(build_message(build_section(), block), "message") == [fault]


JSON_VALUES = st.recursive(
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
BLOCK_TYPES = [
    "section",
    "actions",
    "input",
    "context",
    "rich_text",
    "data_visualization",
    "table",
    "x",
]
SURFACES = ["message", "modal", "home"]
TYPED_VALUES = st.lists(st.tuples(st.sampled_from(BLOCK_TYPES), JSON_VALUES), max_size=3)


@given(TYPED_VALUES, st.sampled_from(SURFACES))
def test_no_payload_raises_an_exception(typed_values: list[tuple[str, Any]], surface: str) -> None:
    """Validation of a block with arbitrary JSON values returns a list and raises nothing."""
    blocks = [
        {**(value if isinstance(value, dict) else {"text": value}), "type": block_type}
        for block_type, value in typed_values
    ]

    assert isinstance(find_faults({"type": surface, "text": "x", "blocks": blocks}, surface), list)
