"""What Slack refuses in the elements that stand in blocks: buttons, choices, pickers, texts."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_OPTIONS = {
    "radio_buttons": 10,
    "checkboxes": 10,
    "overflow": 5,
    "static_select": 100,
    "multi_static_select": 100,
}
_COMMON = {"type", "action_id", "confirm", "focus_on_load"}
_ALLOWED = {
    "button": {"text", "value", "url", "style", "accessibility_label"},
    "radio_buttons": {"options", "initial_option"},
    "checkboxes": {"options", "initial_options"},
    "overflow": {"options"},
    "static_select": {"options", "initial_option", "placeholder", "option_groups"},
    "multi_static_select": {"options", "initial_options", "placeholder", "max_selected_items"},
    "users_select": {"initial_user", "placeholder"},
    "multi_users_select": {"initial_users", "placeholder", "max_selected_items"},
    "conversations_select": {
        "initial_conversation", "placeholder", "filter", "default_to_current_conversation",
        "response_url_enabled",
    },
    "timepicker": {"initial_time", "placeholder", "timezone"},
    "datepicker": {"initial_date", "placeholder"},
    "plain_text_input": {
        "initial_value", "placeholder", "multiline", "min_length", "max_length",
        "dispatch_action_config",
    },
}  # fmt: skip
_PLACES = {
    "accessory": set(_ALLOWED) - {"plain_text_input"},
    "actions": set(_ALLOWED) - {"plain_text_input"},
    "input": set(_ALLOWED) - {"button", "overflow"},
}
_ID, _LABEL, _VALUE, _URL, _DETAIL, _PLACEHOLDER = 255, 75, 2000, 3000, 75, 150
_CHOICE = 150
"""Characters of an option's value; an overflow's label and others' are 75."""

_TYPED = 3000


def text(given: Any, name: str, most: int, *, plain: bool = False) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Name what is wrong with a text object of at most *most* characters."""
    if not isinstance(given, dict) or given.get("type") not in {"plain_text", "mrkdwn"}:
        yield f"{name}: missing or no text"
        return
    if plain and given["type"] != "plain_text":
        yield f"{name}: has to be plain_text"
    yield from (f"{name}.{fault}" for fault in keys(given, {"type", "text", "emoji", "verbatim"}))
    if not isinstance(given.get("text"), str) or not 1 <= len(given["text"]) <= most:
        yield f"{name}: not 1 to {most} characters"


def keys(given: Json, allowed: set[str]) -> Iterator[str]:
    """Name keys that Slack does not know."""
    yield from (f"{key}: unknown key" for key in given if key not in allowed)


def faults(element: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - whatever was sent
    """Name what is wrong with an element that stands as *place*: accessory, actions or input."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _PLACES[place]:
        yield f"{place}: {kind} cannot stand here"
        return
    yield from keys(element, _COMMON | _ALLOWED[kind])
    if len(str(element.get("action_id", ""))) > _ID:
        yield f"action_id: more than {_ID} characters"
    if kind == "button":
        yield from _button(element)
    if kind in _OPTIONS:
        yield from _choices(element, _OPTIONS[kind])
    if "placeholder" in element:
        yield from text(element["placeholder"], "placeholder", _PLACEHOLDER, plain=True)
    if int(element.get("max_length", 1)) not in range(1, _TYPED + 1):
        yield f"max_length: not 1 to {_TYPED}"
    if "confirm" in element:
        yield from _confirm(element["confirm"])


def _button(element: Json) -> Iterator[str]:
    yield from text(element.get("text"), "text", _LABEL, plain=True)
    if len(element.get("value") or "") > _VALUE:
        yield f"value: more than {_VALUE} characters"
    if len(element.get("url") or "") > _URL:
        yield f"url: more than {_URL} characters"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "style: unknown"


def _choices(element: Json, most: int) -> Iterator[str]:
    options = element.get("options") or []
    if not 1 <= len(options) <= most:
        yield f"options: not 1 to {most}"
    for option in options:
        yield from keys(option, {"text", "value", "description", "url"})
        yield from text(option.get("text"), "option", _LABEL)
        if not 1 <= len(str(option.get("value", ""))) <= _CHOICE:
            yield f"option: value not 1 to {_CHOICE} characters"
        if "description" in option:
            yield from text(option["description"], "description", _DETAIL)
    chosen = element.get("initial_options") or [element.get("initial_option")]
    if any(one not in options for one in chosen if one is not None):
        yield "initial option: not among the options"


def _confirm(asked: Json) -> Iterator[str]:
    for part, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from text(asked.get(part), f"confirm.{part}", most)
