"""What an operator can do at the command line, beside starting and stopping the bot."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from bot.admin import team_file
from bot.admin.team_file import DeclaredTeam
from bot.context import Context
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery

_INTRODUCTION_EXPIRY_SECONDS = 30 * 86_400
"""Seconds for which an introduction card is still worth posting after a set-up."""


@dataclass(frozen=True)
class ApplyResult:
    """What applying a team file came to: how many teams it declares, how many changed."""

    team_count: int
    changed_count: int


ProgressTracker = Callable[[Sequence[DeclaredTeam]], Iterable[DeclaredTeam]]
"""Goes through what is declared, and shows the operator how far it has come."""


async def apply_teams(
    context: Context, path: Path, *, test_mode: bool, track_progress: ProgressTracker = iter
) -> ApplyResult:
    """Declare the teams of *path*, so that their clinicians can be invited and counted.

    Applying the same file again changes nothing. Raises
    :class:`bot.errors.FaultyInputError`, and then nothing is applied.
    """
    declared = team_file.read_teams(path, test_mode=test_mode)
    same = team_file.read_same_persons(path, test_mode=test_mode)
    now = context.now()

    def apply_all(repos: Repositories) -> int:
        _reject_clinicians_of_other_teams(repos, declared, path)
        changed = sum(_apply_team(repos, one, now) for one in track_progress(declared))
        if same is not None:
            repos.linked_accounts.set_links(
                tuple(Person(*who) for who in one.split_accounts()) for one in same
            )
        repos.slips.open_missing_periods(now)
        return changed

    return ApplyResult(len(declared), await context.store.write(apply_all))


def _reject_clinicians_of_other_teams(
    repos: Repositories, declared_teams: tuple[DeclaredTeam, ...], path: Path
) -> None:
    """Refuse a clinician whose home team is one that this file does not declare."""
    channels = {(one.workspace_key, one.channel) for one in declared_teams}
    taken = []
    for one in declared_teams:
        for clinician in one.clinicians:
            home = repos.teams.get_home_team(Person(one.workspace_key, clinician.id))
            if home and (home.workspace, home.channel) not in channels:
                taken.append(clinician.id)
    if taken:
        raise FaultyInputError(
            tuple(Fault(str(path), "operator.team.taken", {"field": one}) for one in taken)
        )


def _apply_team(repos: Repositories, declared_team: DeclaredTeam, now: datetime) -> bool:
    workspace = declared_team.workspace_key
    before = repos.teams.get_by_channel(workspace, declared_team.channel)
    team = _build_team(declared_team, before.id if before else uuid4().hex)
    people = {
        role: tuple(Person(workspace, one) for one in ids)
        for role, ids in (
            (Role.SUPERVISOR, declared_team.supervisors),
            (Role.DIRECTOR, declared_team.directors),
        )
    }
    roster = tuple(Person(workspace, one.id) for one in declared_team.clinicians)
    joining = [Person(workspace, one) for one in declared_team.joined_clinician_ids()]
    joining = [one for one in joining if not repos.people.get(one).has_joined]
    same = (
        before == team
        and all(
            set(repos.teams.list_role_holders(team.id, role)) == set(who)
            for role, who in people.items()
        )
        and set(repos.teams.list_declared_clinicians(team.id)) == set(roster)
    )
    if not same:
        repos.teams.save(team)
        repos.teams.declare_clinicians(team.id, roster)
        for role, who in people.items():
            repos.teams.set_role_holders(team.id, role, who)
        _plan_introduction(repos, team, now)
    for person in joining:
        repos.people.join_team(person, team.id)
    return not same or bool(joining)


def _plan_introduction(repos: Repositories, team: Team, now: datetime) -> None:
    late = datetime.fromtimestamp(now.timestamp() + _INTRODUCTION_EXPIRY_SECONDS, now.tzinfo)
    repos.deliveries.plan_deliveries(
        [PlannedDelivery(team.workspace, "intro", "", team.channel, team.id, now, late, "")]
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
