"""An open modal rebuilt from Slack's payload, with the texts of a fold."""

import pytest

from bot.chat.slack.outbound.replaced_view import replace_blocks, unfold_view
from bot.chat.slack.render import surfaces
from bot.chat.slack.render.folds import UNFOLD_ACTION_ID
from bot.elements import Fold, Form, Text
from bot.sandbox.block_kit import limits
from tests.chat.slack import payloads
from tests.chat.slack.testbed import AdapterBench

GUIDE = Form(
    "guide",
    "Your guide",
    (Text("One"), Fold("Why", (Text("Two"),)), Text("Three"), Fold("More", (Text("Four"),))),
    close="Close",
    data="away.touched",
    closes_all=True,
)


def build_open_view() -> payloads.Payload:
    """Return the guide as Slack sends it with an action: with ids, a hash and a state."""
    view = surfaces.render_form(GUIDE, "T1")
    blocks = [{**block, "block_id": f"b{n}"} for n, block in enumerate(view["blocks"])]
    return {**view, "blocks": blocks, "id": "V1", "hash": "1.a", "state": {"values": {}}}


def build_press(value: str = "") -> payloads.Payload:
    """Return the payload of a click on the button of the first fold."""
    view = build_open_view()
    button = view["blocks"][1]["elements"][0]
    payload = payloads.build_view_press(view, UNFOLD_ACTION_ID, value or button["value"])
    payload["actions"][0]["block_id"] = "b1"
    return payload


def test_a_replaced_view_is_a_valid_update() -> None:
    """Only the properties of an update are left; title, data and closing all stay."""
    view = replace_blocks(build_open_view(), [])

    expected = {**surfaces.render_form(GUIDE, "T1"), "blocks": []}
    assert view == {name: value for name, value in expected.items() if value is not False}
    assert view["clear_on_close"] is True


def test_the_texts_replace_the_button() -> None:
    """The texts stand where the button was, and the other fold stays folded."""
    value = build_open_view()["blocks"][1]["elements"][0]["value"]
    blocks = unfold_view(build_open_view(), "b1", value)["blocks"]

    assert [block["type"] for block in blocks] == ["section", "section", "section", "actions"]
    assert [block["text"]["text"] for block in blocks[:3]] == ["One", "Two", "Three"]


async def test_a_fold_is_opened_without_a_handler(bench: AdapterBench) -> None:
    """The open form is updated, at the version in which the button was pressed."""
    await bench.send_payload(build_press())

    arguments = bench.api.last_arguments("views.update")
    assert bench.api.called_methods() == ["views.update"]
    assert (arguments["view_id"], arguments["hash"]) == ("V1", "1.a")
    assert arguments["view"]["blocks"][1]["text"]["text"] == "Two"
    assert bench.handlers.requests == []
    assert limits.find_faults(arguments["view"], "modal") == []


async def test_a_forged_fold_changes_nothing(bench: AdapterBench) -> None:
    """A value that no fold has is acknowledged, and no view is updated."""
    response = await bench.send_payload(build_press('[["image", "x"]]'))

    assert response.status == 200
    assert bench.api.called_methods() == []


@pytest.mark.parametrize("error", ["hash_conflict", "not_found", "internal_error"])
async def test_a_fold_that_is_not_opened_is_acknowledged(bench: AdapterBench, error: str) -> None:
    """A form that was closed or changed in the meantime stays, and the button can be pressed."""
    bench.api.plan_error("views.update", error)

    response = await bench.send_payload(build_press())

    assert response.status == 200
    assert bench.api.called_methods() == ["views.update"]
