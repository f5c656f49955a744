import pytest

from bot.chat.slack.inbound import form_values

STATES: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "radio_buttons": ({"selected_option": {"value": "away"}}, ("away",)),
    "static_select": ({"selected_option": None}, ()),
    "checkboxes": ({"selected_options": [{"value": "a"}, {"value": "b"}]}, ("a", "b")),
    "timepicker": ({"selected_time": "09:00"}, ("09:00",)),
    "datepicker": ({"selected_date": None}, ()),
    "users_select": ({"selected_user": "U1"}, ("U1",)),
    "multi_users_select": ({"selected_users": ["U1", "U2"]}, ("U1", "U2")),
    "conversations_select": ({"selected_conversation": "C1"}, ("C1",)),
    "plain_text_input": ({"value": "North"}, ("North",)),
}


@pytest.mark.parametrize("element_type", STATES)
def test_each_element_type_is_parsed(element_type: str) -> None:
    """Every input element returns its codes, and an empty one none."""
    state, codes = STATES[element_type]
    element = {"type": element_type, **state}

    assert form_values.parse_form_values({"state": {"values": {"f": {"f": element}}}}) == {
        "f": codes
    }
    assert form_values.parse_form_values(
        {"state": {"values": {"f": {"f": {"type": element_type}}}}}
    ) == {"f": ()}
    assert form_values.is_field(element)


def test_unknown_element_is_ignored() -> None:
    """An unknown element type, or a button, is not an answer."""
    state = {"values": {"f": {"f": {"type": "email_text_input", "value": "x"}}}}

    assert form_values.parse_form_values({"state": state}) == {}
    assert not form_values.is_field({"type": "button"})


@pytest.mark.parametrize("holder", [{}, {"state": None}, {"state": {"values": None}}])
def test_view_without_state_has_no_answers(holder: dict[str, object]) -> None:
    """A view without input state has no answers."""
    assert form_values.parse_form_values(holder) == {}
