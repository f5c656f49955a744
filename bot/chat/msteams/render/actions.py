"""The steps that a person can take on a card, as actions of Teams."""

from collections.abc import Iterator

from bot.chat.msteams.action_data import Act, Place, Step, pack
from bot.chat.msteams.render.composition import Card, Frame, literal
from bot.elements import Actions, Button, Confirm, Form, Link, Menu, Name

MOST = 6
"""Actions that Teams shows side by side; it leaves out the others."""

_OPENS_DIALOG = {"msteams": {"type": "task/fetch"}}
"""Tells Teams to ask for a dialog when the step is taken, and not to send a message."""

_ALL, _NONE = "auto", "none"
"""Whether a step takes the answers of its card along. A form's other steps must not: Teams
would hold them back until every required answer is given."""


def actions(element: Actions, frame: Frame, spot: str) -> list[Card]:
    """Show steps side by side, and under them what some ask before they are taken.

    *spot* tells this row apart from the card's others.
    """
    made, asked = [], []
    for place, one in enumerate(element.steps):
        if isinstance(one, Button) and one.confirm:
            where = f"{spot}.{place}"
            made.append(_toggle(one.label, where))
            asked.append(_asked(one, one.confirm, where, frame))
        else:
            made.append(_step(one, frame))
    return [{"type": "ActionSet", "actions": made}, *asked]


def ends(form: Form, frame: Frame) -> Iterator[Card]:
    """The steps that end a form: send it off, or put it away."""
    if form.submit:
        yield _of_form(form, "submitted", form.submit, frame) | {"style": "positive"}
    if form.close:
        yield _of_form(form, "closed", form.close, frame)


def refresh(form: Form, frame: Frame) -> Card:
    """The step that reshapes a form by the answers chosen so far.

    Teams tells of no choice before a form is sent off, so this takes a tap of its own.
    """
    label = frame.known.words.say("msteams.refresh")
    return {"type": "ActionSet", "actions": [_of_form(form, "changed", label, frame)]}


def _of_form(form: Form, step: Step, label: str, frame: Frame) -> Card:
    typed = tuple(one.id for one in form.body if isinstance(one, Name))
    act = Act("forms", form.name, form.data, step=step)
    inputs = _NONE if step == "closed" else _ALL
    return _action(label, act, frame, typed=typed, inputs=inputs)


def _step(one: Button | Link | Menu, frame: Frame) -> Card:
    if isinstance(one, Link):
        return {"type": "Action.OpenUrl", "title": one.label, "url": one.url}
    if isinstance(one, Menu):
        return _menu(one, frame)
    return _button(one, frame)


def _button(button: Button, frame: Frame, label: str = "") -> Card:
    act = Act("buttons", button.name, button.data)
    opens = button.opens_form and frame.known.dialogs
    made = _action(label or button.label, act, frame, opens=opens)
    return made | ({"style": "positive"} if button.primary else {})


def _menu(menu: Menu, frame: Frame) -> Card:
    """Show lesser steps behind one sign, which opens the row of them."""
    chosen = (Button(menu.name, option.label, option.code) for option in menu.options)
    row: Card = {"type": "ActionSet", "actions": [_button(one, frame) for one in chosen]}
    return {
        "type": "Action.ShowCard",
        "title": menu.label,
        "card": {"type": "AdaptiveCard", "body": [row]},
    }


def _toggle(label: str, where: str) -> Card:
    return {"type": "Action.ToggleVisibility", "title": label, "targetElements": [where]}


def _asked(button: Button, confirm: Confirm, where: str, frame: Frame) -> Card:
    """Ask before a step that matters is taken, in a panel that the step's sign opens."""
    taken = _button(button, frame, confirm.yes)
    return {
        "type": "Container",
        "id": where,
        "isVisible": False,
        "style": "emphasis",
        "items": [
            literal(confirm.title, weight="Bolder"),
            literal(confirm.text),
            {"type": "ActionSet", "actions": [taken, _toggle(confirm.no, where)]},
        ],
    }


def _action(
    label: str,
    act: Act,
    frame: Frame,
    *,
    typed: tuple[str, ...] = (),
    inputs: str = _NONE,
    opens: bool = False,
) -> Card:
    """Return the action that takes a step; in a dialog, and to open one, Teams wants a submit."""
    data = pack(act, frame.stand, typed)
    submit: Card = {"type": "Action.Submit", "title": label, "associatedInputs": inputs}
    if frame.stand.place is Place.DIALOG:
        return submit | {"data": data}
    if opens:
        return submit | {"data": data | _OPENS_DIALOG}
    return submit | {"type": "Action.Execute", "verb": act.name, "data": data}
