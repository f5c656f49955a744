from dataclasses import replace
from datetime import time

import pytest

from bot.content.catalogue import load_catalogue
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Team
from bot.domain.teams import setup_form, timezones
from bot.domain.teams.setup_form import CurrentSetup
from bot.elements import FIELD_TYPES, ActionRow, Caption, ChoiceField, NameField, Option, Text

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
TWO = (Option("en", "English"), Option("fr-CA", "français"))


def chosen(current: CurrentSetup) -> dict[str, object]:
    """What stands in each field of the form."""
    fields = (
        one
        for one in setup_form.build_setup_form(current, WORDS).body
        if isinstance(one, FIELD_TYPES)
    )
    return {one.id: one.initial for one in fields}


def test_a_team_is_shown_as_it_is() -> None:
    """Everything that holds now stands in the form, an unusual zone too."""
    shown = chosen(CurrentSetup(TEAM, ("U1",), ("U9",), languages=TWO))

    assert shown == {
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


def test_a_new_team_begins_with_what_most_choose() -> None:
    """Monday at nine, tips on Tuesday and Thursday, the setter's own zone, and nobody named."""
    shown = chosen(CurrentSetup(setter_zone="America/Toronto"))

    assert (shown["day"], shown["time"], shown["tip_days"]) == (("1",), "09:00", ("2", "4"))
    assert (shown["zone"], shown["supervisors"]) == (("America/Toronto",), ())


def test_one_language_is_not_asked() -> None:
    """Where only one is on offer there is nothing to choose."""
    assert "language" not in chosen(CurrentSetup(TEAM, languages=TWO[:1]))


def test_a_new_team_speaks_the_setters_language() -> None:
    """The language of whoever sets it up is chosen beforehand."""
    assert chosen(CurrentSetup(languages=TWO))["language"] == ("en",)


@pytest.mark.parametrize(("team", "offered"), [(None, 0), (TEAM, 1)])
def test_the_card_can_be_posted_again_for_a_team_that_is_there(
    team: Team | None, offered: int
) -> None:
    """A new team's card goes out by itself."""
    body = setup_form.build_setup_form(CurrentSetup(team), WORDS).body

    assert len([one for one in body if isinstance(one, ActionRow)]) == offered


def test_only_names_are_typed() -> None:
    """Two short names are all that anybody ever types."""
    body = setup_form.build_setup_form(CurrentSetup(TEAM), WORDS).body

    assert [one.id for one in body if isinstance(one, NameField)] == ["name", "practice"]


def test_the_zones_fit_into_one_list() -> None:
    """At most a hundred, each with a label of its own and the known ones among them."""
    offered = timezones.build_zone_options("Asia/Kabul", "", "America/Toronto")

    assert len(offered) <= 100
    assert len({one.label for one in offered}) == len(offered)
    assert {"Asia/Kabul", "America/Toronto", "UTC"} <= {one.code for one in offered}
    assert Option("America/Argentina/Buenos_Aires", "Buenos Aires (America)") in offered


def test_a_team_without_a_period_hears_so() -> None:
    """Fewer than five are not counted alone, and the answer says so."""
    answer = setup_form.build_saved_form(
        TEAM, None, WORDS, posts_introduction=False, is_question_deferred=False
    )

    assert "fewer than five" in "\n".join(one.text for one in answer.body if isinstance(one, Text))


def test_a_long_team_name_fits_into_the_list() -> None:
    """An operator's file allows longer names than a list's label holds."""
    team = Team(**{**vars(TEAM), "name": "n" * 80})

    (field,) = setup_form.build_team_chooser((team,), WORDS, may_create=False).body

    assert isinstance(field, ChoiceField)
    assert len(field.options[0].label) <= 75


@pytest.mark.parametrize(
    ("practice", "said"), [("Riverside", "Practice: Riverside."), ("", "told alone")]
)
def test_a_supervisor_sees_the_practice_and_cannot_type_it(practice: str, said: str) -> None:
    """A line says of which practice the team is a part, and who can change that."""
    shown = setup_form.build_setup_form(
        CurrentSetup(replace(TEAM, practice=practice), may_name_practice=False), WORDS
    )

    assert "practice" not in {one.id for one in shown.body if isinstance(one, FIELD_TYPES)}
    (line,) = [one.text for one in shown.body if isinstance(one, Caption)]
    assert said in line
    assert "Whoever runs the bot" in line
