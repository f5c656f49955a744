"""Apply a team file to the store: teams, rosters, roles and linked accounts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bot.admin import team_file
from bot.admin.team_file import DeclaredTeam
from bot.context import Context
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Role, Team
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.repositories.watermarks import PROFILES_DUTY

_INTRODUCTION_EXPIRY_SECONDS = 30 * 86_400
"""Seconds after a set-up during which the introduction card may still be posted."""

_ONE_CHECK_OF_EACH = timedelta(weeks=2)
"""How long the worker has not checked accounts, for each to be checked in its next pass."""


@dataclass(frozen=True)
class ApplyResult:
    """Number of teams that the file declares, and of those that changed in the store."""

    team_count: int
    changed_count: int


ProgressTracker = Callable[[Sequence[DeclaredTeam]], Iterable[DeclaredTeam]]
"""Iterates over the declared teams and displays the progress to the operator."""


async def apply_teams(
    context: Context, path: Path, *, test_mode: bool, track_progress: ProgressTracker = iter
) -> ApplyResult:
    """Apply the teams, roles and linked accounts of the file at *path* in one transaction.

    Idempotent: applying the same file again changes nothing. Raises
    :class:`bot.errors.FaultyInputError` for an invalid file, and then nothing is committed.
    """
    declared = team_file.read_teams(path, test_mode=test_mode)
    same_persons = team_file.read_same_persons(path, test_mode=test_mode)
    now = context.now()

    def apply_all(repos: Repositories) -> int:
        _reject_clinicians_of_other_teams(repos, declared, path)
        changed_count = sum(_apply_team(repos, team, now) for team in track_progress(declared))
        if same_persons is not None:
            repos.linked_accounts.set_links(
                tuple(Person(*account) for account in person.split_accounts())
                for person in same_persons
            )
        repos.ledger.open_missing_periods(now)
        if changed_count:
            # The file is applied without a product: the worker checks the accounts at once.
            repos.watermarks.rewind(PROFILES_DUTY, now - _ONE_CHECK_OF_EACH)
        return changed_count

    return ApplyResult(len(declared), await context.store.across_workspaces.write(apply_all))


def _reject_clinicians_of_other_teams(
    repos: Repositories, declared_teams: tuple[DeclaredTeam, ...], path: Path
) -> None:
    """Raise :class:`FaultyInputError` for a clinician whose home team is not in this file."""
    channels = {(team.workspace_key, team.channel) for team in declared_teams}
    conflicting_ids = []
    for team in declared_teams:
        for clinician in team.clinicians:
            home = repos.teams.get_home_team(Person(team.workspace_key, clinician.id))
            if home and (home.workspace, home.channel) not in channels:
                conflicting_ids.append(clinician.id)
    if conflicting_ids:
        raise FaultyInputError(
            tuple(
                Fault(str(path), "operator.team.taken", {"field": clinician_id})
                for clinician_id in conflicting_ids
            )
        )


def _apply_team(repos: Repositories, declared_team: DeclaredTeam, now: datetime) -> bool:
    """Insert or update one team with its roster and roles; return whether a row changed."""
    workspace = declared_team.workspace_key
    stored_team = repos.teams.get_by_channel(workspace, declared_team.channel)
    team = _build_team(declared_team, stored_team.id if stored_team else uuid4().hex)
    holders_by_role = {
        role: tuple(Person(workspace, person_id) for person_id in ids)
        for role, ids in (
            (Role.SUPERVISOR, declared_team.supervisors),
            (Role.DIRECTOR, declared_team.directors),
        )
    }
    roster = tuple(Person(workspace, clinician.id) for clinician in declared_team.clinicians)
    joining_people = [
        Person(workspace, person_id) for person_id in declared_team.joined_clinician_ids()
    ]
    joining_people = [
        person for person in joining_people if not repos.people.get(person).has_joined
    ]
    is_unchanged = (
        stored_team == team
        and all(
            set(repos.teams.list_role_holders(team.id, role)) == set(holders)
            for role, holders in holders_by_role.items()
        )
        and set(repos.teams.list_declared_clinicians(team.id)) == set(roster)
    )
    if not is_unchanged:
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, roster)
        for role, holders in holders_by_role.items():
            repos.teams.set_role_holders(team.id, role, holders)
        _plan_introduction(repos, team, now)
    for person in joining_people:
        repos.people.join_team(person, team.id)
    return not is_unchanged or bool(joining_people)


def _plan_introduction(repos: Repositories, team: Team, now: datetime) -> None:
    """Queue the introduction card for the team's channel."""
    expires_at = datetime.fromtimestamp(now.timestamp() + _INTRODUCTION_EXPIRY_SECONDS, now.tzinfo)
    repos.deliveries.plan_deliveries(
        [
            PlannedDelivery(
                team.workspace,
                DeliveryKind.INTRODUCTION,
                "",
                team.channel,
                team.id,
                now,
                expires_at,
                "",
            )
        ]
    )


def _build_team(declared_team: DeclaredTeam, team_id: str) -> Team:
    return Team(
        id=team_id,
        workspace=declared_team.workspace_key,
        channel=declared_team.channel,
        name=declared_team.name,
        practice=declared_team.practice,
        language=declared_team.language,
        zone=declared_team.timezone,
        checkin_rule=WeeklyRule(declared_team.checkin.day, declared_team.checkin.time),
        tip_days=tuple(sorted(set(declared_team.tip.days))),
        tip_time=declared_team.tip.time,
        question=declared_team.question,
        open_to_team=declared_team.open_to_team,
        holiday_region=declared_team.holidays,
    )
