"""What Slack refuses in the elements that stand in blocks: buttons, choices, pickers."""

from collections.abc import Iterator, Mapping

from bot.sandbox.block_kit.schema import (
    Check,
    Json,
    anything,
    boolean,
    both,
    by_type,
    listing,
    one_of,
    plain,
    record,
    string,
    text,
    whole,
)

ID = 255
"""Characters of a block_id, an action_id, a callback_id or an external_id."""

_CHOICES, _SELECT, _MENU, _GROUPS, _SELECTED = 10, 100, 5, 100, 1000
_LABEL, _VALUE, _DETAIL, _PLACEHOLDER, _URL, _TYPED = 75, 2000, 75, 150, 3000, 3000
_OPTION_VALUE = 150

_CONFIRM = record(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option(label: Check, detail: Check, **more: Check) -> Check:
    known = {"text": label, "value": string(_OPTION_VALUE, 1), "description": detail, **more}
    return record(known, ("text", "value"))


_RICH = _option(text(_LABEL), text(_DETAIL))
_PLAIN = _option(plain(_LABEL), plain(_DETAIL))
_STEP = _option(plain(_LABEL), plain(_DETAIL), url=string(_URL, 1))


def _element(known: Mapping[str, Check], *needed: str) -> Check:
    own = {
        "type": anything,
        "action_id": string(ID, 1),
        "confirm": _CONFIRM,
        "focus_on_load": boolean,
    }
    return record({**own, **known}, needed)


def _initial_among_options(element: Json, at: str) -> Iterator[str]:
    groups = [group for group in element.get("option_groups", ()) if isinstance(group, dict)]
    offered = [*element.get("options", ()), *(o for g in groups for o in g.get("options", ()))]
    chosen = [*element.get("initial_options", ()), element.get("initial_option")]
    if any(one is not None and one not in offered for one in chosen):
        yield f"{at}: initial answer not on offer"


def _values_differ(element: Json, at: str) -> Iterator[str]:
    codes = [str(o.get("value")) for o in element.get("options", ()) if isinstance(o, dict)]
    if len(set(codes)) < len(codes):
        yield f"{at}/options: a value comes twice"


def _choice(option: Check, most: int, initial: str, **more: Check) -> Check:
    several = listing(option, 1, most)
    known = {"options": several, initial: several if initial.endswith("s") else option, **more}
    return both(_element(known, "options"), _initial_among_options, _values_differ)


def _select(initial: str, **more: Check) -> Check:
    several = listing(_PLAIN, 1, _SELECT)
    group = record({"label": plain(_LABEL), "options": several}, ("label", "options"))
    known = {
        "options": several,
        "option_groups": listing(group, 1, _GROUPS),
        initial: several if initial.endswith("s") else _PLAIN,
        "placeholder": plain(_PLACEHOLDER),
        **more,
    }
    return both(_element(known), _either_options_or_groups, _initial_among_options, _values_differ)


def _either_options_or_groups(element: Json, at: str) -> Iterator[str]:
    if ("options" in element) == ("option_groups" in element):
        yield f"{at}: neither options nor option_groups, or both"


def _picker(initial: str, form: Check, **more: Check) -> Check:
    return _element({initial: form, "placeholder": plain(_PLACEHOLDER), **more})


_SOMEBODY = string(ID, 1, r"[A-Z0-9]+")
_SEVERAL = listing(_SOMEBODY, 1, _SELECTED)
_AT_MOST = {"max_selected_items": whole(1, _SELECTED)}
_FILTER = record(
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
_CONVERSATIONS = {"filter": _FILTER, "default_to_current_conversation": boolean}
_ADDRESSED = {"response_url_enabled": boolean}


def _typed_fits(element: Json, at: str) -> Iterator[str]:
    least, most = element.get("min_length", 0), element.get("max_length", _TYPED)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield f"{at}: min_length above max_length"


_TYPED_LINE = both(
    _element(
        {
            "initial_value": string(_TYPED),
            "placeholder": plain(_PLACEHOLDER),
            "multiline": boolean,
            "min_length": whole(0, _TYPED),
            "max_length": whole(1, _TYPED),
            "dispatch_action_config": record(
                {
                    "trigger_actions_on": listing(
                        one_of("on_enter_pressed", "on_character_entered"), 1, 2
                    )
                }
            ),
        }
    ),
    _typed_fits,
)

_BUTTON = _element(
    {
        "text": plain(_LABEL),
        "value": string(_VALUE),
        "url": string(_URL, 1, r"(https?|slack|mailto):\S+"),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(_LABEL, 1),
    },
    "text",
)

FIELDS: Mapping[str, Check] = {
    "radio_buttons": _choice(_RICH, _CHOICES, "initial_option"),
    "checkboxes": _choice(_RICH, _CHOICES, "initial_options"),
    "static_select": _select("initial_option"),
    "multi_static_select": _select("initial_options", **_AT_MOST),
    "users_select": _picker("initial_user", _SOMEBODY),
    "multi_users_select": _picker("initial_users", _SEVERAL, **_AT_MOST),
    "conversations_select": _picker(
        "initial_conversation", _SOMEBODY, **_CONVERSATIONS, **_ADDRESSED
    ),
    "multi_conversations_select": _picker(
        "initial_conversations", _SEVERAL, **_CONVERSATIONS, **_AT_MOST
    ),
    "channels_select": _picker("initial_channel", _SOMEBODY, **_ADDRESSED),
    "timepicker": _picker("initial_time", string(5, 5, r"[0-2]\d:[0-5]\d"), timezone=string(ID, 1)),
    "datepicker": _picker("initial_date", string(10, 10, r"\d{4}-\d\d-\d\d")),
}
_TEXT_INPUT: Mapping[str, Check] = {"plain_text_input": _TYPED_LINE}
_STEPS: Mapping[str, Check] = {
    "button": _BUTTON,
    "overflow": _element({"options": listing(_STEP, 1, _MENU)}, "options"),
}
IMAGE = record(
    {"type": anything, "image_url": string(_URL, 1), "alt_text": string(2000, 1)},
    ("image_url", "alt_text"),
)

IN_ACTIONS = by_type({**FIELDS, **_STEPS})
ACCESSORY = by_type({**FIELDS, **_STEPS, "image": IMAGE})
IN_INPUT = by_type({**FIELDS, **_TEXT_INPUT})
