"""Apply a team file to the database: rows of teams, rosters, roles and linked accounts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from bot.admin import file_history, linked_persons_file, team_file
from bot.admin.file_conflicts import find_list_conflicts, list_team_persons, reject_conflicts
from bot.admin.introductions import plan_introduction
from bot.admin.team_file import DeclaredTeam, SamePerson
from bot.context import Context
from bot.conversation import Person
from bot.domain.calendar import WeeklyRule
from bot.domain.people import Role, Team
from bot.domain.teams.list_batches import batch_teams
from bot.domain.teams.quiet_times import has_quiet_time
from bot.errors import FaultyInputError, PartlyAppliedError
from bot.store.repositories import Repositories
from bot.store.repositories.watermarks import PROFILES_WATERMARK
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS as _TIMEOUT_SECONDS

_PROFILES_WATERMARK_LAG = timedelta(weeks=2)
"""How far the watermark of the profiles duty is set back: more than the week of its hash buckets.

The duty's next run then fetches the profile of every listed account once.
"""


@dataclass(frozen=True)
class ApplyResult:
    """Number of teams that the file declares, and of those whose stored rows changed.

    ``team_names_in_quiet_hours`` are names of teams with a check-in or tip then: a warning only.
    """

    team_count: int
    changed_count: int
    team_names_in_quiet_hours: tuple[str, ...] = ()


TeamBatch = tuple[DeclaredTeam, ...]

ProgressTracker = Callable[[Sequence[TeamBatch]], Iterable[TeamBatch]]
"""Callback that wraps the batches in an iterator which displays progress; ``iter`` shows none."""


async def apply_teams(
    context: Context, path: Path, *, test_mode: bool, track_progress: ProgressTracker = iter
) -> ApplyResult:
    """Apply the teams, roles and linked accounts of the file at *path*; idempotent.

    The file is validated, also against the database, before the first write. Each batch of teams
    is a write transaction of its own, so that a running bot writes in between; a batch contains
    all teams between which a person moves. Batches that are committed stay when a later one fails.
    Raises :class:`bot.errors.FaultyInputError` for an invalid file, with nothing committed,
    :class:`bot.errors.PartlyAppliedError` for a conflict that was committed since, and
    :class:`bot.errors.StoreBusyError`.
    """
    declared = team_file.read_teams(path, test_mode=test_mode)
    same_persons = team_file.read_same_persons(path, test_mode=test_mode)
    scope, now = context.store.across_workspaces, context.now()
    batches = await scope.read(lambda repos: _plan_batches(repos, declared, same_persons, path))
    changed_count = 0
    for batch in track_progress(batches):
        apply_batch = partial(_apply_batch, batch=batch, path=path, now=now)
        with _report_earlier_batches(changed_count):
            changed_count += await scope.write(apply_batch, timeout_seconds=_TIMEOUT_SECONDS)

    if same_persons is not None:
        replace_links = partial(
            linked_persons_file.replace_links, teams=declared, same_persons=same_persons, path=path
        )
        with _report_earlier_batches(changed_count):
            await scope.write(replace_links, timeout_seconds=_TIMEOUT_SECONDS)
    for team_ids in await scope.read(_list_practices):
        open_periods = partial(_open_periods, team_ids=team_ids, now=now)
        await scope.write(open_periods, timeout_seconds=_TIMEOUT_SECONDS)
    finish = partial(_finish, has_changes=changed_count > 0, now=now)
    await scope.write(finish, timeout_seconds=_TIMEOUT_SECONDS)
    quiet_teams = (team.name for team in declared if has_quiet_time(build_team(team, "")))
    return ApplyResult(len(declared), changed_count, tuple(quiet_teams))


@contextmanager
def _report_earlier_batches(changed_count: int) -> Iterator[None]:
    """Convert a conflict found after *changed_count* teams, which stay, were committed."""
    try:
        yield
    except FaultyInputError as error:
        if not changed_count:
            raise
        raise PartlyAppliedError(error.faults) from error


def _plan_batches(
    repos: Repositories,
    declared_teams: tuple[DeclaredTeam, ...],
    same_persons: tuple[SamePerson, ...] | None,
    path: Path,
) -> tuple[TeamBatch, ...]:
    """Group the teams into batches, one per transaction, by the rows of a read transaction.

    Raises :class:`FaultyInputError` with every conflict of lists and links.
    """
    faults = find_list_conflicts(repos, declared_teams, path)
    if same_persons is not None:
        faults += linked_persons_file.find_link_conflicts(repos, declared_teams, same_persons, path)
    if faults:
        raise FaultyInputError(faults)
    lists_by_person: dict[Person, set[DeclaredTeam]] = {}
    for team in declared_teams:
        stored = repos.teams.get_by_channel(team.workspace_key, team.channel)
        listed = repos.teams.list_declared_clinicians(stored.id) if stored else ()
        for person in (*list_team_persons(team), *listed):
            lists_by_person.setdefault(person, set()).add(team)
    return batch_teams(declared_teams, lists_by_person.values())


def _apply_batch(repos: Repositories, batch: TeamBatch, path: Path, now: datetime) -> int:
    """Upsert one batch in the caller's write transaction; return how many teams changed.

    If several teams changed, every list is first extended and only then replaced: a person who
    moves is on a list at any time, and so stays joined. Raises :class:`FaultyInputError`, which
    rolls the transaction back, for a conflict that was committed since the plan.
    """
    reject_conflicts(repos, batch, path)
    states_before = file_history.load_states(repos, batch)
    changed = [(team_id, team) for team in batch if (team_id := _save_team(repos, team, now))]
    for team_id, team in changed if len(changed) > 1 else ():
        listed = {*repos.teams.list_declared_clinicians(team_id), *list_team_persons(team)}
        repos.teams.declare_clinicians(team_id, sorted(listed))
    for team_id, team in changed:
        repos.teams.declare_clinicians(team_id, list_team_persons(team))
        _set_roles(repos, team_id, team)
    file_history.record_file_changes(repos, batch, states_before, now)
    joined_channels = {team.channel for team in batch if _join_people(repos, team)}
    return len(joined_channels | {team.channel for _, team in changed})


def _save_team(repos: Repositories, declared_team: DeclaredTeam, now: datetime) -> str:
    """Upsert one team's row and queue its introduction card, unless nothing of the team changed.

    Its roles and list are compared here and written by the caller. Returns the team's id, ``""``
    without a change.
    """
    stored_team = repos.teams.get_by_channel(declared_team.workspace_key, declared_team.channel)
    team = build_team(declared_team, stored_team.id if stored_team else uuid4().hex)
    is_unchanged = (
        stored_team == team
        and all(
            set(repos.teams.list_role_holders(team.id, role)) == holders
            for role, holders in _list_role_holders(declared_team).items()
        )
        and set(repos.teams.list_declared_clinicians(team.id))
        == set(list_team_persons(declared_team))
    )
    if is_unchanged:
        return ""
    repos.teams.save(team)
    plan_introduction(repos, team, now)
    return team.id


def _set_roles(repos: Repositories, team_id: str, declared_team: DeclaredTeam) -> None:
    for role, holders in _list_role_holders(declared_team).items():
        repos.teams.set_role_holders(team_id, role, holders)


def _join_people(repos: Repositories, declared_team: DeclaredTeam) -> bool:
    """Store as joined the clinicians with ``joined`` in the file; return whether any was not."""
    workspace = declared_team.workspace_key
    team = repos.teams.get_by_channel(workspace, declared_team.channel)
    persons = [
        Person(workspace, person_id) for person_id in declared_team.list_joined_clinician_ids()
    ]
    joining = [person for person in persons if not repos.people.get(person).has_joined]
    if team:
        for person in joining:
            repos.people.join_team(person, team.id)
    return bool(joining)


def _list_practices(repos: Repositories) -> list[list[str]]:
    """Return a list of team ids per practice, as its teams share periods; one per other team."""
    practices: dict[tuple[str, str], list[str]] = {}
    for team in repos.teams.list_teams():
        practices.setdefault((team.workspace, team.practice or team.id), []).append(team.id)
    return list(practices.values())


def _open_periods(repos: Repositories, team_ids: list[str], now: datetime) -> None:
    repos.ledger.open_missing_periods(now, team_ids)


def _finish(repos: Repositories, *, has_changes: bool, now: datetime) -> None:
    """Add listed people to periods in their first week; set the profiles watermark on a change."""
    repos.ledger.add_listed_people(now)
    if has_changes:
        # This process has no API client of a product: the worker's duty fetches the profiles.
        repos.watermarks.set_watermark(PROFILES_WATERMARK, now - _PROFILES_WATERMARK_LAG)


def _list_role_holders(declared_team: DeclaredTeam) -> dict[Role, set[Person]]:
    ids_by_role = {
        Role.SUPERVISOR: declared_team.supervisors,
        Role.DIRECTOR: declared_team.directors,
    }
    workspace = declared_team.workspace_key
    return {role: {Person(workspace, id_) for id_ in ids} for role, ids in ids_by_role.items()}


def build_team(declared_team: DeclaredTeam, team_id: str) -> Team:
    """Convert a validated ``[[team]]`` table to a :class:`Team` with the primary key *team_id*."""
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
