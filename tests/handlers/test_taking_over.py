"""A team whose supervisors left gets another one, whom an admin names in chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.context import Context
from bot.conversation import InvalidAnswers, Person, Profile
from bot.domain.people import Role
from bot.domain.teams.audit_entry import AuditAction
from bot.elements import ChoiceField, Form
from bot.errors import NotTheirTeamError, UnknownAnswerError
from bot.workflows import supervisor_assignment
from bot.workflows.supervisor_assignment import SupervisedTeam
from handlers import BUTTONS, FORMS
from schedules import COMPOSERS
from schedules.delivery.sender import DeliverySender
from tests.doubles import RecordingOutlet
from tests.handlers.setup_forms import open_setup, resolve_reply
from tests.sample_team import (
    ADMIN,
    DIRECTOR,
    MARIE,
    OTHER_TEAM,
    STRANGER,
    SUPERVISOR,
    TEAM,
    FormAnswers,
    build_person,
    build_request,
    fields_by_id,
    reply_text,
    set_up_team,
    steps_by_name,
)

CLOSED_ACCOUNT = Profile(is_active_person=False)
NEW_SUPERVISOR = build_person("next")
TENANT = "msteams:3f2c"


@pytest.fixture(autouse=True)
def _admin_profile(outlet: RecordingOutlet) -> None:
    """The workspace has one admin."""
    outlet.profiles[ADMIN] = Profile(is_admin=True)


async def list_supervisors(context: Context, team_id: str = TEAM.id) -> tuple[Person, ...]:
    """Return the supervisors of a team."""
    return await context.store.across_workspaces.read(
        lambda repos: repos.teams.list_role_holders(team_id, Role.SUPERVISOR)
    )


async def submit_assignment(
    context: Context, person: Person, *named: Person, team_id: str = TEAM.id
) -> object:
    """Submit the assignment form, and resolve its reply."""
    answers: FormAnswers = {
        "which": team_id,
        "supervisors": tuple(named_person.id for named_person in named),
    }
    return await resolve_reply(
        await FORMS["naming"](build_request(person, answers=answers), context)
    )


async def list_offered_teams(context: Context, person: Person) -> list[str]:
    """Open the assignment form, and return the ids of the teams that it offers."""
    form = await resolve_reply(await BUTTONS["supervision.name"](build_request(person), context))
    fields = fields_by_id(form)
    field = fields.get("which")
    return [option.code for option in field.options] if isinstance(field, ChoiceField) else []


async def test_only_a_team_without_an_active_supervisor_is_offered(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A team one of whose supervisors is active is not; one whose only supervisor left is."""
    await set_up_team(context, supervisors=(SUPERVISOR, build_person("second")))
    await set_up_team(context, OTHER_TEAM, (), (SUPERVISOR,))
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT

    assert "supervision.name" in steps_by_name(await open_setup(context, ADMIN))
    assert await list_offered_teams(context, ADMIN) == [OTHER_TEAM.id]


async def test_an_admin_names_a_supervisor(context: Context, outlet: RecordingOutlet) -> None:
    """The new supervisor takes the place of the one who left, and may edit the set-up at once."""
    await set_up_team(context)
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT

    reply = await submit_assignment(context, ADMIN, NEW_SUPERVISOR)

    assert "is supervised by" in reply_text(reply)
    assert await list_supervisors(context) == (NEW_SUPERVISOR,)
    assert isinstance(await open_setup(context, NEW_SUPERVISOR), Form)


