"""A form opens the missing periods of its team's practice alone; the duty opens the others."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Profile
from bot.domain.people import Role, Team
from bot.store.repositories import Repositories
from handlers import BUTTONS, FORMS
from schedules import close_periods
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, resolve_reply, submit_setup
from tests.sample_team import (
    ADMIN,
    CLINICIANS,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    set_up_team,
)

OTHER_CLINICIANS = tuple(build_person(f"other{number}") for number in range(9))
LATE_PERSON = build_person("late")
FIVE_OF_TEAM = {**CURRENT_ANSWERS, "clinicians": tuple(person.id for person in CLINICIANS[:5])}
WEEKLY: FormAnswers = {"state": "on", "day": "3", "time": "16:30", "until": ()}


async def save_teams(context: Context, *teams: Team, has_supervisors: bool = True) -> None:
    """Save the Monday team and the Friday team with their lists, and open no period."""
    supervisors = (SUPERVISOR,) if has_supervisors else ()

    def save(repos: Repositories) -> None:
        for team, people in zip(teams, (CLINICIANS, OTHER_CLINICIANS), strict=True):
            repos.teams.save(team)
            repos.teams.declare_clinicians(team.id, people)
            repos.teams.set_role_holders(team.id, Role.SUPERVISOR, supervisors)

    await context.store.across_workspaces.write(save)


async def list_unfed_teams(context: Context) -> tuple[str, ...]:
    """Return the ids of the teams whose periods are missing."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.period_opening.list_unfed_teams(context.now())
    )


async def list_pending_teams(context: Context) -> tuple[str, ...]:
    """Return the ids of the teams with people who are to be added to a frozen list."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.period_opening.list_pending_teams(context.now())
    )


async def add_late_person(context: Context) -> None:
    """Open the periods of both teams, and let somebody join the Friday team's list after that."""
    await set_up_team(context)
    await set_up_team(context, OTHER_TEAM, OTHER_CLINICIANS)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(LATE_PERSON, OTHER_TEAM.id)
    )


async def test_a_set_up_opens_the_periods_of_its_team_alone(context: Context) -> None:
    """Another team of the workspace is counted from the duty's next run on."""
    await save_teams(context, TEAM, OTHER_TEAM)
    await submit_setup(context, SUPERVISOR, TEAM.id, CURRENT_ANSWERS)

    assert await list_unfed_teams(context) == (OTHER_TEAM.id,)
    await close_periods.run(context)
    assert await list_unfed_teams(context) == ()


async def test_an_undo_opens_no_other_teams_periods(context: Context) -> None:
    """The periods of a team that nobody changed are left to the duty."""
    await save_teams(context, TEAM, OTHER_TEAM)
    await submit_setup(context, SUPERVISOR, TEAM.id, FIVE_OF_TEAM)
    request = build_request(SUPERVISOR, data=TEAM.id)
    await resolve_reply(await BUTTONS["supervision.undo"](request, context))

    assert await list_unfed_teams(context) == (OTHER_TEAM.id,)


@pytest.mark.parametrize(
    ("before", "after"), [("River", ""), ("", "River"), ("River", "River")], ids=str
)
async def test_a_set_up_opens_the_periods_of_the_practice(
    context: Context, outlet: RecordingOutlet, before: str, after: str
) -> None:
    """The teams of the practice before and after the change are counted together with the team."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await save_teams(
        context,
        replace(TEAM, practice=before),
        replace(OTHER_TEAM, practice="River"),
        has_supervisors=False,
    )
    await submit_setup(context, ADMIN, TEAM.id, {**CURRENT_ANSWERS, "practice": after})

    assert await list_unfed_teams(context) == ()


async def test_a_set_up_adds_the_people_of_its_team_alone(context: Context) -> None:
    """Who is put on a list in its first week counts at once; other lists are the duty's."""
    await add_late_person(context)
    clinician_ids = [person.id for person in (*CLINICIANS, STRANGER)]
    answers: FormAnswers = {**CURRENT_ANSWERS, "clinicians": tuple(clinician_ids)}
    await submit_setup(context, SUPERVISOR, TEAM.id, answers)

    assert await list_pending_teams(context) == (OTHER_TEAM.id,)
    await close_periods.run(context)
    assert await list_pending_teams(context) == ()


async def test_joining_adds_a_person_to_their_teams_list_alone(context: Context) -> None:
    """The button on the team's card waits for no other team."""
    await add_late_person(context)
    await BUTTONS["join"](build_request(STRANGER), context)

    assert await list_pending_teams(context) == (OTHER_TEAM.id,)


async def test_settings_add_nobody_to_another_teams_list(context: Context) -> None:
    """A clinician who joins by the form of the check-ins waits for no other team either."""
    await add_late_person(context)
    await FORMS["settings"](build_request(MARIE, data=TEAM.id, answers=WEEKLY), context)
    clinician = await context.store.across_workspaces.read(lambda repos: repos.people.get(MARIE))

    assert clinician.has_joined
    assert await list_pending_teams(context) == (OTHER_TEAM.id,)
