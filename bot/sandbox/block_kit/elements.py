"""Checks of Block Kit elements: buttons, menus, choices, pickers and text inputs."""

from collections.abc import Iterator, Mapping

from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    accept_anything,
    check_boolean,
    check_by_type,
    combine_checks,
    enum_check,
    integer_check,
    list_check,
    object_check,
    plain_text_check,
    string_check,
    text_object_check,
)

MAX_ID_LENGTH = 255
"""Maximum characters of a block_id, an action_id, a callback_id or an external_id."""

(
    _MAX_CHOICES,
    _MAX_SELECT_OPTIONS,
    _MAX_OVERFLOW_OPTIONS,
    _MAX_OPTION_GROUPS,
    _MAX_SELECTED_ITEMS,
) = 10, 100, 5, 100, 1000
(
    _MAX_LABEL_LENGTH,
    _MAX_VALUE_LENGTH,
    _MAX_DESCRIPTION_LENGTH,
    _MAX_PLACEHOLDER_LENGTH,
    _MAX_URL_LENGTH,
    _MAX_INPUT_LENGTH,
) = 75, 2000, 75, 150, 3000, 3000
_MAX_OPTION_VALUE_LENGTH = 150

_CONFIRM_DIALOG = object_check(
    {
        "title": plain_text_check(100),
        "text": text_object_check(300),
        "confirm": plain_text_check(30),
        "deny": plain_text_check(30),
        "style": enum_check("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option_check(label_check: Check, description_check: Check, **extra_properties: Check) -> Check:
    properties = {
        "text": label_check,
        "value": string_check(_MAX_OPTION_VALUE_LENGTH, 1),
        "description": description_check,
        **extra_properties,
    }
    return object_check(properties, ("text", "value"))


_MARKDOWN_OPTION = _option_check(
    text_object_check(_MAX_LABEL_LENGTH), text_object_check(_MAX_DESCRIPTION_LENGTH)
)
_PLAIN_OPTION = _option_check(
    plain_text_check(_MAX_LABEL_LENGTH), plain_text_check(_MAX_DESCRIPTION_LENGTH)
)
_OVERFLOW_OPTION = _option_check(
    plain_text_check(_MAX_LABEL_LENGTH),
    plain_text_check(_MAX_DESCRIPTION_LENGTH),
    url=string_check(_MAX_URL_LENGTH, 1),
)


def _element_check(properties: Mapping[str, Check], *required: str) -> Check:
    common = {
        "type": accept_anything,
        "action_id": string_check(MAX_ID_LENGTH, 1),
        "confirm": _CONFIRM_DIALOG,
        "focus_on_load": check_boolean,
    }
    return object_check({**common, **properties}, required)


def _check_initial_options(element: Json, pointer: str) -> Iterator[str]:
    groups = [group for group in element.get("option_groups", ()) if isinstance(group, dict)]
    grouped = (option for group in groups for option in group.get("options", ()))
    options = [*element.get("options", ()), *grouped]
    initial_options = [*element.get("initial_options", ()), element.get("initial_option")]
    if any(option is not None and option not in options for option in initial_options):
        yield f"{pointer}: initial option is not among the options"


def _check_unique_values(element: Json, pointer: str) -> Iterator[str]:
    options = (option for option in element.get("options", ()) if isinstance(option, dict))
    values = [str(option.get("value")) for option in options]
    if len(set(values)) < len(values):
        yield f"{pointer}/options: duplicate value"


def _choice_check(
    option_check: Check, max_options: int, initial_key: str, **extra_properties: Check
) -> Check:
    option_list = list_check(option_check, 1, max_options)
    properties = {
        "options": option_list,
        initial_key: option_list if initial_key.endswith("s") else option_check,
        **extra_properties,
    }
    return combine_checks(
        _element_check(properties, "options"), _check_initial_options, _check_unique_values
    )


def _select_check(initial_key: str, **extra_properties: Check) -> Check:
    option_list = list_check(_PLAIN_OPTION, 1, _MAX_SELECT_OPTIONS)
    group = object_check(
        {"label": plain_text_check(_MAX_LABEL_LENGTH), "options": option_list}, ("label", "options")
    )
    properties = {
        "options": option_list,
        "option_groups": list_check(group, 1, _MAX_OPTION_GROUPS),
        initial_key: option_list if initial_key.endswith("s") else _PLAIN_OPTION,
        "placeholder": plain_text_check(_MAX_PLACEHOLDER_LENGTH),
        **extra_properties,
    }
    return combine_checks(
        _element_check(properties),
        _check_options_or_groups,
        _check_initial_options,
        _check_unique_values,
    )


def _check_options_or_groups(element: Json, pointer: str) -> Iterator[str]:
    if ("options" in element) == ("option_groups" in element):
        yield f"{pointer}: neither options nor option_groups, or both"


def _picker_check(initial_key: str, value_check: Check, **extra_properties: Check) -> Check:
    return _element_check(
        {
            initial_key: value_check,
            "placeholder": plain_text_check(_MAX_PLACEHOLDER_LENGTH),
            **extra_properties,
        }
    )


_SLACK_ID = string_check(MAX_ID_LENGTH, 1, r"[A-Z0-9]+")
_SLACK_ID_LIST = list_check(_SLACK_ID, 1, _MAX_SELECTED_ITEMS)
_SELECTION_LIMIT = {"max_selected_items": integer_check(1, _MAX_SELECTED_ITEMS)}
_CONVERSATION_FILTER = object_check(
    {
        "include": list_check(enum_check("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": check_boolean,
        "exclude_bot_users": check_boolean,
    }
)
_CONVERSATION_PROPERTIES = {
    "filter": _CONVERSATION_FILTER,
    "default_to_current_conversation": check_boolean,
}
_RESPONSE_URL_PROPERTY = {"response_url_enabled": check_boolean}


def _check_length_bounds(element: Json, pointer: str) -> Iterator[str]:
    minimum, maximum = element.get("min_length", 0), element.get("max_length", _MAX_INPUT_LENGTH)
    if isinstance(minimum, int) and isinstance(maximum, int) and minimum > maximum:
        yield f"{pointer}: min_length above max_length"


_PLAIN_TEXT_INPUT = combine_checks(
    _element_check(
        {
            "initial_value": string_check(_MAX_INPUT_LENGTH),
            "placeholder": plain_text_check(_MAX_PLACEHOLDER_LENGTH),
            "multiline": check_boolean,
            "min_length": integer_check(0, _MAX_INPUT_LENGTH),
            "max_length": integer_check(1, _MAX_INPUT_LENGTH),
            "dispatch_action_config": object_check(
                {
                    "trigger_actions_on": list_check(
                        enum_check("on_enter_pressed", "on_character_entered"), 1, 2
                    )
                }
            ),
        }
    ),
    _check_length_bounds,
)

_BUTTON = _element_check(
    {
        "text": plain_text_check(_MAX_LABEL_LENGTH),
        "value": string_check(_MAX_VALUE_LENGTH),
        "url": string_check(_MAX_URL_LENGTH, 1, r"(https?|slack|mailto):\S+"),
        "style": enum_check("primary", "danger"),
        "accessibility_label": string_check(_MAX_LABEL_LENGTH, 1),
    },
    "text",
)

FIELD_CHECKS: Mapping[str, Check] = {
    "radio_buttons": _choice_check(_MARKDOWN_OPTION, _MAX_CHOICES, "initial_option"),
    "checkboxes": _choice_check(_MARKDOWN_OPTION, _MAX_CHOICES, "initial_options"),
    "static_select": _select_check("initial_option"),
    "multi_static_select": _select_check("initial_options", **_SELECTION_LIMIT),
    "users_select": _picker_check("initial_user", _SLACK_ID),
    "multi_users_select": _picker_check("initial_users", _SLACK_ID_LIST, **_SELECTION_LIMIT),
    "conversations_select": _picker_check(
        "initial_conversation", _SLACK_ID, **_CONVERSATION_PROPERTIES, **_RESPONSE_URL_PROPERTY
    ),
    "multi_conversations_select": _picker_check(
        "initial_conversations", _SLACK_ID_LIST, **_CONVERSATION_PROPERTIES, **_SELECTION_LIMIT
    ),
    "channels_select": _picker_check("initial_channel", _SLACK_ID, **_RESPONSE_URL_PROPERTY),
    "timepicker": _picker_check(
        "initial_time",
        string_check(5, 5, r"[0-2]\d:[0-5]\d"),
        timezone=string_check(MAX_ID_LENGTH, 1),
    ),
    "datepicker": _picker_check("initial_date", string_check(10, 10, r"\d{4}-\d\d-\d\d")),
}
_TEXT_INPUT_CHECKS: Mapping[str, Check] = {"plain_text_input": _PLAIN_TEXT_INPUT}
_BUTTON_CHECKS: Mapping[str, Check] = {
    "button": _BUTTON,
    "overflow": _element_check(
        {"options": list_check(_OVERFLOW_OPTION, 1, _MAX_OVERFLOW_OPTIONS)}, "options"
    ),
}
IMAGE_ELEMENT = object_check(
    {
        "type": accept_anything,
        "image_url": string_check(_MAX_URL_LENGTH, 1),
        "alt_text": string_check(2000, 1),
    },
    ("image_url", "alt_text"),
)

ACTIONS_ELEMENT = check_by_type({**FIELD_CHECKS, **_BUTTON_CHECKS})
SECTION_ACCESSORY = check_by_type({**FIELD_CHECKS, **_BUTTON_CHECKS, "image": IMAGE_ELEMENT})
INPUT_ELEMENT = check_by_type({**FIELD_CHECKS, **_TEXT_INPUT_CHECKS})
