"""The set-up form names people on another team's list to admins only."""

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Profile
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, NEW_TEAM_ANSWERS, load_teams, submit_setup
from tests.sample_team import (
    ADMIN,
    CLINICIANS,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    build_person,
    set_up_team,
)

OTHER_SUPERVISOR = build_person("super2")
LISTED_IDS = tuple(sorted(clinician.id for clinician in CLINICIANS[:2]))


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def submit_listed(context: Context, person: Person, team_id: str) -> InvalidAnswers:
    """Submit a set-up with two people of the sample team; return its errors."""
    await set_up_team(context)
    answers = {**NEW_TEAM_ANSWERS, "clinicians": LISTED_IDS}
    reply = await submit_setup(context, person, team_id, answers)
    assert isinstance(reply, InvalidAnswers)
    return reply


async def test_an_admin_reads_who_is_on_which_list(context: Context) -> None:
    """Each person is mentioned with their team on top of the form; the field has the number."""
    invalid = await submit_listed(context, ADMIN, "new")

    lines = invalid.errors[""].splitlines()
    assert lines == [f"@{{{name}}} is already on the list of {TEAM.name}." for name in LISTED_IDS]
    assert invalid.errors["clinicians"].startswith("2 people here are already")


async def test_nothing_is_stored_of_a_named_submission(context: Context) -> None:
    """The set-up is refused as a whole."""
    await submit_listed(context, ADMIN, "new")

    assert [team.id for team in await load_teams(context)] == [TEAM.id]


async def test_a_supervisor_reads_the_number_only(context: Context) -> None:
    """Another team's supervisor reads neither a name nor the team."""
    await set_up_team(context, OTHER_TEAM, supervisors=(OTHER_SUPERVISOR,), clinicians=())
    invalid = await submit_listed(context, OTHER_SUPERVISOR, OTHER_TEAM.id)

    assert set(invalid.errors) == {"clinicians"}
    sentence = invalid.errors["clinicians"]
    assert not any(name in sentence for name in (*LISTED_IDS, TEAM.name))


async def test_the_own_list_is_no_other_list(context: Context, outlet: RecordingOutlet) -> None:
    """Without people of another list, nobody is named to an admin who supervises the team."""
    outlet.profiles[SUPERVISOR] = Profile(zone="America/Vancouver", is_admin=True)
    await set_up_team(context)

    reply = await submit_setup(context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "name": "**x**"})

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"name"}
