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
from tests.chat.msteams.shown import ADA, CHANNEL_ID, GUEST, KNOWN, MARIE, block_types, build_frame

OPTIONS = (Option("away", "It moved away", "quiet"), Option("against", "It moved against"))


@pytest.mark.parametrize(
    ("field", "kind", "given"),
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
def test_each_question_has_its_input(field: Field, kind: str, given: dict[str, object]) -> None:
    """A question is asked with Teams' own input, and what was chosen before is shown."""
    asked = render_field(field, build_frame())[0]
    asked.pop("choices", None)

    assert asked == {
        "type": kind,
        **given,
        "id": "f",
        "label": "Q",
        "isRequired": True,
        "errorMessage": "Please answer this one.",
    }


def test_a_detail_is_heard_with_its_answer() -> None:
    """What explains an answer stands in its own label; the code alone comes back."""
    asked = render_field(ChoiceField("f", "Q", OPTIONS), build_frame())[0]

    assert asked["choices"] == [
        {"title": "It moved away \N{EN DASH} quiet", "value": "away"},
        {"title": "It moved against", "value": "against"},
    ]


def test_a_question_may_be_left_open_and_has_its_hint() -> None:
    """Without an answer that is required there is nothing to complain of; the hint is quieter."""
    asked, hint = render_field(
        ChoiceField("f", "Q", OPTIONS, required=False, hint="**One.**"), build_frame()
    )

    assert asked.keys().isdisjoint({"isRequired", "errorMessage"})
    assert (hint["text"], hint["isSubtle"]) == ("**One.**", True)


def test_what_was_wrong_stands_under_its_question() -> None:
    """A refused answer is explained in words with a sign, and not by a colour alone."""
    blocks = render_field(
        DateField("until", "Until", hint="One day."), build_frame(), "That is <past>."
    )

    assert block_types(blocks) == ["Input.Date", "TextBlock", "TextBlock"]
    assert blocks[-1]["text"] == "\N{WARNING SIGN} That is \\<past\\>."


def test_people_are_searched_for_or_picked_from_those_known() -> None:
    """Teams searches the organisation; another client lists the chosen and those it knows."""
    asked = render_field(PeopleField("f", "Q", (GUEST, MARIE)), build_frame())[0]

    assert asked["choices.data"]["dataset"] == "graph.microsoft.com/users"
    assert asked["value"] == f"{GUEST},{MARIE}"
    assert [(one["value"], one["title"]) for one in asked["choices"]] == [
        (GUEST, "a colleague"),
        (MARIE, KNOWN.person_names[MARIE]),
        (ADA, KNOWN.person_names[ADA]),
    ]
    assert asked["isMultiSelect"]
    assert (
        "isMultiSelect" not in render_field(PeopleField("f", "Q", max_selected=1), build_frame())[0]
    )


def test_a_large_practice_fits_into_its_question() -> None:
    """Everybody chosen is listed, and of the others so many that the card stays light."""
    crowd = {f"person {n}": f"Person {n}" for n in range(200)}
    known = build_frame().resources.__class__(KNOWN.words, "", crowd)
    chosen = tuple(f"chosen {n}" for n in range(inputs.MAX_LISTED - 1))

    few = render_field(PeopleField("f", "Q", chosen), build_frame(known=known))[0]["choices"]
    many = render_field(PeopleField("f", "Q", (*chosen, "a", "b", "c")), build_frame(known=known))[
        0
    ]["choices"]

    assert [one["value"] for one in few] == [*chosen, "person 0"]
    assert len(many) == len(chosen) + 3


def test_a_channel_is_one_of_those_the_bot_was_added_to() -> None:
    """The channels that Teams told the bot of are offered; the one in use stays, known or not."""
    fresh = render_field(ChannelField("channel", "Where?"), build_frame())[0]
    kept = render_field(ChannelField("channel", "Where?", "19:old@thread.tacv2"), build_frame())[0]

    assert fresh["choices"] == [{"title": "Monday", "value": CHANNEL_ID}]
    assert "value" not in fresh
    assert fresh["placeholder"] == "Choose a channel of a team that has Attune"
    assert kept["value"] == "19:old@thread.tacv2"
    assert kept["choices"][0] == {"title": "the team's channel", "value": "19:old@thread.tacv2"}
