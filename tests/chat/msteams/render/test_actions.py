import pytest

from bot.chat.msteams.action_data import Action, Surface, unpack_action_data
from bot.chat.msteams.render import actions, surfaces
from bot.elements import (
    ActionRow,
    Button,
    Confirmation,
    Form,
    Link,
    NameField,
    Option,
    OverflowMenu,
    Text,
)
from tests.chat.msteams import cards
from tests.chat.msteams.shown import (
    KNOWN,
    RENDER_KEY,
    WITHOUT_DIALOGS,
    build_card_context,
    build_frame,
)

OPEN = Button("rupture.open", "Debrief", data="d", opens_form=True, primary=True)
FORM = Form(
    "setup", "Set-up", (NameField("name", "Name"),), submit="Save", close="Cancel", data="T1"
)


def test_a_button_brings_back_what_it_asks_and_from_where() -> None:
    """Name, data and the showing it stood in come back with the step, and nobody's answers."""
    (row,) = actions.render_action_row(
        ActionRow((Button("tip.next", "Another", "7"),)), build_frame(), "row0"
    )
    (made,) = row["actions"]
    carried = unpack_action_data(made["data"])

    assert (made["type"], made["verb"], made["associatedInputs"]) == (
        "Action.Execute",
        "tip.next",
        "none",
    )
    assert carried.action == Action("buttons", "tip.next", "7")
    assert (carried.card_context.surface, carried.card_context.render_id) == (
        Surface.MESSAGE,
        RENDER_KEY,
    )


def test_a_button_for_a_form_opens_a_dialog_where_there_are_dialogs() -> None:
    """Teams is told beforehand; where dialogs do not open, the form comes into the card."""
    asked = [
        actions.render_action_row(ActionRow((OPEN,)), build_frame(known=known), "row0")[0][
            "actions"
        ][0]
        for known in (KNOWN, WITHOUT_DIALOGS)
    ]

    assert [one["type"] for one in asked] == ["Action.Submit", "Action.Execute"]
    assert [one["data"].get("msteams") for one in asked] == [{"type": "task/fetch"}, None]
    assert {one["style"] for one in asked} == {"positive"}
    assert {unpack_action_data(one["data"]).action.name for one in asked} == {"rupture.open"}


def test_inside_a_dialog_every_step_is_sent_to_it() -> None:
    """A dialog takes submits alone, and no step in it asks for a dialog of its own."""
    (row,) = actions.render_action_row(ActionRow((OPEN,)), build_frame(Surface.DIALOG), "row0")

    assert row["actions"][0]["type"] == "Action.Submit"
    assert "msteams" not in row["actions"][0]["data"]


def test_lesser_steps_stand_behind_one_sign() -> None:
    """A menu opens a row of its options, each of which brings its own code back."""
    menu = OverflowMenu(
        "checkin.menu", "Not now", (Option("s1", "One week"), Option("s2", "Two weeks"))
    )

    (row,) = actions.render_action_row(ActionRow((menu,)), build_frame(), "row0")
    (sign,) = row["actions"]
    inner = sign["card"]["body"][0]["actions"]

    assert (sign["type"], sign["title"]) == ("Action.ShowCard", "Not now")
    assert [unpack_action_data(one["data"]).action.data for one in inner] == ["s1", "s2"]
    assert [one["title"] for one in inner] == ["One week", "Two weeks"]


def test_a_step_that_matters_is_asked_about_first() -> None:
    """Its sign only opens the question; yes takes the step, no puts the question away."""
    sure = Confirmation("Leave?", "Nothing is lost.", "Leave", "Stay")
    leave = Button("checkin.leave", "Leave the check-in", confirmation=sure)

    row, panel = actions.render_action_row(
        ActionRow((leave, Link("Read", "https://a.example"))), build_frame(), "row7"
    )
    yes, no = panel["items"][-1]["actions"]

    assert row["actions"][0]["type"] == "Action.ToggleVisibility"
    assert row["actions"][0]["targetElements"] == [panel["id"]] == no["targetElements"]
    assert row["actions"][1] == {
        "type": "Action.OpenUrl",
        "title": "Read",
        "url": "https://a.example",
    }
    assert not panel["isVisible"]
    assert [one["text"] for one in panel["items"][:2]] == ["Leave?", "Nothing is lost."]
    assert (yes["title"], unpack_action_data(yes["data"]).action.name, no["title"]) == (
        "Leave",
        "checkin.leave",
        "Stay",
    )


@pytest.mark.parametrize(
    ("place", "kind"), [(Surface.FORM, "Action.Execute"), (Surface.DIALOG, "Action.Submit")]
)
def test_a_form_is_sent_off_with_its_answers_and_put_away_without(
    place: Surface, kind: str
) -> None:
    """Sending it takes the answers along, typed ones marked; putting it away needs none."""
    sent, closed = actions.render_form_buttons(FORM, build_frame(place))
    carried = unpack_action_data(sent["data"] | {"name": "North, east"})

    assert [sent["type"], closed["type"]] == [kind, kind]
    assert (sent["associatedInputs"], closed["associatedInputs"]) == ("auto", "none")
    assert (carried.action.step, carried.action.data) == ("submitted", "T1")
    assert carried.action.answers == {"name": ("North, east",)}
    assert unpack_action_data(closed["data"]).action.step == "closed"


def test_a_form_to_read_has_nothing_to_send() -> None:
    """Without a word for it there is no such step."""
    card = surfaces.render_form(
        Form("guide", "Guide", (Text("Read"),)), build_card_context(Surface.FORM), KNOWN
    )

    assert "actions" not in card
    assert cards.actions_by_label(card) == {}
