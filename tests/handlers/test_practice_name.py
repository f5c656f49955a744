from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import DeferredReply, Person, Profile
from bot.domain.people import Team
from bot.elements import Form, NameField
from handlers import COMMANDS, FORMS
from schedules import close_periods
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.test_debriefs import agree
from tests.handlers.test_supervision import AS_IT_IS, FILLED_IN
from tests.sample_team import (
    ADMIN,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
)

RIVER = tuple(replace(OTHER_TEAM, id=f"r{n}", channel=f"C0R{n}", practice="River") for n in (1, 2))
"""Two small teams of another practice, told together."""


async def sent(context: Context, who: Person, data: str, answers: FormAnswers) -> object:
    """What the set-up's submission comes to in the end."""
    reply: object = await FORMS["setup"](build_request(who, data=data, answers=answers), context)
    while isinstance(reply, DeferredReply):
        reply = await reply.continuation()
    return reply


async def kept(context: Context, team_id: str) -> Team:
    """The team as it is kept now."""
    team = await context.store.read(lambda repos: repos.teams.get(team_id))
    assert team
    return team


async def test_a_supervisor_sees_the_practice_and_gets_no_field_for_it(context: Context) -> None:
    """It is told in a line; nobody can type their way into another practice's tables."""
    await set_up_team(context, replace(TEAM, practice="Hill"))

    form = await COMMANDS["supervision"].handle_request(build_request(SUPERVISOR), context)
    while isinstance(form, DeferredReply):
        form = await form.continuation()

    assert isinstance(form, Form)
    assert "practice" not in fields_by_id(form)
    assert "Practice: Hill." in reply_text(form)


@pytest.mark.parametrize("practice", ["River", ""])
async def test_a_practice_that_a_supervisor_sends_anyway_is_not_kept(
    context: Context, practice: str
) -> None:
    """A forged answer, or the absence of one, leaves the practice as it was declared."""
    await set_up_team(context, replace(TEAM, practice="Hill"))

    reply = await sent(context, SUPERVISOR, TEAM.id, {**AS_IT_IS, "practice": practice})

    assert isinstance(reply, Form)
    assert (await kept(context, TEAM.id)).practice == "Hill"


async def test_naming_another_practice_opens_none_of_its_tables(
    context: Context, clock: FakeClock
) -> None:
    """A supervisor of three who types a neighbour's practice reads what they read before."""
    for number, team in enumerate(RIVER):
        river = tuple(build_person(f"r{number}{one}") for one in range(3))
        await set_up_team(context, team, river, (build_person("riversuper"),))
    small = tuple(build_person(f"small{one}") for one in range(3))
    await set_up_team(context, clinicians=small)
    await sent(
        context,
        SUPERVISOR,
        TEAM.id,
        {**AS_IT_IS, "clinicians": tuple(one.id for one in small), "practice": "River"},
    )
    clock.advance(weeks=14)
    assert await close_periods.run(context) == 2

    shown = reply_text(await agree(context))

    assert "has no period open" in shown
    assert "fewer than 10" not in shown.lower()


async def test_an_admin_names_the_practice_of_a_new_team(
    context: Context, outlet: RecordingOutlet
) -> None:
    """Whoever sets a team up decides with whom it is told; its supervisors do not."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    form = await COMMANDS["supervision"].handle_request(build_request(ADMIN), context)
    while isinstance(form, DeferredReply):
        form = await form.continuation()
    await sent(context, ADMIN, "new", {**FILLED_IN, "practice": "River"})

    assert isinstance(fields_by_id(form)["practice"], NameField)
    (team,) = await context.store.read(lambda repos: repos.teams.list_teams())
    assert team.practice == "River"
