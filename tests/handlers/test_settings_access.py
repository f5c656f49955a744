"""Who may submit the check-in settings, whatever the form contains."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.errors import NoTeamError, StaleFormError
from handlers import FORMS
from tests.sample_team import (
    CHANNEL,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_request,
    set_up_team,
)

WEEKLY_ANSWERS: FormAnswers = {
    "state": "on",
    "day": "3",
    "time": "16:30",
    "work_days": ("3",),
    "until": (),
}


@pytest.mark.parametrize("data", ["", "gone", TEAM.id])
async def test_a_forged_team_gives_no_membership(context: Context, data: str) -> None:
    """The team in a form's data does not let a person outside its list and channel join."""
    await set_up_team(context)

    with pytest.raises(NoTeamError):
        await FORMS["settings"](build_request(STRANGER, data=data, answers=WEEKLY_ANSWERS), context)


async def test_settings_from_a_teams_channel_join_it(context: Context) -> None:
    """A person on no list joins the team in whose channel the form was opened."""
    await set_up_team(context)
    request = replace(build_request(STRANGER, answers=WEEKLY_ANSWERS), channel=CHANNEL)

    await FORMS["settings"](request, context)

    team = await context.store.across_workspaces.read(
        lambda repos: repos.teams.get_home_team(STRANGER)
    )
    assert team == TEAM


async def test_a_supervisor_cannot_join_with_an_old_form(context: Context) -> None:
    """A person who became the team's supervisor meanwhile cannot join."""
    await set_up_team(context)
    request = replace(build_request(SUPERVISOR, answers=WEEKLY_ANSWERS), channel=CHANNEL)

    with pytest.raises(StaleFormError):
        await FORMS["settings"](request, context)
