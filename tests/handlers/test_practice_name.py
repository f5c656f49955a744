from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import DeferredReply, Profile
from bot.domain.people import Team
from bot.elements import Form, NameField
from handlers import COMMANDS
from schedules import close_periods
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import CURRENT_ANSWERS, NEW_TEAM_ANSWERS, submit_setup
from tests.handlers.test_debriefs import submit_agreement
from tests.sample_team import (
    ADMIN,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
)

RIVER = tuple(replace(OTHER_TEAM, id=f"r{n}", channel=f"C0R{n}", practice="River") for n in (1, 2))
"""Two small teams of another practice, whose counts are published together."""


async def load_team(context: Context, team_id: str) -> Team:
    """Load the stored team."""
    team = await context.store.across_workspaces.read(lambda repos: repos.teams.get(team_id))
    assert team
    return team


async def test_a_supervisor_cannot_edit_the_practice(context: Context) -> None:
    """The practice is plain text: no supervisor can type their way into another one's tables."""
    await set_up_team(context, replace(TEAM, practice="Hill"))

    form = await COMMANDS["supervision"].handle_request(build_request(SUPERVISOR), context)
    while isinstance(form, DeferredReply):
        form = await form.continuation()

    assert isinstance(form, Form)
    assert "practice" not in fields_by_id(form)
    assert "Practice: Hill." in reply_text(form)


@pytest.mark.parametrize("practice", ["River", ""])
async def test_a_supervisors_forged_practice_is_ignored(context: Context, practice: str) -> None:
    """A forged or missing answer does not change the declared practice."""
    await set_up_team(context, replace(TEAM, practice="Hill"))

    reply = await submit_setup(
        context, SUPERVISOR, TEAM.id, {**CURRENT_ANSWERS, "practice": practice}
    )

    assert isinstance(reply, Form)
    assert (await load_team(context, TEAM.id)).practice == "Hill"


async def test_another_practices_name_opens_no_table(context: Context, clock: FakeClock) -> None:
    """A supervisor who submits another practice's name reads the same tables as before."""
    for number, team in enumerate(RIVER):
        river_roster = tuple(build_person(f"r{number}{index}") for index in range(3))
        await set_up_team(context, team, river_roster, (build_person("riversuper"),))
    small_roster = tuple(build_person(f"small{index}") for index in range(3))
    await set_up_team(context, clinicians=small_roster)
    await submit_setup(
        context,
        SUPERVISOR,
        TEAM.id,
        {
            **CURRENT_ANSWERS,
            "clinicians": tuple(person.id for person in small_roster),
            "practice": "River",
        },
    )
    clock.advance(weeks=14)
    assert await close_periods.run(context) == 2

    page_text = reply_text(await submit_agreement(context))

    assert "has no period open" in page_text
    assert "fewer than 10" not in page_text.lower()


async def test_an_admin_names_the_practice_of_a_new_team(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Only the admin who sets a team up can name its practice."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    form = await COMMANDS["supervision"].handle_request(build_request(ADMIN), context)
    while isinstance(form, DeferredReply):
        form = await form.continuation()
    await submit_setup(context, ADMIN, "new", {**NEW_TEAM_ANSWERS, "practice": "River"})

    assert isinstance(fields_by_id(form)["practice"], NameField)
    (team,) = await context.store.across_workspaces.read(lambda repos: repos.teams.list_teams())
    assert team.practice == "River"
