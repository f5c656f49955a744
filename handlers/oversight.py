"""Handlers of who oversees set-ups: an admin, or a director where a product reports no admin."""

from collections.abc import Iterable
from functools import partial

from bot.context import Context
from bot.conversation import DeferredReply, Person, Reply, Request
from bot.domain.teams import audit_screen, oversight, taking_over
from bot.domain.teams.audit_entry import AuditEntry
from bot.domain.teams.setup_submission import parse_person_ids, parse_team_id
from bot.errors import NotTheirTeamError
from bot.outlet import AccountStatus
from bot.store.repositories import Repositories
from bot.workflows import supervisor_assignment
from bot.workflows.personal_data import load_roles_by_team
from bot.workflows.supervisor_assignment import SupervisedTeam

_LOOKUP_TIMEOUT_SECONDS = 4.0
"""Timeout of the lookup of supervisors' accounts: Teams shows an error after a late response."""


async def show_history(request: Request, context: Context) -> Reply:
    """Show the newest audit entries of the teams that the person oversees; only reads."""
    workspace = request.person.workspace

    def load_entries(repos: Repositories) -> tuple[tuple[AuditEntry, ...], dict[str, str]]:
        roles = load_roles_by_team(repos, request.person)
        teams = oversight.select_overseen_teams(repos.teams.list_teams(workspace), workspace, roles)
        entries = repos.audit_trail.list_entries(
            workspace=workspace,
            # An admin also reads the entries of removed teams.
            team_ids=None if oversight.reports_admins(workspace) else [team.id for team in teams],
            limit=audit_screen.MAX_LISTED + 1,
        )
        return entries, {team.id: team.zone for team in teams}

    entries, zones = await context.store.for_workspace(workspace).read(
        load_entries, reads_many_rows=True
    )
    words = context.catalogue.get_pack(request.language)
    return audit_screen.build_history_form(entries, zones, words)


async def open_assignment_form(request: Request, context: Context) -> Reply:
    """Open the form that assigns a supervisor to a team that has no active one.

    The reply is deferred: the product's API reports which accounts are active.
    """
    return DeferredReply(partial(_build_assignment_form, request, context))


async def submit_assignment(request: Request, context: Context) -> Reply:
    """Assign the chosen supervisors to the chosen team, and queue the announcement in its channel.

    Idempotent; the reply is deferred until the product has reported the accounts. It then raises
    :class:`bot.errors.NotTheirTeamError` for a team that the person does not oversee, and
    :class:`bot.errors.StaleFormError` if its supervisors changed meanwhile.
    """
    return DeferredReply(partial(_assign_supervisors, request, context))


async def _build_assignment_form(request: Request, context: Context) -> Reply:
    teams = await context.store.for_workspace(request.person.workspace).read(
        lambda repos: supervisor_assignment.load_overseen_teams(repos, request.person),
        reads_many_rows=True,
    )
    statuses = await _fetch_statuses(context, teams)
    lacking = [
        candidate.team
        for candidate in teams
        if taking_over.lacks_supervisor([statuses[person] for person in candidate.supervisors])
    ]
    words = context.catalogue.get_pack(request.language)
    return taking_over.build_assignment_form(lacking, words)


async def _assign_supervisors(request: Request, context: Context) -> Reply:
    person, now = request.person, context.now()
    words = context.catalogue.get_pack(request.language)
    assigned_ids = parse_person_ids(request.answers, taking_over.PEOPLE_FIELD_ID)
    team_id = parse_team_id(request.data, request.answers)
    scope = context.store.for_workspace(person.workspace)
    teams = await scope.read(
        lambda repos: supervisor_assignment.load_overseen_teams(repos, person, team_id),
        reads_many_rows=True,
    )
    if not teams:
        raise NotTheirTeamError
    checked = teams[0]
    supervisor_statuses = await _fetch_statuses(context, teams)
    is_current = {supervisor.id for supervisor in checked.supervisors} == {*assigned_ids}
    if is_current and not taking_over.lacks_supervisor([*supervisor_statuses.values()]):
        # The retry of a request whose change is stored.
        return taking_over.build_assigned_form(checked.team, assigned_ids, words)
    fault = taking_over.find_assignment_fault(
        assigned_ids,
        person.id,
        [*supervisor_statuses.values()],
        [clinician.id for clinician in checked.clinicians],
        unlistable_count=await _count_unlistable(request, context, checked, assigned_ids),
    )
    if fault:
        return taking_over.build_fault(fault, words)
    team = await scope.write(
        lambda repos: supervisor_assignment.assign_supervisors(
            repos, person, checked, assigned_ids, now
        )
    )
    return taking_over.build_assigned_form(team, assigned_ids, words)


async def _count_unlistable(
    request: Request, context: Context, checked: SupervisedTeam, assigned_ids: tuple[str, ...]
) -> int:
    """Count the accounts that cannot have a role; one without a profile at the timeout can."""
    profiles = await context.fetch_profiles(
        (
            Person(request.person.workspace, person_id)
            for person_id in assigned_ids[: taking_over.MAX_ASSIGNED]
        ),
        checked.team.channel,
        _LOOKUP_TIMEOUT_SECONDS,
    )
    return sum(not profile.may_be_listed for profile in profiles.values())


async def _fetch_statuses(
    context: Context, teams: Iterable[SupervisedTeam]
) -> dict[Person, AccountStatus]:
    accounts = [
        (supervisor, candidate.team.channel)
        for candidate in teams
        for supervisor in candidate.supervisors
    ]
    return await context.fetch_account_statuses(accounts, _LOOKUP_TIMEOUT_SECONDS)
