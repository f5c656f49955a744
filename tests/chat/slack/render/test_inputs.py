import pytest

from bot.chat.slack.render.inputs import render_field
from bot.elements import (
    ChannelField,
    ChoiceField,
    DateField,
    Field,
    NameField,
    Option,
    PeopleField,
    TimeField,
)

OPTIONS = (Option("away", "It moved away", "quiet"), Option("against", "It moved against"))
AWAY = {
    "text": {"type": "plain_text", "text": "It moved away"},
    "value": "away",
    "description": {"type": "plain_text", "text": "quiet"},
}


@pytest.mark.parametrize(
    ("field", "element_type", "properties"),
    [
        (
            ChoiceField("f", "Q", OPTIONS, initial=("away",)),
            "radio_buttons",
            {"initial_option": AWAY},
        ),
        (ChoiceField("f", "Q", OPTIONS, as_dropdown=True), "static_select", {}),
        (
            ChoiceField("f", "Q", OPTIONS, max_selected=3, initial=("away",)),
            "checkboxes",
            {"initial_options": [AWAY]},
        ),
        (TimeField("f", "Q", "09:00"), "timepicker", {"initial_time": "09:00"}),
        (TimeField("f", "Q"), "timepicker", {}),
        (DateField("f", "Q", "2026-11-30"), "datepicker", {"initial_date": "2026-11-30"}),
        (PeopleField("f", "Q", ("U1",), max_selected=1), "users_select", {"initial_user": "U1"}),
        (
            PeopleField("f", "Q", ("U1", "U2"), max_selected=9),
            "multi_users_select",
            {"initial_users": ["U1", "U2"], "max_selected_items": 9},
        ),
        (
            ChannelField("f", "Q", "C1"),
            "conversations_select",
            {
                "initial_conversation": "C1",
                "filter": {
                    "include": ["public", "private"],
                    "exclude_external_shared_channels": True,
                },
            },
        ),
        (
            NameField("f", "Q", "North", max_length=60),
            "plain_text_input",
            {"initial_value": "North", "max_length": 60},
        ),
    ],
)
def test_each_field_has_its_element(
    field: Field, element_type: str, properties: dict[str, object]
) -> None:
    """Each field type has its own element, with the initial value selected."""
    element = render_field(field, has_submit=True)["element"]

    assert (element.pop("type"), element.pop("action_id")) == (element_type, "f")
    element.pop("options", None)
    assert element == properties


def test_input_block_has_label_hint_and_optional() -> None:
    """The input block has the field's label, hint, optional flag and id."""
    block = render_field(
        ChoiceField("form", "Which?", OPTIONS, required=False, hint="One."), has_submit=True
    )

    assert (block["type"], block["block_id"], block["optional"]) == ("input", "form", True)
    assert (block["label"]["text"], block["hint"]["text"]) == ("Which?", "One.")
    assert "dispatch_action" not in block


def test_refreshing_field_dispatches_action() -> None:
    """A field that refreshes its form sends an action on each change."""
    assert render_field(ChoiceField("f", "Q", OPTIONS, refreshes_form=True), has_submit=True)[
        "dispatch_action"
    ]


def test_long_descriptions_move_to_hint() -> None:
    """If one description exceeds 75 characters, all move to the hint, and none is truncated."""
    description = "x" * 76
    options = (Option("a", "A", description), Option("b", "B", "short"), Option("c", "C"))

    block = render_field(ChoiceField("f", "Q", options, hint="One."), has_submit=True)

    assert block["hint"]["text"] == f"One.\nA: {description}\nB: short"
    assert all("description" not in option for option in block["element"]["options"])


def test_form_without_submit_has_no_input_blocks() -> None:
    """Slack rejects inputs without a submit button; the element is an accessory then."""
    block = render_field(ChoiceField("form", "Which <one>?", OPTIONS), has_submit=False)

    assert (block["type"], block["block_id"]) == ("section", "form")
    assert block["text"]["text"] == "Which &lt;one&gt;?"
    assert block["accessory"]["type"] == "radio_buttons"
