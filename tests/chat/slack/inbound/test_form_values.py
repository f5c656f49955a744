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


@pytest.mark.parametrize("kind", STATES)
def test_each_element_tells_what_was_chosen(kind: str) -> None:
    """Every kind of question gives its codes, and an empty one gives none."""
    state, chosen = STATES[kind]
    element = {"type": kind, **state}

    assert form_values.parse_form_values({"state": {"values": {"f": {"f": element}}}}) == {
        "f": chosen
    }
    assert form_values.parse_form_values({"state": {"values": {"f": {"f": {"type": kind}}}}}) == {
        "f": ()
    }
    assert form_values.is_field(element)


def test_what_this_bot_never_asks_is_passed_over() -> None:
    """An element that is unknown here, a button among them, is no answer."""
    state = {"values": {"f": {"f": {"type": "email_text_input", "value": "x"}}}}

    assert form_values.parse_form_values({"state": state}) == {}
    assert not form_values.is_field({"type": "button"})


@pytest.mark.parametrize("holder", [{}, {"state": None}, {"state": {"values": None}}])
def test_a_view_without_answers_has_none(holder: dict[str, object]) -> None:
    """A view that asks nothing comes back with nothing."""
    assert form_values.parse_form_values(holder) == {}
