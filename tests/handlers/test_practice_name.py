from dataclasses import replace

import pytest

from bot.context import Desk
from bot.conversation import Later, Person, Profile
from bot.domain.people import Team
from bot.elements import Form, Name
from handlers import COMMANDS, FORMS
from schedules import close_periods
from tests.doubles import Moment, Pigeonholes
from tests.handlers.test_debriefs import agree
from tests.handlers.test_supervision import AS_IT_IS, FILLED_IN
from tests.sample_team import (
    ADMIN,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    Chosen,
    fields,
    person,
    request,
    set_up,
    text,
)

RIVER = tuple(replace(OTHER_TEAM, id=f"r{n}", channel=f"C0R{n}", practice="River") for n in (1, 2))
"""Two small teams of another practice, told together."""


async def sent(desk: Desk, who: Person, data: str, answers: Chosen) -> object:
    """What the set-up's submission comes to in the end."""
    reply: object = await FORMS["setup"](request(who, data=data, answers=answers), desk)
    while isinstance(reply, Later):
        reply = await reply.work()
    return reply


async def kept(desk: Desk, team_id: str) -> Team:
    """The team as it is kept now."""
    team = await desk.store.read(lambda books: books.teams.get(team_id))
    assert team
    return team


async def test_a_supervisor_sees_the_practice_and_gets_no_field_for_it(desk: Desk) -> None:
    """It is told in a line; nobody can type their way into another practice's tables."""
    await set_up(desk, replace(TEAM, practice="Hill"))

    form = await COMMANDS["supervision"].handler(request(SUPERVISOR), desk)
    while isinstance(form, Later):
        form = await form.work()

    assert isinstance(form, Form)
    assert "practice" not in fields(form)
    assert "Practice: Hill." in text(form)


@pytest.mark.parametrize("practice", ["River", ""])
async def test_a_practice_that_a_supervisor_sends_anyway_is_not_kept(
    desk: Desk, practice: str
) -> None:
    """A forged answer, or the absence of one, leaves the practice as it was declared."""
    await set_up(desk, replace(TEAM, practice="Hill"))

    reply = await sent(desk, SUPERVISOR, TEAM.id, {**AS_IT_IS, "practice": practice})

    assert isinstance(reply, Form)
    assert (await kept(desk, TEAM.id)).practice == "Hill"


async def test_naming_another_practice_opens_none_of_its_tables(desk: Desk, clock: Moment) -> None:
    """A supervisor of three who types a neighbour's practice reads what they read before."""
    for number, team in enumerate(RIVER):
        river = tuple(person(f"r{number}{one}") for one in range(3))
        await set_up(desk, team, river, (person("riversuper"),))
    small = tuple(person(f"small{one}") for one in range(3))
    await set_up(desk, clinicians=small)
    await sent(
        desk,
        SUPERVISOR,
        TEAM.id,
        {**AS_IT_IS, "clinicians": tuple(one.id for one in small), "practice": "River"},
    )
    clock.move(weeks=14)
    assert await close_periods.run(desk) == 2

    shown = text(await agree(desk))

    assert "has no period open" in shown
    assert "fewer than 10" not in shown.lower()


async def test_an_admin_names_the_practice_of_a_new_team(desk: Desk, outlet: Pigeonholes) -> None:
    """Whoever sets a team up decides with whom it is told; its supervisors do not."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)
    form = await COMMANDS["supervision"].handler(request(ADMIN), desk)
    while isinstance(form, Later):
        form = await form.work()
    await sent(desk, ADMIN, "new", {**FILLED_IN, "practice": "River"})

    assert isinstance(fields(form)["practice"], Name)
    (team,) = await desk.store.read(lambda books: books.teams.every())
    assert team.practice == "River"
