"""What is read for the set-ups of a workspace leaves its event loop free, however many teams."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Profile
from bot.store.repositories import Repositories
from handlers import BUTTONS
from tests.doubles import RecordingOutlet
from tests.handlers.recorded_statements import record_threads
from tests.handlers.setup_forms import (
    CURRENT_ANSWERS,
    open_setup,
    preview_setup,
    resolve_reply,
)
from tests.sample_team import ADMIN, SUPERVISOR, TEAM, build_request, set_up_team

Act = Callable[[Context], Awaitable[object]]
FURTHER_TEAMS = tuple(
    replace(TEAM, id=f"further{number}", channel=f"C0FURTHER{number}") for number in range(5)
)


async def open_assignment_form(context: Context) -> object:
    """Open the form that names a supervisor, as an admin."""
    request = build_request(ADMIN)
    return await resolve_reply(await BUTTONS["supervision.name"](request, context))


async def count_statements_on_loop(context: Context, act: Act) -> int:
    """Return how many statements *act* runs on the thread of the event loop."""
    with record_threads(context) as threads:
        await act(context)
    return threads.count(threading.get_ident())


@pytest.mark.parametrize(
    "act",
    [
        lambda context: open_setup(context, ADMIN),
        lambda context: preview_setup(
            context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "name": "Night team"}
        ),
        open_assignment_form,
    ],
    ids=["opening", "check", "naming"],
)
async def test_further_teams_add_no_statement_on_the_event_loop(
    context: Context, outlet: RecordingOutlet, act: Act
) -> None:
    """Opening and checking a set-up, and naming a supervisor, read each team elsewhere."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    await set_up_team(context)
    before = await count_statements_on_loop(context, act)

    def save_further_teams(repos: Repositories) -> None:
        for team in FURTHER_TEAMS:
            repos.teams.save(team)

    await context.store.across_workspaces.write(save_further_teams)

    assert await count_statements_on_loop(context, act) == before
