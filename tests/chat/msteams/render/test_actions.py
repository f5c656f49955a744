from dataclasses import replace

import pytest

from bot.chat.msteams.action_data import Action, CardSurface, unpack_action_data
from bot.chat.msteams.render import actions, surfaces
from bot.conversation import RequestStep
from bot.elements import (
    ActionRow,
    Button,
    Confirmation,
    Fold,
    Form,
    Link,
    NameField,
    Option,
    OverflowMenu,
    Text,
)
from tests.chat.msteams import cards
from tests.chat.msteams.card_samples import (
    RENDER_KEY,
    RESOURCES,
    WITHOUT_DIALOGS,
    build_card_context,
    build_render_context,
)

OPEN_BUTTON = Button("rupture.open", "Debrief", data="d", opens_form=True, primary=True)
FORM = Form(
    "setup", "Set-up", (NameField("name", "Name"),), submit="Save", close="Cancel", data="T1"
)


def test_a_button_packs_its_action_and_context() -> None:
    """Name, data and render id are in the action's data, and no input values are sent."""
    (row,) = actions.render_action_row(
        ActionRow((Button("tip.next", "Another", "7"),)), build_render_context(), "row0"
    )
    (button,) = row["actions"]
    action_data = unpack_action_data(button["data"])

    assert (button["type"], button["verb"], button["associatedInputs"]) == (
        "Action.Execute",
        "tip.next",
        "none",
    )
    assert action_data.action == Action("buttons", "tip.next", "7")
    assert (action_data.card_context.surface, action_data.card_context.render_id) == (
        CardSurface.MESSAGE,
        RENDER_KEY,
    )


def test_a_form_button_opens_a_dialog_where_supported() -> None:
    """The data requests a dialog; without dialogs the form is rendered in the card."""
    form_buttons = [
        actions.render_action_row(
            ActionRow((OPEN_BUTTON,)), build_render_context(resources=resources), "row0"
        )[0]["actions"][0]
        for resources in (RESOURCES, WITHOUT_DIALOGS)
    ]

    assert [button["type"] for button in form_buttons] == ["Action.Submit", "Action.Execute"]
    assert [button["data"].get("msteams") for button in form_buttons] == [
        {"type": "task/fetch"},
        None,
    ]
    assert {button["style"] for button in form_buttons} == {"positive"}
    assert {unpack_action_data(button["data"]).action.name for button in form_buttons} == {
        "rupture.open"
    }


def test_buttons_in_a_dialog_are_submit_actions() -> None:
    """A dialog accepts only submit actions, and none of them requests another dialog."""
    (row,) = actions.render_action_row(
        ActionRow((OPEN_BUTTON,)), build_render_context(CardSurface.DIALOG), "row0"
    )

    assert row["actions"][0]["type"] == "Action.Submit"
    assert "msteams" not in row["actions"][0]["data"]


def test_a_menu_expands_its_options() -> None:
    """A menu is one button that expands a row of options, each with its own code."""
    menu = OverflowMenu(
        "checkin.menu", "Not now", (Option("s1", "One week"), Option("s2", "Two weeks"))
    )

    (row,) = actions.render_action_row(ActionRow((menu,)), build_render_context(), "row0")
    (menu_button,) = row["actions"]
    options = menu_button["card"]["body"][0]["actions"]

    assert (menu_button["type"], menu_button["title"]) == ("Action.ShowCard", "Not now")
    assert [unpack_action_data(option["data"]).action.data for option in options] == ["s1", "s2"]
    assert [option["title"] for option in options] == ["One week", "Two weeks"]


def test_a_confirmation_is_a_hidden_panel() -> None:
    """The button only shows the panel; its confirm button acts, its cancel button hides it."""
    confirmation = Confirmation("Leave?", "Nothing is lost.", "Leave", "Stay")
    leave_button = Button("checkin.leave", "Leave the check-in", confirmation=confirmation)

    row, panel = actions.render_action_row(
        ActionRow((leave_button, Link("Read", "https://a.example"))), build_render_context(), "row7"
    )
    confirm, cancel = panel["items"][-1]["actions"]

    assert row["actions"][0]["type"] == "Action.ToggleVisibility"
    assert row["actions"][0]["targetElements"] == [panel["id"]] == cancel["targetElements"]
    assert row["actions"][1] == {
        "type": "Action.OpenUrl",
        "title": "Read",
        "url": "https://a.example",
    }
    assert not panel["isVisible"]
    assert [item["text"] for item in panel["items"][:2]] == ["Leave?", "Nothing is lost."]
    assert (confirm["title"], unpack_action_data(confirm["data"]).action.name, cancel["title"]) == (
        "Leave",
        "checkin.leave",
        "Stay",
    )


@pytest.mark.parametrize(
    ("surface", "action_type"),
    [(CardSurface.FORM, "Action.Execute"), (CardSurface.DIALOG, "Action.Submit")],
)
def test_submit_sends_the_answers_and_close_does_not(
    surface: CardSurface, action_type: str
) -> None:
    """The submit action sends all inputs and marks text fields; the close action sends none."""
    submit, close = actions.render_form_buttons(FORM, build_render_context(surface))
    action_data = unpack_action_data(submit["data"] | {"name": "North, east"})

    assert [submit["type"], close["type"]] == [action_type, action_type]
    assert (submit["associatedInputs"], close["associatedInputs"]) == ("auto", "none")
    assert (action_data.action.step, action_data.action.data) == (RequestStep.SUBMITTED, "T1")
    assert action_data.action.answers == {"name": ("North, east",)}
    assert unpack_action_data(close["data"]).action.step is RequestStep.CLOSED


def test_a_form_without_buttons_has_no_actions() -> None:
    """A form without a submit or close label has no actions."""
    card = surfaces.render_form(
        Form("guide", "Guide", (Text("Read"),)), build_card_context(CardSurface.FORM), RESOURCES
    )

    assert "actions" not in card
    assert cards.actions_by_label(card) == {}


def test_a_form_on_top_has_a_button_back_and_none_to_close() -> None:
    """The way back takes the place of the close button, and sends no input values."""
    form = replace(FORM, back=Button("rupture.back", "Back", "away.touched"))
    submit, back = actions.render_form_buttons(form, build_render_context(CardSurface.DIALOG))
    action = unpack_action_data(back["data"]).action

    assert (submit["title"], back["title"], back["associatedInputs"]) == ("Save", "Back", "none")
    assert action == Action("buttons", "rupture.back", "away.touched")


def test_names_in_a_fold_are_text_fields_of_the_form() -> None:
    """The submit action lists a text field in a fold, so that its text is read as one."""
    form = replace(FORM, body=(Fold("More", (NameField("name", "Name"),)),))

    def list_text_fields(form: Form) -> object:
        submit, _ = actions.render_form_buttons(form, build_render_context(CardSurface.DIALOG))
        return submit["data"]

    assert list_text_fields(form) == list_text_fields(FORM)
