"""Render the fields of a form as Block Kit input blocks."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.chat.slack.render.composition import Block, build_option, literal_text, plain_text
from bot.elements import (
    ChannelField,
    ChoiceField,
    DateField,
    Field,
    NameField,
    PeopleField,
    TimeField,
)

_MAX_DESCRIPTION_LENGTH = 75
"""Maximum characters of an option's description; Slack rejects a longer one."""


def render_field(field: Field, *, has_submit: bool) -> Block:
    """Return the block of a field; the field's id is the block id and the action id.

    Slack rejects input blocks in a view without a submit button. There the element is the accessory
    of a section block with the label, and each change sends a ``block_actions`` payload.
    """
    element = _RENDERERS[type(field)](field)
    element["action_id"] = field.id
    if not has_submit:
        return {
            "type": "section",
            "block_id": field.id,
            "text": literal_text(field.label),
            "accessory": element,
        }
    block: Block = {
        "type": "input",
        "block_id": field.id,
        "label": plain_text(field.label),
        "element": element,
        "optional": not field.required,
    }
    if hint := _build_hint(field):
        block["hint"] = plain_text(hint)
    if isinstance(field, ChoiceField) and field.refreshes_form:
        block["dispatch_action"] = True
    return block


def _build_hint(field: Field) -> str:
    """Return the hint; option descriptions are appended if one exceeds Slack's limit."""
    lines = [field.hint] if field.hint else []
    if isinstance(field, ChoiceField) and not _descriptions_fit(field):
        lines += [
            f"{option.label}: {option.description}"
            for option in field.options
            if option.description
        ]
    return "\n".join(lines)


def _descriptions_fit(field: ChoiceField) -> bool:
    return all(len(option.description) <= _MAX_DESCRIPTION_LENGTH for option in field.options)


def _render_choice(field: ChoiceField) -> Block:
    with_description = _descriptions_fit(field)
    options = [build_option(choice, with_description=with_description) for choice in field.options]
    selected = [option for option in options if option["value"] in field.initial]
    if field.max_selected > 1:
        return {"type": "checkboxes", "options": options} | _initial_value(
            "initial_options", selected
        )
    element_type = "static_select" if field.as_dropdown else "radio_buttons"
    return {"type": element_type, "options": options} | _initial_value(
        "initial_option", selected[:1], is_single=True
    )


def _render_time(field: TimeField) -> Block:
    return {"type": "timepicker"} | _initial_value("initial_time", field.initial)


def _render_date(field: DateField) -> Block:
    return {"type": "datepicker"} | _initial_value("initial_date", field.initial)


def _render_people(field: PeopleField) -> Block:
    if field.max_selected == 1:
        return {"type": "users_select"} | _initial_value(
            "initial_user", field.initial[:1], is_single=True
        )
    return {
        "type": "multi_users_select",
        "max_selected_items": field.max_selected,
    } | _initial_value("initial_users", list(field.initial))


def _render_channel(field: ChannelField) -> Block:
    """Return a channel select; its filter excludes channels shared by Slack Connect."""
    channel_filter = {"include": ["public", "private"], "exclude_external_shared_channels": True}
    element: Block = {"type": "conversations_select", "filter": channel_filter}
    return element | _initial_value("initial_conversation", field.initial)


def _render_name(field: NameField) -> Block:
    element: Block = {"type": "plain_text_input", "max_length": field.max_length}
    return element | _initial_value("initial_value", field.initial)


def _initial_value(property_name: str, initial: Any, *, is_single: bool = False) -> Block:  # noqa: ANN401 - text or list
    if not initial:
        return {}
    return {property_name: initial[0] if is_single else initial}


_RENDERERS: Mapping[type[Field], Callable[[Any], Block]] = {
    ChoiceField: _render_choice,
    TimeField: _render_time,
    DateField: _render_date,
    PeopleField: _render_people,
    ChannelField: _render_channel,
    NameField: _render_name,
}
