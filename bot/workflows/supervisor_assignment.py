"""Load the teams that may lack a supervisor, and store the supervisors who are assigned to one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role, Team
from bot.domain.teams import oversight, setup_changes, taking_over
from bot.domain.teams.audit_entry import AuditAction
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.workflows.form_submission import write_cover
from bot.workflows.personal_data import load_roles_by_team

ANNOUNCEMENT_LIFETIME = timedelta(days=7)
"""Time after an assignment within which its announcement may still be posted."""

_ACTIONS = (AuditAction.NAMED, AuditAction.SUPERVISOR_REMOVED)


@dataclass(frozen=True)
class SupervisedTeam:
    """A team with its present supervisors, and the clinicians that its set-up declares."""

    team: Team
    supervisors: tuple[Person, ...]
    clinicians: tuple[Person, ...]


def load_overseen_teams(
    repos: Repositories, person: Person, team_id: str | None = None
) -> tuple[SupervisedTeam, ...]:
    """Load the teams that *person*, who oversees set-ups, may assign a supervisor to.

    They are those in which the person has no role of a supervisor; *team_id* selects one of them.
    """
    roles = load_roles_by_team(repos, person)
    teams = oversight.select_overseen_teams(
        repos.teams.list_teams(person.workspace), person.workspace, roles
    )
    return tuple(
        SupervisedTeam(
            team,
            repos.teams.list_role_holders(team.id, Role.SUPERVISOR),
            repos.teams.list_declared_clinicians(team.id),
        )
        for team in teams
        if team_id in {None, team.id}
    )


def assign_supervisors(
    repos: Repositories,
    person: Person,
    checked: SupervisedTeam,
    assigned_ids: Collection[str],
    now: datetime,
) -> Team:
    """Make *assigned_ids* the supervisors of a team in the place of those who were *checked*.

    The change is recorded and announced in the team's channel. The team's records are written as
    by a form: the slot of a new supervisor is cleared. Raises :class:`StaleFormError` if the
    supervisors changed since they were checked, with nothing written.
    """
    team = repos.teams.get(checked.team.id)
    supervisors = repos.teams.list_role_holders(checked.team.id, Role.SUPERVISOR)
    if team is None or team.is_removed or supervisors != checked.supervisors:
        raise StaleFormError
    if {supervisor.id for supervisor in supervisors} == {*assigned_ids}:
        return team  # a repeated request: the announcement is queued already
    new_supervisors = [Person(person.workspace, person_id) for person_id in assigned_ids]
    repos.teams.set_role_holders(team.id, Role.SUPERVISOR, new_supervisors)
    repos.audit_trail.record(
        setup_changes.build_role_entries(
            team,
            [supervisor.id for supervisor in supervisors],
            assigned_ids,
            person.id,
            now,
            _ACTIONS,
        )
    )
    _queue_announcement(repos, team, person, assigned_ids, now)
    write_cover(repos, team, now)
    return team


def _queue_announcement(
    repos: Repositories, team: Team, person: Person, assigned_ids: Collection[str], now: datetime
) -> None:
    detail = taking_over.encode_assignment(person.id, sorted(assigned_ids))
    slot = uuid5(NAMESPACE_OID, f"{team.id} {now.isoformat()} {detail}").hex
    announcement = PlannedDelivery(
        team.workspace,
        DeliveryKind.SUPERVISOR_ASSIGNMENT,
        "",
        team.channel,
        slot,
        now,
        now + ANNOUNCEMENT_LIFETIME,
        detail,
    )
    repos.deliveries.plan_deliveries([announcement])
