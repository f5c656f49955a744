"""Undo the last change of a team's set-up in one transaction, from the copy of the earlier one."""

from datetime import datetime

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.people import Role, Team
from bot.domain.teams import setup_changes
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.setup_submission import SetupSubmission
from bot.domain.teams.setup_undo import may_undo
from bot.store.repositories import Repositories
from bot.workflows.form_submission import write_cover
from bot.workflows.period_opening import open_practice_periods


def list_undoable_teams(repos: Repositories, person: Person, now: datetime) -> tuple[Team, ...]:
    """Return the teams, except removed ones, whose last change *person* made and may undo."""
    teams = (
        repos.teams.get(team_id)
        for team_id, previous in repos.previous_setups.list_by_setter(person).items()
        if may_undo(previous, person.id, now)
    )
    return tuple(team for team in teams if team and not team.is_removed)


def may_undo_setup(repos: Repositories, person: Person, team_id: str, now: datetime) -> bool:
    """Return whether *person* made the last change of the team and may undo it; only reads."""
    return any(team.id == team_id for team in list_undoable_teams(repos, person, now))


def undo_setup(
    repos: Repositories, person: Person, team_id: str, now: datetime
) -> tuple[Team, bool] | None:
    """Restore the set-up of before a team's last change, and insert audit entries.

    Returns the team as it was before the undo, and whether it is removed now, as a new team is.
    Returns ``None``, with nothing written, if *person* may not undo the change, also on a retry, or
    if another team has the channel or a clinician of the earlier set-up by now.
    """
    team, previous = repos.teams.get(team_id), repos.previous_setups.find(team_id)
    if team is None or previous is None or not may_undo_setup(repos, person, team_id, now):
        return None
    supervisors_before = repos.teams.list_role_holders(team_id, Role.SUPERVISOR)
    if previous.setup is None:
        repos.team_lifecycle.remove(team, calendar.local_day(now, calendar.load_zone(team.zone)))
    elif _conflicts_with_other_team(repos, team, previous.setup):
        return None
    else:
        _restore_setup(repos, team, previous.setup)
    entry = AuditEntry(team.workspace, team.id, team.name, now, person.id, AuditAction.UNDONE)
    supervisors_after = repos.teams.list_role_holders(team_id, Role.SUPERVISOR)
    role_entries = setup_changes.build_role_entries(
        team,
        [holder.id for holder in supervisors_before],
        [holder.id for holder in supervisors_after],
        person.id,
        now,
    )
    repos.audit_trail.record((entry, *role_entries))
    open_practice_periods(repos, team, repos.teams.get(team_id) or team, now)
    write_cover(repos, team, now)
    return team, previous.setup is None


def _restore_setup(repos: Repositories, team: Team, setup: SetupSubmission) -> None:
    if setup.channel != team.channel:
        repos.team_lifecycle.move_channel(team, setup.channel)
    repos.teams.save(setup.build_team(team.id, team.workspace))
    clinicians = [Person(team.workspace, person_id) for person_id in setup.clinicians]
    added = set(repos.teams.list_declared_clinicians(team.id)).difference(clinicians)
    retained = [person for person in added if repos.people.get(person).has_joined]
    repos.teams.declare_clinicians(team.id, clinicians, retained=retained)
    supervisors = [Person(team.workspace, person_id) for person_id in setup.supervisors]
    repos.teams.set_role_holders(team.id, Role.SUPERVISOR, supervisors)


def _conflicts_with_other_team(repos: Repositories, team: Team, setup: SetupSubmission) -> bool:
    """Return whether another team of the workspace has the channel or a clinician of *setup*."""
    channel_team = repos.teams.get_by_channel(team.workspace, setup.channel)
    if channel_team is not None and channel_team.id != team.id:
        return True
    others = (other for other in repos.teams.list_teams(team.workspace) if other.id != team.id)
    listed = {
        person.id for other in others for person in repos.teams.list_declared_clinicians(other.id)
    }
    return not listed.isdisjoint(setup.clinicians)
