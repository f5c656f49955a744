"""The steps that a person can take on a card, as actions of Teams."""

from collections.abc import Iterator

from bot.chat.msteams.action_data import Action, Step, Surface, pack_action_data
from bot.chat.msteams.render.composition import Card, RenderContext, literal_text
from bot.elements import ActionRow, Button, Confirmation, Form, Link, NameField, OverflowMenu

MAX_ACTIONS = 6
"""Actions that Teams shows side by side; it leaves out the others."""

_OPENS_DIALOG = {"msteams": {"type": "task/fetch"}}
"""Tells Teams to ask for a dialog when the step is taken, and not to send a message."""

_ALL_INPUTS, _NO_INPUTS = "auto", "none"
"""Whether a step takes the answers of its card along. A form's other steps must not: Teams
would hold them back until every required answer is given."""


def render_action_row(element: ActionRow, render_context: RenderContext, row_id: str) -> list[Card]:
    """Show steps side by side, and under them what some ask before they are taken.

    *spot* tells this row apart from the card's others.
    """
    made, asked = [], []
    for place, one in enumerate(element.controls):
        if isinstance(one, Button) and one.confirmation:
            where = f"{row_id}.{place}"
            made.append(_render_toggle(one.label, where))
            asked.append(_render_confirmation(one, one.confirmation, where, render_context))
        else:
            made.append(_render_control(one, render_context))
    return [{"type": "ActionSet", "actions": made}, *asked]


def render_form_buttons(form: Form, render_context: RenderContext) -> Iterator[Card]:
    """The steps that end a form: send it off, or put it away."""
    if form.submit:
        yield _render_form_button(form, "submitted", form.submit, render_context) | {
            "style": "positive"
        }
    if form.close:
        yield _render_form_button(form, "closed", form.close, render_context)


def render_refresh_button(form: Form, render_context: RenderContext) -> Card:
    """The step that reshapes a form by the answers chosen so far.

    Teams tells of no choice before a form is sent off, so this takes a tap of its own.
    """
    label = render_context.resources.words.translate("msteams.refresh")
    return {
        "type": "ActionSet",
        "actions": [_render_form_button(form, "changed", label, render_context)],
    }


def _render_form_button(form: Form, step: Step, label: str, render_context: RenderContext) -> Card:
    typed = tuple(one.id for one in form.body if isinstance(one, NameField))
    act = Action("forms", form.name, form.data, step=step)
    inputs = _NO_INPUTS if step == "closed" else _ALL_INPUTS
    return _build_action(label, act, render_context, text_field_ids=typed, associated_inputs=inputs)


def _render_control(control: Button | Link | OverflowMenu, render_context: RenderContext) -> Card:
    if isinstance(control, Link):
        return {"type": "Action.OpenUrl", "title": control.label, "url": control.url}
    if isinstance(control, OverflowMenu):
        return _render_overflow_menu(control, render_context)
    return _render_button(control, render_context)


def _render_button(button: Button, render_context: RenderContext, label: str = "") -> Card:
    act = Action("buttons", button.name, button.data)
    opens = button.opens_form and render_context.resources.supports_dialogs
    made = _build_action(label or button.label, act, render_context, opens_dialog=opens)
    return made | ({"style": "positive"} if button.primary else {})


def _render_overflow_menu(menu: OverflowMenu, render_context: RenderContext) -> Card:
    """Show lesser steps behind one sign, which opens the row of them."""
    chosen = (Button(menu.name, option.label, option.code) for option in menu.options)
    row: Card = {
        "type": "ActionSet",
        "actions": [_render_button(one, render_context) for one in chosen],
    }
    return {
        "type": "Action.ShowCard",
        "title": menu.label,
        "card": {"type": "AdaptiveCard", "body": [row]},
    }


def _render_toggle(label: str, panel_id: str) -> Card:
    return {"type": "Action.ToggleVisibility", "title": label, "targetElements": [panel_id]}


def _render_confirmation(
    button: Button, confirmation: Confirmation, panel_id: str, render_context: RenderContext
) -> Card:
    """Ask before a step that matters is taken, in a panel that the step's sign opens."""
    taken = _render_button(button, render_context, confirmation.confirm_label)
    return {
        "type": "Container",
        "id": panel_id,
        "isVisible": False,
        "style": "emphasis",
        "items": [
            literal_text(confirmation.title, weight="Bolder"),
            literal_text(confirmation.text),
            {
                "type": "ActionSet",
                "actions": [taken, _render_toggle(confirmation.cancel_label, panel_id)],
            },
        ],
    }


def _build_action(
    label: str,
    action: Action,
    render_context: RenderContext,
    *,
    text_field_ids: tuple[str, ...] = (),
    associated_inputs: str = _NO_INPUTS,
    opens_dialog: bool = False,
) -> Card:
    """Return the action that takes a step; in a dialog, and to open one, Teams wants a submit."""
    data = pack_action_data(action, render_context.card_context, text_field_ids)
    submit: Card = {"type": "Action.Submit", "title": label, "associatedInputs": associated_inputs}
    if render_context.card_context.surface is Surface.DIALOG:
        return submit | {"data": data}
    if opens_dialog:
        return submit | {"data": data | _OPENS_DIALOG}
    return submit | {"type": "Action.Execute", "verb": action.name, "data": data}
