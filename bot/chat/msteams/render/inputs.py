"""Renderers of form fields as Adaptive Card inputs."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from bot.chat.msteams.render.composition import (
    Card,
    RenderContext,
    RenderResources,
    render_caption,
    render_literal_text,
)
from bot.elements import (
    ChannelField,
    ChoiceField,
    DateField,
    Field,
    NameField,
    PeopleField,
    TimeField,
)

PEOPLE_QUERY = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
"""Query with which a Teams client searches the organisation's members; needs no permission."""

MAX_LISTED = 25
"""Maximum people or channels listed by name; those already selected are listed in addition."""

_DESCRIPTION_SEPARATOR = " \N{EN DASH} "


def render_field(field: Field, render_context: RenderContext, field_error: str = "") -> list[Card]:
    """Render a field: its input, its hint, and the validation error of its current value."""
    card_input = _RENDERERS[type(field)](field, render_context)
    card_input |= {"id": field.id, "label": field.label}
    if field.required:
        card_input |= {
            "isRequired": True,
            "errorMessage": render_context.resources.words.translate("msteams.required"),
        }
    hints = (field.hint, _describe_missing_names(field, render_context.resources))
    hint = [block for text in hints if text for block in render_caption(text, render_context)]
    hint_blocks = [block | {"spacing": "Small"} for block in hint]
    return [card_input, *hint_blocks, *_render_field_error(field_error)]


def _render_field_error(field_error: str) -> list[Card]:
    """Render a validation error with an icon, since colour alone is not accessible."""
    if not field_error:
        return []
    block = render_literal_text(
        f"\N{WARNING SIGN} {field_error}", color="Attention", weight="Bolder"
    )
    return [block | {"spacing": "Small"}]


def _render_choice(field: ChoiceField, _render_context: RenderContext) -> Card:
    """Render a choice; an option's description is part of its label, for screen readers."""
    choices = [
        {
            "title": _DESCRIPTION_SEPARATOR.join(filter(None, (option.label, option.description))),
            "value": option.code,
        }
        for option in field.options
    ]
    style = "compact" if field.as_dropdown else "expanded"
    return _render_choice_set(choices, style, field.initial, is_multi_select=field.max_selected > 1)


def _render_people(field: PeopleField, render_context: RenderContext) -> Card:
    """Render a people picker: the client's search, and a list of the people whose names are known.

    Selected people without a name are numbered, so that they can be told apart and stay selected.
    """
    person_names = render_context.resources.person_names
    other_ids = [person_id for person_id in person_names if person_id not in field.initial]
    listed_ids = (*field.initial, *other_ids[: max(0, MAX_LISTED - len(field.initial))])
    words = render_context.resources.words
    choices = [
        {
            "title": person_names.get(id_) or words.translate("msteams.unnamed", number=number),
            "value": id_,
        }
        for number, id_ in enumerate(listed_ids, 1)
    ]
    choice_set = _render_choice_set(
        choices, "compact", field.initial, is_multi_select=field.max_selected > 1
    )
    # The Playground opens no dialogs and searches for nobody: it shows an empty search instead.
    can_search = render_context.resources.supports_dialogs
    return choice_set | ({"choices.data": PEOPLE_QUERY} if can_search else {})


def _render_channel(field: ChannelField, render_context: RenderContext) -> Card:
    """Render a choice of the channels of the teams that the app was added to.

    Adaptive Cards have no channel picker, and the bot receives no event about other channels.
    """
    words = render_context.resources.words
    names = dict(islice(render_context.resources.channel_names.items(), MAX_LISTED))
    current_name = names.pop(field.initial, "") or words.translate("msteams.somewhere")
    choices = [{"title": current_name, "value": field.initial}] if field.initial else []
    choices += [
        {"title": name or words.translate("msteams.unnamed_channel", number=number), "value": id_}
        for number, (id_, name) in enumerate(names.items(), 1)
    ]
    selected = (field.initial,) if field.initial else ()
    choice_set = _render_choice_set(choices, "compact", selected, is_multi_select=False)
    return choice_set | {
        "placeholder": render_context.resources.words.translate("msteams.channels")
    }


def _describe_missing_names(field: Field, resources: RenderResources) -> str:
    """Return what a person reads if the names of some selected people could not be looked up."""
    if not isinstance(field, PeopleField):
        return ""
    count = sum(not resources.person_names.get(person_id) for person_id in field.initial)
    return resources.words.translate("msteams.names_missing", count=count) if count else ""


def _render_choice_set(
    choices: list[dict[str, str]], style: str, initial: tuple[str, ...], *, is_multi_select: bool
) -> Card:
    choice_set: Card = {"type": "Input.ChoiceSet", "choices": choices, "style": style, "wrap": True}
    if is_multi_select:
        choice_set["isMultiSelect"] = True
    selected = initial if is_multi_select else initial[:1]
    return choice_set | _initial_value(",".join(selected))


def _render_time(field: TimeField, _render_context: RenderContext) -> Card:
    return {"type": "Input.Time"} | _initial_value(field.initial)


def _render_date(field: DateField, _render_context: RenderContext) -> Card:
    return {"type": "Input.Date"} | _initial_value(field.initial)


def _render_name(field: NameField, _render_context: RenderContext) -> Card:
    return {"type": "Input.Text", "maxLength": field.max_length} | _initial_value(field.initial)


def _initial_value(initial: str) -> Card:
    return {"value": initial} if initial else {}


_RENDERERS: Mapping[type[Field], Callable[[Any, RenderContext], Card]] = {
    ChoiceField: _render_choice,
    TimeField: _render_time,
    DateField: _render_date,
    PeopleField: _render_people,
    ChannelField: _render_channel,
    NameField: _render_name,
}
