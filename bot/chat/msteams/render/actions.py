"""Renderers of buttons, menus and form buttons as Adaptive Card actions."""

from collections.abc import Iterator

from bot.chat.msteams.action_data import Action, CardSurface, pack_action_data
from bot.chat.msteams.render.composition import Card, RenderContext, render_literal_text
from bot.conversation import RequestStep
from bot.elements import (
    ActionRow,
    Button,
    Confirmation,
    Form,
    Link,
    NameField,
    OverflowMenu,
    flatten_folds,
)

MAX_ACTIONS = 6
"""Maximum actions of one ActionSet; Teams drops the others."""

_OPENS_DIALOG = {"msteams": {"type": "task/fetch"}}
"""Action data that makes Teams request a dialog (``task/fetch``) instead of sending a message."""

_ALL_INPUTS, _NO_INPUTS = "auto", "none"
"""Values of ``associatedInputs``: whether an action sends the input values of its card.

The other actions of a form must not send them: Teams would block the action until every
required input has a value.
"""


def render_action_row(element: ActionRow, render_context: RenderContext, row_id: str) -> list[Card]:
    """Render a row of controls, followed by the confirmation panels of its buttons.

    *row_id* is the prefix of the panel ids, unique in the card.
    """
    row_actions, panels = [], []
    for index, control in enumerate(element.controls):
        if isinstance(control, Button) and control.confirmation:
            panel_id = f"{row_id}.{index}"
            row_actions.append(render_toggle(control.label, panel_id))
            panels.append(
                _render_confirmation(control, control.confirmation, panel_id, render_context)
            )
        else:
            row_actions.append(_render_control(control, render_context))
    return [{"type": "ActionSet", "actions": row_actions}, *panels]


def render_form_buttons(form: Form, render_context: RenderContext) -> Iterator[Card]:
    """Render the submit button of a form, and that which closes it or goes back from it."""
    if form.submit:
        yield _render_form_button(form, RequestStep.SUBMITTED, form.submit, render_context) | {
            "style": "positive"
        }
    if form.back:
        yield _render_button(form.back, render_context)
    elif form.close:
        yield _render_form_button(form, RequestStep.CLOSED, form.close, render_context)


def render_refresh_button(form: Form, render_context: RenderContext) -> Card:
    """Render the button that rebuilds a form from its current answers.

    Teams sends no event when an input changes, so the refresh needs an explicit action.
    """
    label = render_context.resources.words.translate("msteams.refresh")
    return {
        "type": "ActionSet",
        "actions": [_render_form_button(form, RequestStep.CHANGED, label, render_context)],
    }


def render_home_refresh(title: str, render_context: RenderContext) -> Card:
    """Render the refresh of a home page's card, which Teams invokes when the card is viewed.

    Without a list of users it does so for all members of a chat of up to 60; a private chat has
    one. The response is shown to the person and replaces nothing that is stored in the chat.
    """
    action = Action("buttons", "home.open")
    return {"type": "Refresh", "action": _build_action(title, action, render_context)}


def _render_form_button(
    form: Form, step: RequestStep, label: str, render_context: RenderContext
) -> Card:
    text_field_ids = tuple(
        element.id for element in flatten_folds(form.body) if isinstance(element, NameField)
    )
    action = Action("forms", form.name, form.data, step=step)
    inputs = _NO_INPUTS if step is RequestStep.CLOSED else _ALL_INPUTS
    return _build_action(
        label, action, render_context, text_field_ids=text_field_ids, associated_inputs=inputs
    )


def _render_control(control: Button | Link | OverflowMenu, render_context: RenderContext) -> Card:
    if isinstance(control, Link):
        return {"type": "Action.OpenUrl", "title": control.label, "url": control.url}
    if isinstance(control, OverflowMenu):
        return _render_overflow_menu(control, render_context)
    return _render_button(control, render_context)


def _render_button(button: Button, render_context: RenderContext, label: str = "") -> Card:
    action = Action("buttons", button.name, button.data)
    opens_dialog = button.opens_form and render_context.resources.supports_dialogs
    button_action = _build_action(
        label or button.label, action, render_context, opens_dialog=opens_dialog
    )
    return button_action | ({"style": "positive"} if button.primary else {})


def _render_overflow_menu(menu: OverflowMenu, render_context: RenderContext) -> Card:
    """Render a menu as one button that expands the row of its options."""
    buttons = (Button(menu.name, option.label, option.code) for option in menu.options)
    row: Card = {
        "type": "ActionSet",
        "actions": [_render_button(button, render_context) for button in buttons],
    }
    return {
        "type": "Action.ShowCard",
        "title": menu.label,
        "card": {"type": "AdaptiveCard", "body": [row]},
    }


def render_toggle(label: str, panel_id: str) -> Card:
    """Render a button that shows or hides the container *panel_id* in the client."""
    return {"type": "Action.ToggleVisibility", "title": label, "targetElements": [panel_id]}


def _render_confirmation(
    button: Button, confirmation: Confirmation, panel_id: str, render_context: RenderContext
) -> Card:
    """Render the confirmation of a button as a panel, hidden until the button toggles it."""
    confirm_action = _render_button(button, render_context, confirmation.confirm_label)
    return {
        "type": "Container",
        "id": panel_id,
        "isVisible": False,
        "style": "emphasis",
        "items": [
            render_literal_text(confirmation.title, weight="Bolder"),
            render_literal_text(confirmation.text),
            {
                "type": "ActionSet",
                "actions": [confirm_action, render_toggle(confirmation.cancel_label, panel_id)],
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
    """Build an action: ``Action.Submit`` in a dialog or to open one, else ``Action.Execute``."""
    data = pack_action_data(action, render_context.card_context, text_field_ids)
    submit: Card = {"type": "Action.Submit", "title": label, "associatedInputs": associated_inputs}
    if render_context.card_context.surface is CardSurface.DIALOG:
        return submit | {"data": data}
    if opens_dialog:
        return submit | {"data": data | _OPENS_DIALOG}
    return submit | {"type": "Action.Execute", "verb": action.name, "data": data}
