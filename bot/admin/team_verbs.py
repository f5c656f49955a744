"""Commands on stored teams: list, show, move and remove, each in one transaction."""

from dataclasses import dataclass, replace

from bot.admin.introductions import plan_introduction
from bot.context import Context
from bot.domain import calendar
from bot.domain.people import Role, Team
from bot.domain.teams.audit_entry import OPERATOR_ID
from bot.domain.teams.team_reference import (
    ReferenceFault,
    check_new_channel,
    format_reference,
    resolve_team,
)
from bot.domain.teams.team_removal import RemovalEffects
from bot.domain.teams.unlisted_members import count_without_team
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories
from bot.store.store_scope import OPERATOR_WRITE_TIMEOUT_SECONDS
from bot.workflows.team_changes import load_removal_effects, record_move, record_removal

_FAULT_LOCATIONS = {
    ReferenceFault.UNKNOWN_TEAM: "CHANNEL",
    ReferenceFault.AMBIGUOUS_TEAM: "CHANNEL",
    ReferenceFault.MALFORMED_CHANNEL: "NEW_CHANNEL",
    ReferenceFault.CHANNEL_IN_USE: "NEW_CHANNEL",
}
"""Name of the command line argument that each fault is about."""


@dataclass(frozen=True)
class TeamOverview:
    """A team's row with the number of its declared clinicians and of its supervisors."""

    team: Team
    reference: str
    clinician_count: int
    supervisor_count: int


def load_overviews(repos: Repositories) -> tuple[TeamOverview, ...]:
    """Query every team, sorted by name; two further queries per team count its people."""
    return tuple(_load_overview(repos, team) for team in repos.teams.list_teams())


def find_team(repos: Repositories, reference: str) -> Team:
    """Resolve *reference*, a channel or ``WORKSPACE/CHANNEL``, to a team.

    Raises :class:`FaultyInputError` if it matches no team, or teams of several workspaces.
    """
    team = resolve_team(repos.teams.list_teams(), reference)
    if isinstance(team, ReferenceFault):
        raise build_reference_fault(team)
    return team


def count_unlisted(repos: Repositories) -> int:
    """Count the people on the frozen list of an open period and on no team's list.

    Linked, deactivated and external accounts do not count, nor do erased rows.
    """
    return count_without_team(repos.frozen_members.list_members())


async def move_team(context: Context, reference: str, channel: str) -> Team:
    """Update the channel of the team of *reference*, and queue its introduction card there.

    The primary key stays, and with it lists, open periods and tables. One write transaction, which
    writes nothing for the present channel. Returns the team as it was before. Raises
    :class:`bot.errors.FaultyInputError`, which rolls the transaction back, for a *reference* that
    does not resolve and for a malformed *channel* or one in use.
    """
    now = context.now()

    def move_stored_team(repos: Repositories) -> Team:
        all_teams = repos.teams.list_teams()
        team = find_team(repos, reference)
        if fault := check_new_channel(team, all_teams, channel):
            raise build_reference_fault(fault)
        if channel != team.channel:
            repos.team_lifecycle.move_channel(team, channel)
            record_move(repos, team, channel, OPERATOR_ID, now)
            plan_introduction(repos, replace(team, channel=channel), now)
        return team

    return await context.store.across_workspaces.write(
        move_stored_team, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS
    )


async def remove_team(context: Context, reference: str, *, is_dry_run: bool) -> RemovalEffects:
    """Mark the team of *reference* as removed, in one write transaction; return the effects.

    Its people count in its open periods until these close, and its published tables stay. With
    *is_dry_run* the effects are computed in a read transaction. Raises
    :class:`bot.errors.FaultyInputError` for a *reference* that does not resolve, as a removed
    team's.
    """
    now = context.now()

    def remove_stored_team(repos: Repositories) -> RemovalEffects:
        effects = load_removal_effects(repos, find_team(repos, reference))
        if not is_dry_run:
            day = calendar.local_day(now, calendar.load_zone(effects.team.zone))
            repos.team_lifecycle.remove(effects.team, day)
            record_removal(repos, effects.team, OPERATOR_ID, now)
        return effects

    scope = context.store.across_workspaces
    if is_dry_run:
        return await scope.read(remove_stored_team)
    return await scope.write(remove_stored_team, timeout_seconds=OPERATOR_WRITE_TIMEOUT_SECONDS)


def build_reference_fault(fault: ReferenceFault) -> FaultyInputError:
    """Convert *fault* to an exception that names the argument."""
    return FaultyInputError((Fault(_FAULT_LOCATIONS[fault], f"operator.team.{fault.value}"),))


def _load_overview(repos: Repositories, team: Team) -> TeamOverview:
    return TeamOverview(
        team,
        format_reference(team),
        len(repos.teams.list_declared_clinicians(team.id)),
        len(repos.teams.list_role_holders(team.id, Role.SUPERVISOR)),
    )
