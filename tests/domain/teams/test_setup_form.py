from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.domain.teams import setup_form, timezones
from bot.domain.teams.setup_form import CurrentSetup
from bot.elements import FIELD_TYPES, ActionRow, Button, Caption, ChoiceField, NameField, Option
from tests.sample_team import reply_text, steps_by_name

WORDS = load_catalogue().get_pack("en")
TEAM = Team(
    id="t1",
    workspace="slack:T1",
    channel="C1",
    name="North",
    practice="Riverside",
    language="fr-CA",
    zone="Asia/Kabul",
    checkin_rule=WeeklyRule(3, time(15)),
    tip_days=(),
    tip_time=time(8),
    question="status",
    open_to_team=True,
)
TWO_LANGUAGES = (Option("en", "English"), Option("fr-CA", "français"))


def initial_values(current: CurrentSetup) -> dict[str, object]:
    """Return the initial value of each field of the form."""
    fields = (
        element
        for element in setup_form.build_setup_form(current, WORDS).body
        if isinstance(element, FIELD_TYPES)
    )
    return {element.id: element.initial for element in fields}


def test_the_form_has_the_current_values() -> None:
    """The form has all current values of a team, an unusual zone included."""
    values = initial_values(CurrentSetup(TEAM, ("U1",), ("U9",), languages=TWO_LANGUAGES))

    assert values == {
        "channel": "C1",
        "name": "North",
        "supervisors": ("U9",),
        "clinicians": ("U1",),
        "day": ("3",),
        "time": "15:00",
        "tip_days": (),
        "tip_time": "08:00",
        "zone": ("Asia/Kabul",),
        "holidays": ("none",),
        "language": ("fr-CA",),
        "practice": "Riverside",
        "question": ("status",),
        "open": ("yes",),
    }


def test_a_new_team_has_default_values() -> None:
    """A new team has the usual defaults, the setter's own zone and no people."""
    values = initial_values(CurrentSetup(setter_zone="America/Toronto"))

    assert (values["day"], values["time"], values["tip_days"]) == (("1",), "09:00", ("2", "4"))
    assert (values["zone"], values["supervisors"]) == (("America/Toronto",), ())


def test_a_single_language_has_no_field() -> None:
    """A single language has no field."""
    assert "language" not in initial_values(CurrentSetup(TEAM, languages=TWO_LANGUAGES[:1]))


def test_the_default_language_is_the_setters() -> None:
    """The setter's language is the default of a new team."""
    assert initial_values(CurrentSetup(languages=TWO_LANGUAGES))["language"] == ("en",)


@pytest.mark.parametrize(("team", "button_rows"), [(None, 0), (TEAM, 1)])
def test_an_existing_team_can_post_its_card_again(team: Team | None, button_rows: int) -> None:
    """Only an existing team has the button that posts the card again."""
    body = setup_form.build_setup_form(CurrentSetup(team), WORDS).body

    assert len([element for element in body if isinstance(element, ActionRow)]) == button_rows


def test_only_names_are_text_fields() -> None:
    """The two names are the only text fields."""
    body = setup_form.build_setup_form(CurrentSetup(TEAM), WORDS).body

    assert [element.id for element in body if isinstance(element, NameField)] == [
        "name",
        "practice",
    ]


def test_the_zone_list_is_within_its_limit() -> None:
    """The list has at most a hundred zones with unique labels, the extra zones included."""
    options = timezones.build_zone_options("Asia/Kabul", "", "America/Toronto")

    assert len(options) <= 100
    assert len({option.label for option in options}) == len(options)
    assert {"Asia/Kabul", "America/Toronto", "UTC"} <= {option.code for option in options}
    assert Option("America/Argentina/Buenos_Aires", "Buenos Aires (America)") in options


def test_a_new_team_has_the_defaults_of_its_channel() -> None:
    """A set-up that was opened in a channel has that channel, a name, and no people."""
    values = initial_values(CurrentSetup(channel="C7", name="East team"))

    assert (values["channel"], values["name"]) == ("C7", "East team")
    assert (values["supervisors"], values["clinicians"]) == ((), ())


def test_a_long_team_name_is_truncated() -> None:
    """A long name from an operator's file is truncated to the size limit of a label."""
    team = Team(**{**vars(TEAM), "name": "n" * 80})

    (field,) = setup_form.build_team_chooser((team,), WORDS, may_create=False).body

    assert isinstance(field, ChoiceField)
    assert len(field.options[0].label) <= 75


@pytest.mark.parametrize(
    ("practice", "excerpt"), [("Riverside", "Practice: Riverside."), ("", "told alone")]
)
def test_the_practice_is_read_only_for_a_supervisor(practice: str, excerpt: str) -> None:
    """A supervisor gets the practice as read-only text, with the person who can change it."""
    form = setup_form.build_setup_form(
        CurrentSetup(replace(TEAM, practice=practice), may_name_practice=False), WORDS
    )

    assert "practice" not in {
        element.id for element in form.body if isinstance(element, FIELD_TYPES)
    }
    (line,) = [element.text for element in form.body if isinstance(element, Caption)]
    assert excerpt in line
    assert "Whoever runs the bot" in line


@pytest.mark.parametrize(
    ("current", "names"),
    [
        (CurrentSetup(TEAM), ["supervision.introduce", "supervision.close"]),
        (
            CurrentSetup(TEAM, free_channel="C2"),
            ["supervision.introduce", "supervision.move", "supervision.close"],
        ),
    ],
    ids=["in its channel", "in a free channel"],
)
def test_the_move_is_offered_where_there_is_a_channel_to_move_to(
    current: CurrentSetup, names: list[str]
) -> None:
    """An existing team can always be closed."""
    (row,) = (
        element
        for element in setup_form.build_setup_form(current, WORDS).body
        if isinstance(element, ActionRow)
    )

    assert [control.name for control in row.controls if isinstance(control, Button)] == names


@pytest.mark.parametrize("may_create", [True, False])
def test_a_new_team_is_offered_to_who_may_create_it(*, may_create: bool) -> None:
    """The chooser has the person's teams, and after them the new one."""
    (field,) = setup_form.build_team_chooser((TEAM,), WORDS, may_create=may_create).body

    assert isinstance(field, ChoiceField)
    new_codes = [setup_form.NEW_TEAM_ID] if may_create else []
    assert [option.code for option in field.options] == [TEAM.id, *new_codes]


def test_an_admin_in_a_channel_with_a_team_can_set_up_another() -> None:
    """The message names the channel's team, and its button opens the form of a new one."""
    message = setup_form.render_supervised_team(TEAM, WORDS)

    (button,) = steps_by_name(message).values()
    assert isinstance(button, Button)
    assert f"**{TEAM.name}** is set up in this channel." in reply_text(message)
    assert (button.data, button.opens_form) == (setup_form.NEW_TEAM_ID, True)


def test_a_refusal_names_no_team() -> None:
    """It says who may edit a set-up and offers nothing."""
    message = setup_form.render_refusal(WORDS)

    assert "A team's set-up opens for its supervisors." in reply_text(message)
    assert steps_by_name(message) == {}