async def test_a_naming_is_recorded_and_announced_once(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A repeated submission changes nothing more, and the channel gets one message."""
    await set_up_team(context)
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT
    for _ in range(2):
        reply = await submit_assignment(context, ADMIN, NEW_SUPERVISOR)
        assert "is supervised by" in reply_text(reply)

    await DeliverySender(context, COMPOSERS).send_all_due()

    entries = await context.store.across_workspaces.read(
        lambda repos: repos.audit_trail.list_entries()
    )
    assert [(entry.actor_id, entry.action, entry.subject_id) for entry in entries] == [
        (ADMIN.id, AuditAction.NAMED, NEW_SUPERVISOR.id),
        (ADMIN.id, AuditAction.SUPERVISOR_REMOVED, SUPERVISOR.id),
    ]
    (sent,) = outlet.sent_messages
    assert sent.address.channel == TEAM.channel
    assert f"@{{{ADMIN.id}}} named @{{{NEW_SUPERVISOR.id}}}" in reply_text(sent.message)


async def test_a_repeat_is_not_announced_where_the_named_account_is_closed(
    context: Context, outlet: RecordingOutlet
) -> None:
    """The assigned person is supervisor already, so that the repeated request queues nothing."""
    await set_up_team(context)
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT
    await submit_assignment(context, ADMIN, NEW_SUPERVISOR)
    checked = SupervisedTeam(TEAM, (NEW_SUPERVISOR,), ())

    await context.store.across_workspaces.write(
        lambda repos: supervisor_assignment.assign_supervisors(
            repos, ADMIN, checked, (NEW_SUPERVISOR.id,), context.now() + timedelta(hours=1)
        )
    )

    await DeliverySender(context, COMPOSERS).send_all_due()
    assert len(outlet.sent_messages) == 1


async def test_text_that_is_no_account_is_not_named(
    context: Context, outlet: RecordingOutlet
) -> None:
    """A Teams client can submit any text as a person."""
    await set_up_team(context)
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT

    with pytest.raises(UnknownAnswerError):
        await submit_assignment(context, ADMIN, Person(TEAM.workspace, "a made-up name"))

    assert await list_supervisors(context) == (SUPERVISOR,)


@pytest.mark.parametrize("are_profiles_unavailable", [True, False])
async def test_an_active_supervisor_is_not_replaced(
    context: Context, outlet: RecordingOutlet, *, are_profiles_unavailable: bool
) -> None:
    """Nor is one of whom Slack reports nothing at the moment: an outage gives nobody the right."""
    context.outlets["msteams"] = outlet  # type: ignore[index]  # a dict in tests
    team, director = replace(TEAM, workspace=TENANT), Person(TENANT, DIRECTOR.id)
    supervisor = Person(TENANT, SUPERVISOR.id)
    await set_up_team(context, team, (), (supervisor,))
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, Role.DIRECTOR, (director,))
    )
    outlet.are_profiles_unavailable = are_profiles_unavailable

    reply = await submit_assignment(context, director, Person(TENANT, NEW_SUPERVISOR.id))

    assert isinstance(reply, InvalidAnswers)
    assert "could not be checked" in reply_text(reply)
    assert await list_supervisors(context) == (supervisor,)


async def test_a_director_names_a_supervisor_on_teams(
    context: Context, outlet: RecordingOutlet
) -> None:
    """No admin is known there; a team that the director does not direct is not theirs to name."""
    context.outlets["msteams"] = outlet  # type: ignore[index]  # a dict in tests
    team = replace(TEAM, workspace=TENANT)
    other = replace(OTHER_TEAM, workspace=TENANT)
    director, named = Person(TENANT, DIRECTOR.id), Person(TENANT, NEW_SUPERVISOR.id)
    for new_team in (team, other):
        await set_up_team(context, new_team, (), ())
    await context.store.across_workspaces.write(
        lambda repos: repos.teams.set_role_holders(team.id, Role.DIRECTOR, (director,))
    )

    assert await list_offered_teams(context, director) == [team.id]
    with pytest.raises(NotTheirTeamError):
        await submit_assignment(context, director, named, team_id=other.id)
    await submit_assignment(context, director, named)

    assert await list_supervisors(context) == (named,)
    assert await list_supervisors(context, other.id) == ()


@pytest.mark.parametrize("named", [ADMIN, MARIE, build_person("closed")])
async def test_some_people_may_not_be_named(
    context: Context, outlet: RecordingOutlet, named: Person
) -> None:
    """Nobody names themselves, a clinician of the list, or a closed account."""
    await set_up_team(context)
    for person in (SUPERVISOR, build_person("closed")):
        outlet.profiles[person] = CLOSED_ACCOUNT

    reply = await submit_assignment(context, ADMIN, named)

    assert isinstance(reply, InvalidAnswers)
    assert set(reply.errors) == {"supervisors"}
    assert await list_supervisors(context) == (SUPERVISOR,)


async def test_who_left_is_not_named_again(context: Context, outlet: RecordingOutlet) -> None:
    """Naming the one whose account is closed changes nothing, and is an error."""
    await set_up_team(context)
    outlet.profiles[SUPERVISOR] = CLOSED_ACCOUNT

    assert isinstance(await submit_assignment(context, ADMIN, SUPERVISOR), InvalidAnswers)


@pytest.mark.parametrize("person", [SUPERVISOR, DIRECTOR, MARIE, STRANGER])
async def test_other_people_name_nobody(context: Context, person: Person) -> None:
    """On Slack a director or a supervisor names nobody for a team that lacks a supervisor."""
    await set_up_team(context, supervisors=())

    with pytest.raises(NotTheirTeamError):
        await submit_assignment(context, person, NEW_SUPERVISOR)


async def test_a_team_of_another_workspace_is_not_theirs(context: Context) -> None:
    """An admin names nobody for a team of another workspace."""
    await set_up_team(context, replace(TEAM, workspace="slack:T0OTHER"), (), ())

    with pytest.raises(NotTheirTeamError):
        await submit_assignment(context, ADMIN, NEW_SUPERVISOR)
