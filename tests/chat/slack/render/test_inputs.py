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
    ("field", "kind", "given"),
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
def test_each_question_has_its_element(field: Field, kind: str, given: dict[str, object]) -> None:
    """A question is asked with Slack's own element, and what was chosen before is shown."""
    element = render_field(field, has_submit=True)["element"]

    assert (element.pop("type"), element.pop("action_id")) == (kind, "f")
    element.pop("options", None)
    assert element == given


def test_a_question_says_its_label_its_hint_and_whether_it_must_be_answered() -> None:
    """Label, hint, optional and the field's id stand on the block that asks."""
    block = render_field(
        ChoiceField("form", "Which?", OPTIONS, required=False, hint="One."), has_submit=True
    )

    assert (block["type"], block["block_id"], block["optional"]) == ("input", "form", True)
    assert (block["label"]["text"], block["hint"]["text"]) == ("Which?", "One.")
    assert "dispatch_action" not in block


def test_a_field_that_reshapes_the_form_says_so() -> None:
    """Slack tells of a choice at once where the form depends on it."""
    assert render_field(ChoiceField("f", "Q", OPTIONS, refreshes_form=True), has_submit=True)[
        "dispatch_action"
    ]


def test_details_too_long_for_slack_stand_under_the_question() -> None:
    """A detail over 75 characters moves to the hint, with its siblings, and none is cut."""
    long = "x" * 76
    options = (Option("a", "A", long), Option("b", "B", "short"), Option("c", "C"))

    block = render_field(ChoiceField("f", "Q", options, hint="One."), has_submit=True)

    assert block["hint"]["text"] == f"One.\nA: {long}\nB: short"
    assert all("description" not in one for one in block["element"]["options"])


def test_a_form_that_is_only_looked_at_has_no_inputs() -> None:
    """Slack refuses inputs without a button to send them; the element stands beside its label."""
    block = render_field(ChoiceField("form", "Which <one>?", OPTIONS), has_submit=False)

    assert (block["type"], block["block_id"]) == ("section", "form")
    assert block["text"]["text"] == "Which &lt;one&gt;?"
    assert block["accessory"]["type"] == "radio_buttons"
