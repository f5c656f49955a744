"""The last change of a set-up is undone by who made it, for a day."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, Profile
from bot.domain.people import Role, Team
from bot.domain.teams.audit_entry import AuditAction
from bot.errors import NotTheirTeamError, StaleFormError
from bot.store.repositories import Repositories
from handlers import BUTTONS
from schedules import retention
from tests.doubles import FakeClock, RecordingOutlet
from tests.handlers.setup_forms import (
    CURRENT_ANSWERS,
    NEW_TEAM_ANSWERS,
    load_teams,
    open_setup,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADMIN,
    CLINICIANS,
    OTHER_TEAM,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

OTHER_SUPERVISOR = build_person("second")
StoredSetup = tuple[Team | None, tuple[Person, ...], tuple[Person, ...]]
CHANGED_ANSWERS: FormAnswers = {
    **CURRENT_ANSWERS,
    "name": "Night team",
    "channel": "C0NIGHT",
    "clinicians": tuple(person.id for person in CLINICIANS[:6]),
    "supervisors": (SUPERVISOR.id, OTHER_SUPERVISOR.id),
}


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)


async def undo(context: Context, person: Person, team_id: str = TEAM.id) -> str:
    """Press the button, and return the text of the reply."""
    request = build_request(person, data=team_id)
    return reply_text(await resolve_reply(await BUTTONS["supervision.undo"](request, context)))


async def load_setup(
    context: Context,
) -> StoredSetup:
    """Return the Monday team, its declared clinicians and its supervisors."""

    def read_setup(
        repos: Repositories,
    ) -> StoredSetup:
        return (
            repos.teams.get(TEAM.id),
            repos.teams.list_declared_clinicians(TEAM.id),
            repos.teams.list_role_holders(TEAM.id, Role.SUPERVISOR),
        )

    return await context.store.across_workspaces.read(read_setup)


async def list_actions(context: Context) -> list[AuditAction]:
    """Return the recorded actions, newest first."""
    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    return [entry.action for entry in entries]


async def test_a_change_is_undone(context: Context, clock: FakeClock) -> None:
    """Every field, the list and the supervisors are what they were, and that is recorded."""
    await set_up_team(context)
    before = await load_setup(context)
    saved = await submit_setup(context, SUPERVISOR, TEAM.id, CHANGED_ANSWERS)
    clock.advance(hours=1)

    assert "supervision.undo" in steps_by_name(saved)
    assert "supervision.undo" in steps_by_name(await open_setup(context, SUPERVISOR))
    assert "is what it was before" in await undo(context, SUPERVISOR)
    assert await load_setup(context) == before
    assert (await list_actions(context))[:2] == [
        AuditAction.SUPERVISOR_REMOVED,
        AuditAction.UNDONE,
    ]


async def test_who_joined_by_themselves_stays_when_their_listing_is_undone(
    context: Context,
) -> None:
    """Somebody who counted before the change counts after it was undone."""
    joined_alone, *others = CLINICIANS
    await set_up_team(context, clinicians=tuple(others))
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(joined_alone, TEAM.id)
    )
    everybody = {**CURRENT_ANSWERS, "clinicians": tuple(person.id for person in CLINICIANS)}
    await submit_setup(context, SUPERVISOR, TEAM.id, everybody)

    await undo(context, SUPERVISOR)

    clinician, declared = await context.store.across_workspaces.read(
        lambda repos: (
            repos.people.get(joined_alone),
            repos.teams.list_declared_clinicians(TEAM.id),
        )
    )
    assert (clinician.has_joined, clinician.home_team_id) == (True, TEAM.id)
    assert joined_alone not in declared


async def test_a_new_team_is_closed_again_by_the_admin(context: Context) -> None:
    """The admin, who is no supervisor of it, undoes it, and the channel is free."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    (team,) = await load_teams(context)

    assert "is closed again" in await undo(context, ADMIN, team.id)
    assert await load_teams(context) == ()
    assert "supervision.undo" not in steps_by_name(await open_setup(context, ADMIN))


async def test_the_form_of_a_team_that_was_undone_saves_nothing(context: Context) -> None:
    """Submitted again, it would revive a list of people whose debriefs count nowhere."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    (team,) = await load_teams(context)
    await undo(context, ADMIN, team.id)

    with pytest.raises(StaleFormError):
        await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)

    assert await load_teams(context) == ()


async def test_a_second_undo_changes_nothing(context: Context) -> None:
    """A repeated request restores nothing older, and says that nothing was changed."""
    await set_up_team(context)
    await submit_setup(context, SUPERVISOR, TEAM.id, CHANGED_ANSWERS)
    await undo(context, SUPERVISOR)
    count = len(await list_actions(context))

    assert "Nothing was changed." in await undo(context, SUPERVISOR)
    assert len(await list_actions(context)) == count


async def test_somebody_elses_later_change_stays(context: Context) -> None:
    """Once another supervisor changed the set-up, the earlier change cannot be undone."""
    await set_up_team(context, supervisors=(SUPERVISOR, OTHER_SUPERVISOR))
    await submit_setup(context, SUPERVISOR, TEAM.id, CHANGED_ANSWERS)
    later = {**CHANGED_ANSWERS, "name": "Evening team"}
    await submit_setup(context, OTHER_SUPERVISOR, TEAM.id, later, "act 2")

    assert "Nothing was changed." in await undo(context, SUPERVISOR)
    team, _, _ = await load_setup(context)
    assert team is not None
    assert team.name == "Evening team"


async def test_saving_without_a_change_keeps_the_undo(context: Context) -> None:
    """A set-up that is saved again as it is leaves the earlier change undoable."""
    await set_up_team(context)
    for number in range(2):
        await submit_setup(context, SUPERVISOR, TEAM.id, CHANGED_ANSWERS, f"act {number}")

    assert "is what it was before" in await undo(context, SUPERVISOR)


async def test_a_change_stays_after_a_day(context: Context, clock: FakeClock) -> None:
    """The copy is deleted, and the admin who set a team up has no right to it any more."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    (team,) = await load_teams(context)
    clock.advance(days=1, seconds=1)
    await retention.run(context)

    with pytest.raises(NotTheirTeamError):
        await undo(context, ADMIN, team.id)
    assert (
        await context.store.across_workspaces.read(
            lambda repos: repos.previous_setups.find(team.id)
        )
        is None
    )


async def test_what_another_team_has_by_now_is_not_taken_back(context: Context) -> None:
    """Where a clinician is on another list since, or the channel taken, nothing is changed."""
    await set_up_team(context)
    await submit_setup(context, SUPERVISOR, TEAM.id, CHANGED_ANSWERS)
    await set_up_team(context, OTHER_TEAM, CLINICIANS[6:])
    replies = [await undo(context, SUPERVISOR)]
    await set_up_team(context, replace(OTHER_TEAM, channel=TEAM.channel), ())
    replies.append(await undo(context, SUPERVISOR))

    assert all("Nothing was changed." in reply for reply in replies)
