"""Parse the ``state.values`` of a view or message into answer codes by field id."""

from collections.abc import Callable, Mapping
from typing import Any

SlackElement = Mapping[str, Any]
"""JSON object of one interactive Block Kit element in ``state.values``."""


def parse_form_values(view_or_payload: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the answer codes by field id, which is the block id of the element.

    An empty field has an empty tuple; an element type without a reader has no key in the dict.
    Raises TypeError, AttributeError or KeyError when the state has an unexpected shape.
    """
    values = (view_or_payload.get("state") or {}).get("values") or {}
    answers: dict[str, tuple[str, ...]] = {}
    for field_id, elements in values.items():
        for element in elements.values():
            if read_codes := _VALUE_READERS.get(element["type"]):
                answers[field_id] = read_codes(element)
    return answers


def is_field(element: SlackElement) -> bool:
    """Whether the element's type has a value reader, as opposed to a button or overflow menu."""
    return element.get("type") in _VALUE_READERS


def _read_selected_option(element: SlackElement) -> tuple[str, ...]:
    option = element.get("selected_option")
    return (str(option["value"]),) if option else ()


def _read_selected_options(element: SlackElement) -> tuple[str, ...]:
    return tuple(str(option["value"]) for option in element.get("selected_options") or ())


def _single_value_reader(key: str) -> Callable[[SlackElement], tuple[str, ...]]:
    def read_value(element: SlackElement) -> tuple[str, ...]:
        value = element.get(key)
        return (str(value),) if value else ()

    return read_value


def _multi_value_reader(key: str) -> Callable[[SlackElement], tuple[str, ...]]:
    def read_values(element: SlackElement) -> tuple[str, ...]:
        return tuple(str(value) for value in element.get(key) or ())

    return read_values


_VALUE_READERS: Mapping[str, Callable[[SlackElement], tuple[str, ...]]] = {
    "radio_buttons": _read_selected_option,
    "static_select": _read_selected_option,
    "checkboxes": _read_selected_options,
    "timepicker": _single_value_reader("selected_time"),
    "datepicker": _single_value_reader("selected_date"),
    "users_select": _single_value_reader("selected_user"),
    "multi_users_select": _multi_value_reader("selected_users"),
    "conversations_select": _single_value_reader("selected_conversation"),
    "plain_text_input": _single_value_reader("value"),
}
