from dataclasses import replace

import pytest

from bot.chat.msteams.render import inputs
from bot.chat.msteams.render.inputs import render_field
from bot.elements import (
    ChannelField,
    ChoiceField,
    DateField,
    Field,
    NameField,
    Option,
    PeopleField,
    TimeField,
)
from tests.chat.msteams.card_samples import (
    ADA,
    CHANNEL_ID,
    GUEST,
    MARIE,
    RESOURCES,
    WITHOUT_DIALOGS,
    block_types,
    build_render_context,
)

OPTIONS = (Option("away", "It moved away", "quiet"), Option("against", "It moved against"))


@pytest.mark.parametrize(
    ("field", "input_type", "properties"),
    [
        (
            ChoiceField("f", "Q", OPTIONS, initial=("away",)),
            "Input.ChoiceSet",
            {"style": "expanded", "value": "away", "wrap": True},
        ),
        (
            ChoiceField("f", "Q", OPTIONS, as_dropdown=True),
            "Input.ChoiceSet",
            {"style": "compact", "wrap": True},
        ),
        (
            ChoiceField("f", "Q", OPTIONS, max_selected=3, initial=("away", "against")),
            "Input.ChoiceSet",
            {"style": "expanded", "isMultiSelect": True, "value": "away,against", "wrap": True},
        ),
        (TimeField("f", "Q", "09:00"), "Input.Time", {"value": "09:00"}),
        (TimeField("f", "Q"), "Input.Time", {}),
        (DateField("f", "Q", "2026-11-30"), "Input.Date", {"value": "2026-11-30"}),
        (
            NameField("f", "Q", "North", max_length=60),
            "Input.Text",
            {"value": "North", "maxLength": 60},
        ),
    ],
)
def test_each_field_type_has_its_input(
    field: Field, input_type: str, properties: dict[str, object]
) -> None:
    """A field is rendered as Teams' input of its type, with its initial value."""
    card_input = render_field(field, build_render_context())[0]
    card_input.pop("choices", None)

    assert card_input == {
        "type": input_type,
        **properties,
        "id": "f",
        "label": "Q",
        "isRequired": True,
        "errorMessage": "Please answer this one.",
    }


def test_a_description_is_part_of_the_label() -> None:
    """An option's description is appended to its label; the value is the code alone."""
    card_input = render_field(ChoiceField("f", "Q", OPTIONS), build_render_context())[0]

    assert card_input["choices"] == [
        {"title": "It moved away \N{EN DASH} quiet", "value": "away"},
        {"title": "It moved against", "value": "against"},
    ]


def test_an_optional_field_has_no_error_message() -> None:
    """An optional field has no error message; its hint is a subtle block."""
    card_input, hint = render_field(
        ChoiceField("f", "Q", OPTIONS, required=False, hint="**One.**"), build_render_context()
    )

    assert card_input.keys().isdisjoint({"isRequired", "errorMessage"})
    assert (hint["text"], hint["isSubtle"]) == ("**One.**", True)


def test_a_validation_error_is_under_its_field() -> None:
    """A validation error is a block with an icon, not a colour alone."""
    blocks = render_field(
        DateField("until", "Until", hint="One day."), build_render_context(), "That is <past>."
    )

    assert block_types(blocks) == ["Input.Date", "TextBlock", "TextBlock"]
    assert blocks[-1]["text"] == "\N{WARNING SIGN} That is \\<past\\>."


def test_people_are_searched_or_listed() -> None:
    """Teams searches the organisation; other clients list people; who lacks a name is numbered."""
    card_input, hint = render_field(PeopleField("f", "Q", (GUEST, MARIE)), build_render_context())

    assert card_input["choices.data"]["dataset"] == "graph.microsoft.com/users"
    assert card_input["value"] == f"{GUEST},{MARIE}"
    assert [(choice["value"], choice["title"]) for choice in card_input["choices"]] == [
        (GUEST, "Person 1"),
        (MARIE, RESOURCES.person_names[MARIE]),
        (ADA, RESOURCES.person_names[ADA]),
    ]
    assert hint["text"].startswith("Teams gives no name for 1 of the people selected")
    assert card_input["isMultiSelect"]
    assert (
        "isMultiSelect"
        not in render_field(PeopleField("f", "Q", max_selected=1), build_render_context())[0]
    )


def test_people_are_only_listed_in_the_playground() -> None:
    """A stand-in without dialogs has no search either, and would hide the selected people."""
    card_input = render_field(
        PeopleField("f", "Q", (MARIE,)), build_render_context(resources=WITHOUT_DIALOGS)
    )[0]

    assert "choices.data" not in card_input
    assert card_input["choices"][0]["title"] == RESOURCES.person_names[MARIE]


def test_the_list_of_people_is_limited() -> None:
    """All selected people are listed, and others up to the limit of the list."""
    person_names = {f"person {n}": f"Person {n}" for n in range(200)}
    resources = build_render_context().resources.__class__(RESOURCES.words, "", person_names)
    selected = tuple(f"chosen {n}" for n in range(inputs.MAX_LISTED - 1))

    choices = render_field(
        PeopleField("f", "Q", selected), build_render_context(resources=resources)
    )[0]["choices"]
    extended_choices = render_field(
        PeopleField("f", "Q", (*selected, "a", "b", "c")), build_render_context(resources=resources)
    )[0]["choices"]

    assert [choice["value"] for choice in choices] == [*selected, "person 0"]
    assert len(extended_choices) == len(selected) + 3


def test_channels_of_the_apps_teams_are_listed() -> None:
    """The cached channels are listed, and the selected channel even when it is not cached."""
    unselected = render_field(ChannelField("channel", "Where?"), build_render_context())[0]
    selected = render_field(
        ChannelField("channel", "Where?", "19:old@thread.tacv2"), build_render_context()
    )[0]

    assert unselected["choices"] == [{"title": "Monday", "value": CHANNEL_ID}]
    assert "value" not in unselected
    assert unselected["placeholder"] == "Choose a channel of a team that has Attune"
    assert selected["value"] == "19:old@thread.tacv2"
    assert selected["choices"][0] == {"title": "the team's channel", "value": "19:old@thread.tacv2"}


def test_channels_without_a_name_are_numbered() -> None:
    """Channels whose names could not be looked up can be told apart."""
    resources = replace(RESOURCES, channel_names={"19:a": "", "19:b": "B", "19:c": ""})

    choices = render_field(
        ChannelField("channel", "Where?"), build_render_context(resources=resources)
    )[0]["choices"]

    assert [choice["title"] for choice in choices] == [
        "Channel 1, name not known",
        "B",
        "Channel 3, name not known",
    ]


def test_no_note_stands_below_a_field_with_all_names() -> None:
    """Where every selected person has a name, the field has no note about names."""
    blocks = render_field(PeopleField("f", "Q", (MARIE, ADA)), build_render_context())

    assert block_types(blocks) == ["Input.ChoiceSet"]
