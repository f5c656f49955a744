"""Reads back what a person chose in a form: coded answers by field, nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

SlackElement = Mapping[str, Any]


def parse_form_values(view_or_payload: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the answers in a view (or a message's payload) by field id.

    A field left empty has no codes. Elements that this bot never shows are passed over.
    TypeError, AttributeError or KeyError when the state is not shaped as Slack shapes it.
    """
    values = (view_or_payload.get("state") or {}).get("values") or {}
    found: dict[str, tuple[str, ...]] = {}
    for field, elements in values.items():
        for element in elements.values():
            if reader := _VALUE_READERS.get(element["type"]):
                found[field] = reader(element)
    return found


def is_field(element: SlackElement) -> bool:
    """Whether an element asks a question, rather than being a step to take."""
    return element.get("type") in _VALUE_READERS


def _read_selected_option(element: SlackElement) -> tuple[str, ...]:
    chosen = element.get("selected_option")
    return (str(chosen["value"]),) if chosen else ()


def _read_selected_options(element: SlackElement) -> tuple[str, ...]:
    return tuple(str(one["value"]) for one in element.get("selected_options") or ())


def _single_value_reader(key: str) -> Callable[[SlackElement], tuple[str, ...]]:
    def read_value(element: SlackElement) -> tuple[str, ...]:
        chosen = element.get(key)
        return (str(chosen),) if chosen else ()

    return read_value


def _multi_value_reader(key: str) -> Callable[[SlackElement], tuple[str, ...]]:
    def read_values(element: SlackElement) -> tuple[str, ...]:
        return tuple(str(one) for one in element.get(key) or ())

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
