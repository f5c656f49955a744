"""Questions of a form as Teams asks them."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from bot.chat.msteams.render.composition import Card, RenderContext, literal_text, render_caption
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
"""Lets a client of Teams search everybody in the organisation, with no permission of ours."""

MAX_LISTED = 25
"""People or channels offered by name; whoever is already chosen is listed beyond that too."""

_DESCRIPTION_SEPARATOR = " \N{EN DASH} "


def render_field(field: Field, render_context: RenderContext, field_error: str = "") -> list[Card]:
    """Return the blocks that ask a question: itself, its hint, and what was wrong with it."""
    asked = _RENDERERS[type(field)](field, render_context) | {"id": field.id, "label": field.label}
    if field.required:
        asked |= {
            "isRequired": True,
            "errorMessage": render_context.resources.words.translate("msteams.required"),
        }
    hint = render_caption(field.hint, render_context) if field.hint else []
    return [asked, *(one | {"spacing": "Small"} for one in hint), *_render_field_error(field_error)]


def _render_field_error(field_error: str) -> list[Card]:
    """Say what was wrong under the question: with a sign, since colour alone says nothing."""
    if not field_error:
        return []
    said = literal_text(f"\N{WARNING SIGN} {field_error}", color="Attention", weight="Bolder")
    return [said | {"spacing": "Small"}]


def _render_choice(field: ChoiceField, _render_context: RenderContext) -> Card:
    """Ask for coded answers; a detail stands beside its answer, where it is heard with it."""
    choices = [
        {
            "title": _DESCRIPTION_SEPARATOR.join(filter(None, (one.label, one.description))),
            "value": one.code,
        }
        for one in field.options
    ]
    style = "compact" if field.as_dropdown else "expanded"
    return _render_choice_set(choices, style, field.initial, is_multi_select=field.max_selected > 1)


def _render_people(field: PeopleField, render_context: RenderContext) -> Card:
    """Ask for colleagues: searched for where the client can, else picked from those known."""
    known = render_context.resources.person_names
    others = [person for person in known if person not in field.initial]
    listed = (*field.initial, *others[: max(0, MAX_LISTED - len(field.initial))])
    unknown = render_context.resources.words.translate("msteams.somebody")
    choices = [{"title": known.get(one, unknown), "value": one} for one in listed]
    made = _render_choice_set(
        choices, "compact", field.initial, is_multi_select=field.max_selected > 1
    )
    return made | {"choices.data": PEOPLE_QUERY}


def _render_channel(field: ChannelField, render_context: RenderContext) -> Card:
    """Ask for one of the channels of the teams that the bot was added to.

    Teams has no picker of channels for cards; the bot is told of no others.
    """
    known = dict(islice(render_context.resources.channel_names.items(), MAX_LISTED))
    here = (
        {field.initial: render_context.resources.words.translate("msteams.somewhere")}
        if field.initial
        else {}
    )
    choices = [{"title": name, "value": one} for one, name in {**here, **known}.items()]
    chosen = (field.initial,) if field.initial else ()
    made = _render_choice_set(choices, "compact", chosen, is_multi_select=False)
    return made | {"placeholder": render_context.resources.words.translate("msteams.channels")}


def _render_choice_set(
    choices: list[dict[str, str]], style: str, initial: tuple[str, ...], *, is_multi_select: bool
) -> Card:
    asked: Card = {"type": "Input.ChoiceSet", "choices": choices, "style": style, "wrap": True}
    if is_multi_select:
        asked["isMultiSelect"] = True
    kept = initial if is_multi_select else initial[:1]
    return asked | _initial_value(",".join(kept))


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
