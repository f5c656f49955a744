"""The audit trail in chat: what set-ups leave in it, and who reads it."""

from dataclasses import replace

import pytest

from bot.context import Context
from bot.conversation import Person, Profile
from bot.domain.people import Role
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.errors import NotTheirTeamError, UnknownProfileError
from handlers import BUTTONS, HOME_HANDLER
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import (
    CURRENT_ANSWERS,
    NEW_TEAM_ANSWERS,
    open_setup,
    resolve_reply,
    submit_setup,
)
from tests.sample_team import (
    ADA,
    ADMIN,
    CLINICIANS,
    DIRECTOR,
    MARIE,
    STRANGER,
    SUPERVISOR,
    TEAM,
    build_request,
    reply_text,
    set_up_team,
    steps_by_name,
)

TENANT = "msteams:3f2c"


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(zone="America/Vancouver", is_admin=True)


async def load_entries(context: Context) -> list[tuple[str, AuditAction, str, str]]:
    """Return actor, action, subject and detail of every entry, newest first."""
    entries: tuple[AuditEntry, ...] = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    return [(entry.actor_id, entry.action, entry.subject_id, entry.detail) for entry in entries]


async def show_history(context: Context, person: Person) -> str:
    """Press the button of the audit trail, and return the text of the reply."""
    return reply_text(
        await resolve_reply(await BUTTONS["supervision.history"](build_request(person), context))
    )


async def test_a_new_team_is_recorded_once(context: Context) -> None:
    """The set-up and its supervisor are recorded, and a retry adds nothing."""
    for _ in range(2):
        await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)

    assert await load_entries(context) == [
        (ADMIN.id, AuditAction.CREATED, "", ""),
        (ADMIN.id, AuditAction.SUPERVISOR_ADDED, SUPERVISOR.id, ""),
    ]


async def test_joining_pausing_and_filing_leave_no_entry(context: Context) -> None:
    """Whatever clinicians do, the trail stays as it was."""
    await set_up_team(context)

    await BUTTONS["join"](build_request(MARIE), context)
    await BUTTONS["checkin.resume"](build_request(MARIE), context)
    await BUTTONS["checkin.leave"](build_request(ADA), context)

    assert await load_entries(context) == []


async def test_who_joined_on_their_own_is_not_counted(context: Context) -> None:
    """A change of the list counts the declared people: it is the same whoever joined."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.people.join_team(STRANGER, TEAM.id)
    )
    before = await context.store.across_workspaces.read(
        lambda repos: repos.teams.list_roster(TEAM.id)
    )

    answers = {**CURRENT_ANSWERS, "clinicians": tuple(person.id for person in CLINICIANS[1:])}
    await submit_setup(context, SUPERVISOR, TEAM.id, answers)

    assert STRANGER in before
    assert [entry for entry in await load_entries(context) if "clinicians" in entry[3]] == [
        (SUPERVISOR.id, AuditAction.CHANGED, "", "clinicians+0-1,day,time,tip_days,tip_time")
    ]


async def test_an_admin_reads_the_trail(context: Context) -> None:
    """The admin opens it from the form of a new team, and reads who did what."""
    await submit_setup(context, ADMIN, "new", NEW_TEAM_ANSWERS)
    form = await open_setup(context, ADMIN)

    home = reply_text(await HOME_HANDLER(build_request(ADMIN), context))
    assert "changed a team's set-up" in home
    assert "supervision.history" in steps_by_name(form)
    assert f"@{{{ADMIN.id}}} set up Friday team." in await show_history(context, ADMIN)


async def test_a_supervisor_is_offered_no_trail(context: Context) -> None:
    """The set-up of a supervisor who is no admin has no such button."""
    await set_up_team(context)

    assert "supervision.history" not in steps_by_name(await open_setup(context, SUPERVISOR))


@pytest.mark.parametrize("person", [SUPERVISOR, DIRECTOR, MARIE, STRANGER])
async def test_other_people_read_no_trail(context: Context, person: Person) -> None:
    """Neither a supervisor nor a director nor a clinician reads it where admins are known."""
    await set_up_team(context)
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(TEAM.id, Role.DIRECTOR, (DIRECTOR,))
    )

    with pytest.raises(NotTheirTeamError):
        await show_history(context, person)


async def test_an_admin_needs_an_available_profile(
    context: Context, outlet: RecordingOutlet
) -> None:
    """While Slack does not answer, nobody is taken for an admin."""
    outlet.are_profiles_unavailable = True

    with pytest.raises(UnknownProfileError):
        await show_history(context, ADMIN)


async def test_a_director_on_teams_reads_of_their_own_teams(
    context: Context, outlet: RecordingOutlet
) -> None:
    """No admin is known there: a director reads of the teams that they direct, and of no other."""
    context.outlets["msteams"] = outlet  # type: ignore[index]  # a dict in tests
    director, supervisor = Person(TENANT, DIRECTOR.id), Person(TENANT, SUPERVISOR.id)
    team = replace(TEAM, workspace=TENANT)
    other = replace(team, id="other", channel="C0OTHER", name="Other team")
    for new_team in (team, other):
        await set_up_team(context, new_team, (), (supervisor,))
    entry = AuditEntry(
        TENANT, team.id, team.name, context.now(), supervisor.id, AuditAction.CHANGED, detail="day"
    )

    await context.store.across_workspaces.write(
        lambda repos: (
            repos.teams.set_role_holders(team.id, Role.DIRECTOR, (director,)),
            repos.audit_trail.record(
                [entry, replace(entry, team_id=other.id, team_name=other.name)]
            ),
        )
    )
    text = await show_history(context, director)

    assert "changed Monday team: day of the check-in." in text
    assert "Other team" not in text
    assert "supervision.history" in steps_by_name(await open_setup(context, director))
