"""Reads back what a person chose in a form: coded answers by field, nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

Element = Mapping[str, Any]


def read(holder: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the answers in a view (or a message's payload) by field id.

    A field left empty has no codes. Elements that this bot never shows are passed over.
    TypeError, AttributeError or KeyError when the state is not shaped as Slack shapes it.
    """
    values = (holder.get("state") or {}).get("values") or {}
    found: dict[str, tuple[str, ...]] = {}
    for field, elements in values.items():
        for element in elements.values():
            if reader := _READERS.get(element["type"]):
                found[field] = reader(element)
    return found


def is_field(element: Element) -> bool:
    """Whether an element asks a question, rather than being a step to take."""
    return element.get("type") in _READERS


def _option(element: Element) -> tuple[str, ...]:
    chosen = element.get("selected_option")
    return (str(chosen["value"]),) if chosen else ()


def _options(element: Element) -> tuple[str, ...]:
    return tuple(str(one["value"]) for one in element.get("selected_options") or ())


def _one(key: str) -> Callable[[Element], tuple[str, ...]]:
    def read_one(element: Element) -> tuple[str, ...]:
        chosen = element.get(key)
        return (str(chosen),) if chosen else ()

    return read_one


def _many(key: str) -> Callable[[Element], tuple[str, ...]]:
    def read_many(element: Element) -> tuple[str, ...]:
        return tuple(str(one) for one in element.get(key) or ())

    return read_many


_READERS: Mapping[str, Callable[[Element], tuple[str, ...]]] = {
    "radio_buttons": _option,
    "static_select": _option,
    "checkboxes": _options,
    "timepicker": _one("selected_time"),
    "datepicker": _one("selected_date"),
    "users_select": _one("selected_user"),
    "multi_users_select": _many("selected_users"),
    "conversations_select": _one("selected_conversation"),
    "plain_text_input": _one("value"),
}
