from dataclasses import replace
from datetime import time

import pytest

from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.domain.teams.setup_form import NEW_TEAM_ID
from bot.domain.teams.setup_submission import SetupSubmission
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.store.store import Store
from bot.workflows import team_setup
from bot.workflows.team_setup import SetupEditor
from tests.store.sample_jobs import MARIE, NOW

SUPERVISOR, OTHER = Person("slack:T1", "USUPER"), Person("slack:T1", "UOTHER")
PLAN = SetupSubmission(
    channel="C1",
    name="North",
    clinicians=("U1", "U2"),
    supervisors=("USUPER",),
    checkin_rule=WeeklyRule(1, time(9)),
    tip_days=(2, 4),
    tip_time=time(9),
    language="en",
    zone="America/Toronto",
    practice="",
    question="form",
    open_to_team=False,
)


async def saved(
    store: Store, plan: SetupSubmission = PLAN, by: Person = MARIE, team: str = "t1"
) -> Team:
    """A team set up by *by*."""
    return (await store.write(lambda repos: team_setup.save_setup(repos, by, team, plan, NOW))).team


async def holders(store: Store) -> set[Person]:
    """Who supervises the team."""
    return set(await store.read(lambda repos: repos.teams.list_role_holders("t1", Role.SUPERVISOR)))


async def test_a_supervisor_names_others_and_keeps_their_own_role(store: Store) -> None:
    """Leaving oneself off the list locks nobody out."""
    await saved(store)

    await saved(store, replace(PLAN, supervisors=("UOTHER",)), by=SUPERVISOR)

    assert await holders(store) == {SUPERVISOR, OTHER}


async def test_a_new_supervisor_who_had_joined_is_counted_no_more(store: Store) -> None:
    """Without a fault that would tell on them, their joining ends where their role begins."""
    await saved(store)
    await store.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    await saved(store, replace(PLAN, supervisors=("UOTHER",)), by=SUPERVISOR)

    known = await store.read(lambda repos: repos.people.get(OTHER))
    assert (known.has_joined, known.home_team_id) == (False, "")
    assert OTHER not in await store.read(lambda repos: repos.teams.list_roster("t1"))


async def test_who_may_change_a_set_up(store: Store) -> None:
    """Its supervisors; an admin only while it has none, or is new."""
    await saved(store)
    await saved(store, replace(PLAN, channel="C2", supervisors=()), team="t2")

    def look(repos: Repositories) -> list[SetupEditor]:
        asked = ((SUPERVISOR, "t1"), (MARIE, "t1"), (MARIE, "t2"), (MARIE, NEW_TEAM_ID))
        return [team_setup.editor_of(repos, person, team_id) for person, team_id in asked]

    assert await store.read(look) == [
        SetupEditor.THIS_PERSON,
        SetupEditor.OTHERS,
        SetupEditor.AN_ADMIN,
        SetupEditor.AN_ADMIN,
    ]


async def test_an_admin_sees_the_teams_without_a_supervisor(store: Store) -> None:
    """Those are theirs to mend; a supervised one is not."""
    await saved(store)
    await saved(store, replace(PLAN, channel="C2", supervisors=()), team="t2")

    def look(repos: Repositories) -> list[str]:
        return [team.id for team in team_setup.editable_teams(repos, MARIE, is_admin=True)]

    assert await store.read(look) == ["t2"]
    assert (
        await store.read(lambda repos: team_setup.editable_teams(repos, MARIE, is_admin=False))
        == ()
    )


async def test_a_team_of_another_workspace_is_out_of_reach(store: Store) -> None:
    """A team's id from elsewhere is treated as gone."""
    await saved(store)

    with pytest.raises(StaleFormError):
        await store.read(lambda repos: team_setup.editor_of(repos, Person("slack:T2", "U1"), "t1"))


async def test_a_set_up_does_not_show_who_joined(store: Store) -> None:
    """Its list holds those whom it declares, and nobody who joined by themselves."""
    await saved(store)
    await store.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    shown = await store.read(lambda repos: team_setup.load_current_setup(repos, SUPERVISOR, "t1"))

    assert shown.clinicians == PLAN.clinicians


async def test_the_ground_of_a_plan_is_its_own_workspace(store: Store) -> None:
    """Channels and lists of other teams count, this team's own and mere joiners do not."""
    await saved(store)
    await store.write(lambda repos: repos.people.join_team(OTHER, "t1"))

    new = await store.read(lambda repos: team_setup.load_setup_context(repos, MARIE, "t2", PLAN))
    own = await store.read(lambda repos: team_setup.load_setup_context(repos, MARIE, "t1", PLAN))

    assert (new.is_channel_in_use, new.clinicians_elsewhere) == (True, frozenset({"U1", "U2"}))
    assert (own.is_channel_in_use, own.clinicians_elsewhere) == (False, frozenset[str]())


async def test_the_introduction_is_owed_once_and_again_once_a_day(store: Store) -> None:
    """Saving twice owes one card; asking again owes one more, and no third that day."""
    await saved(store)
    await saved(store, by=SUPERVISOR)

    def again(repos: Repositories) -> None:
        team_setup.requeue_introduction(repos, SUPERVISOR, "t1", NOW)
        team_setup.requeue_introduction(repos, SUPERVISOR, "t1", NOW)

    await store.write(again)

    owed = await store.read(lambda repos: repos.deliveries.list_due_deliveries("slack:T1", NOW, 9))
    assert sorted(one.detail for one in owed) == ["UMARIE", "USUPER"]
