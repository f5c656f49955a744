from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy.exc import IntegrityError

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.store.repositories import Books
from bot.store.repositories.teams import Held
from bot.store.store import Store

NORTH = Team(
    id="north",
    workspace="slack:T1",
    channel="C1",
    name="North",
    practice="Riverside",
    language="en",
    zone="America/Toronto",
    checkin=WeeklyRule(1, time(9, 30)),
    tip_days=(2, 4),
    tip_at=time(8, 5),
    question="form",
    open_to_team=False,
)
SOUTH = replace(NORTH, id="south", channel="C2", name="South", tip_days=())
ELSEWHERE = replace(NORTH, id="else", workspace="slack:T2", channel="C1", name="Else")
MARIE, OMAR, ANA = (Person("slack:T1", f"U{name}") for name in ("MARIE", "OMAR", "ANA"))


async def test_a_set_up_comes_back_as_it_was_kept(store: Store) -> None:
    """Days, times, language and choices of a team survive; saved again, the latest holds."""
    await store.write(lambda books: books.teams.save(NORTH))
    changed = replace(NORTH, tip_days=(1, 3, 5), open_to_team=True, checkin=WeeklyRule(7, time(0)))
    await store.write(lambda books: books.teams.save(SOUTH))
    await store.write(lambda books: books.teams.save(changed))

    assert await store.read(lambda books: books.teams.get("north")) == changed
    assert await store.read(lambda books: books.teams.get("south")) == SOUTH
    assert await store.read(lambda books: books.teams.get("nowhere")) is None


async def test_a_channel_has_one_team(store: Store) -> None:
    """A team is found by its channel, and a second team there is refused."""
    await store.write(lambda books: books.teams.save(NORTH))

    assert await store.read(lambda books: books.teams.at("slack:T1", "C1")) == NORTH
    assert await store.read(lambda books: books.teams.at("slack:T2", "C1")) is None
    with pytest.raises(IntegrityError):
        await store.write(lambda books: books.teams.save(replace(SOUTH, channel="C1")))


async def test_teams_are_listed_by_workspace_and_by_practice(store: Store) -> None:
    """A practice is the teams of one workspace that name it; a team without one is alone."""
    alone = replace(SOUTH, id="alone", channel="C3", name="Alone", practice="")
    teams = (NORTH, SOUTH, ELSEWHERE, alone)

    def save_all(books: Books) -> None:
        for team in teams:
            books.teams.save(team)

    await store.write(save_all)

    assert await store.read(lambda books: books.teams.every()) == (alone, ELSEWHERE, NORTH, SOUTH)
    assert await store.read(lambda books: books.teams.every("slack:T2")) == (ELSEWHERE,)
    assert await store.read(lambda books: books.teams.siblings(SOUTH)) == (NORTH, SOUTH)
    assert await store.read(lambda books: books.teams.siblings(alone)) == (alone,)


async def test_the_declared_size_does_not_follow_who_joins(store: Store) -> None:
    """Periods are decided by the set-up: joining and leaving do not change its size."""

    def set_up(books: Books) -> None:
        books.teams.declare("north", [MARIE, OMAR])
        books.people.join(ANA, "north")
        books.people.join(OMAR, "north")
        books.people.leave(OMAR)

    await store.write(set_up)

    assert await store.read(lambda books: books.teams.declared("north")) == 2
    assert await store.read(lambda books: books.teams.declared_people("north")) == (MARIE, OMAR)
    assert await store.read(lambda books: books.teams.roster("north")) == (ANA, MARIE, OMAR)


async def test_declaring_anew_keeps_those_who_joined(store: Store) -> None:
    """Who is declared no more leaves the roster, unless this team became their home."""

    def twice(books: Books) -> None:
        books.teams.declare("north", [MARIE, OMAR])
        books.people.join(OMAR, "north")
        books.teams.declare("north", [ANA])
        books.teams.declare("north", [ANA])

    await store.write(twice)

    assert await store.read(lambda books: books.teams.declared_people("north")) == (ANA,)
    assert await store.read(lambda books: books.teams.roster("north")) == (ANA, OMAR)


async def test_everybody_has_one_home(store: Store) -> None:
    """Home is where one joined, else where one was declared, else nowhere."""

    def set_up(books: Books) -> None:
        books.teams.save(NORTH)
        books.teams.save(SOUTH)
        books.teams.declare("south", [MARIE, OMAR])
        books.people.join(OMAR, "north")

    await store.write(set_up)

    homes = await store.read(lambda books: [books.teams.home_of(one) for one in (MARIE, OMAR, ANA)])
    assert homes == [SOUTH, NORTH, None]


async def test_roles_are_given_and_taken(store: Store) -> None:
    """Who supervises is what the set-up last said; whoever stays keeps their agreement."""

    def set_up(books: Books) -> None:
        books.teams.save(NORTH)
        books.teams.set_holders("north", Role.SUPERVISOR, [MARIE, OMAR])
        books.teams.set_holders("north", Role.DIRECTOR, [OMAR])
        books.teams.agree(MARIE, "north")
        books.teams.set_holders("north", Role.SUPERVISOR, [MARIE, ANA])

    await store.write(set_up)

    holders = await store.read(lambda books: books.teams.holders("north", Role.SUPERVISOR))
    assert holders == (ANA, MARIE)
    roles = await store.read(
        lambda books: [books.teams.roles_of(one) for one in (MARIE, ANA, OMAR)]
    )
    assert roles == [
        (Held("north", Role.SUPERVISOR, agreed=True),),
        (Held("north", Role.SUPERVISOR, agreed=False),),
        (Held("north", Role.DIRECTOR, agreed=False),),
    ]


async def test_a_workspace_without_roles_is_known_as_such(store: Store) -> None:
    """Until somebody supervises, a workspace is still its admins' to set up."""
    await store.write(lambda books: books.teams.save(NORTH))
    assert not await store.read(lambda books: books.teams.has_roles("slack:T1"))

    await store.write(lambda books: books.teams.set_holders("north", Role.SUPERVISOR, [MARIE]))

    assert await store.read(lambda books: books.teams.has_roles("slack:T1"))
    assert not await store.read(lambda books: books.teams.has_roles("slack:T2"))
