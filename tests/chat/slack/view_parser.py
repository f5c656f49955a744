"""Parse Slack's views and messages into screens, and build the state of a view's fields."""

import itertools
from typing import Any

from tests.chat.surfaces import Answers, Screen

View = dict[str, Any]

_SINGLE_CHOICE_TYPES, _MULTIPLE_CHOICE_TYPES = {"radio_buttons", "static_select"}, {"checkboxes"}
_VALUE_KEYS_BY_TYPE = {
    "timepicker": ("selected_time", "initial_time"),
    "datepicker": ("selected_date", "initial_date"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "plain_text_input": ("value", "initial_value"),
}


def view_ids(view: View) -> View:
    """Return the ids that a view keeps when its content is replaced."""
    names = ("id", "previous_view_id", "root_view_id")
    return {name: view[name] for name in names if name in view}


def parse_screen(surface: View, source: Any = None) -> Screen:
    """Return a surface as a user sees it; Slack generates the block ids that it lacks."""
    used_ids = {block.get("block_id") for block in surface["blocks"]}
    new_ids = (new_id for n in itertools.count() if (new_id := f"generated {n}") not in used_ids)
    blocks = [
        block if "block_id" in block else {**block, "block_id": next(new_ids)}
        for block in surface["blocks"]
    ]
    surface, title = {**surface, "blocks": blocks}, (surface.get("title") or {}).get("text", "")
    fields = frozenset(block["block_id"] for block in blocks if block["type"] == "input")
    texts = (title, *_collect_texts(blocks)) if title else tuple(_collect_texts(blocks))
    is_form = surface.get("type") == "modal"
    return Screen(texts, _collect_steps(blocks), fields, source or surface, is_form=is_form)


def _collect_texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for child in part for text in _collect_texts(child)]
    if not isinstance(part, dict):
        return []
    own_texts = [part["text"]] if isinstance(part.get("text"), str) else []
    return own_texts + [text for child in part.values() for text in _collect_texts(child)]


def _collect_steps(blocks: list[View]) -> dict[str, View]:
    steps: dict[str, View] = {}
    for block in blocks:
        elements = block.get("elements") or [block.get("accessory") or {}]
        for element in elements if block["type"] in {"actions", "section"} else ():
            if element.get("type") == "button":
                steps[element["text"]["text"]] = {**element, "block_id": block["block_id"]}
            for option in element.get("options", ()):
                menu = {"type": element["type"], "action_id": element["action_id"]}
                steps[option["text"]["text"]] = {**menu, "selected_option": option}
    return steps


def add_faults(screen: Screen, faults: dict[str, str]) -> Screen:
    """Return a screen with the errors of its fields."""
    assert faults.keys() <= screen.fields
    texts = (*screen.texts, *faults.values())
    return Screen(texts, screen.steps, screen.fields, screen.native_payload, is_form=True)


def field_states(view: View, answers: Answers) -> View:
    """Return the state of a view's fields: their initial values, and *answers* instead."""
    elements = {
        block["block_id"]: block["element"] for block in view["blocks"] if "element" in block
    }
    return {
        name: {name: field_state(element, answers.get(name))} for name, element in elements.items()
    }


def field_state(element: View, answer: tuple[str, ...] | None) -> View:
    """Return the state of one field: its initial value, or *answer*."""
    element_type = element["type"]
    if element_type in _VALUE_KEYS_BY_TYPE:
        name, initial = _VALUE_KEYS_BY_TYPE[element_type]
        return {
            "type": element_type,
            name: element.get(initial) if answer is None else "".join(answer),
        }
    if element_type == "multi_users_select":
        user_ids = element.get("initial_users", []) if answer is None else list(answer)
        return {"type": element_type, "selected_users": user_ids}
    if element_type in _MULTIPLE_CHOICE_TYPES:
        initial_codes = [option["value"] for option in element.get("initial_options", ())]
        codes = initial_codes if answer is None else answer
        return {"type": element_type, "selected_options": [{"value": code} for code in codes]}
    assert element_type in _SINGLE_CHOICE_TYPES
    option = element.get("initial_option") if answer is None else {"value": "".join(answer)}
    return {"type": element_type, "selected_option": option if answer != () else None}
