"""Move a team to another channel or remove it, each in one transaction.

Texts and audit entries call a removal by its supervisors the closing of a team.
"""

from collections.abc import Collection
from datetime import datetime

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.people import Team
from bot.domain.teams.audit_entry import AuditAction, AuditEntry
from bot.domain.teams.channel_move import MoveFault, find_move_fault
from bot.domain.teams.team_removal import RemovalEffects
from bot.errors import StaleFormError
from bot.store.repositories import Repositories
from bot.workflows import team_setup
from bot.workflows.form_submission import write_cover


def load_removal_effects(repos: Repositories, team: Team) -> RemovalEffects:
    """Load what removing *team* changes; nothing of who joined or filed."""
    return RemovalEffects(
        team,
        len(repos.teams.list_declared_clinicians(team.id)),
        repos.team_lifecycle.find_last_close(team.id),
        len(repos.releases.list_by_team(team.id)),
    )


def load_chosen_team(repos: Repositories, person: Person, team_id: str) -> Team:
    """Load a team of the workspace of *person*.

    Raises :class:`StaleFormError` without such a row and for a removed team, so that a form of it
    that is still open changes nothing.
    """
    team = repos.teams.get(team_id)
    if team is None or team.is_removed or team.workspace != person.workspace:
        raise StaleFormError
    return team


def find_removed_team(repos: Repositories, person: Person, team_id: str) -> Team | None:
    """Return the team of the workspace of *person* if it is removed already, else ``None``."""
    team = repos.teams.get(team_id)
    is_removed = team is not None and team.is_removed and team.workspace == person.workspace
    return team if is_removed else None


def load_chosen_team_effects(repos: Repositories, person: Person, team_id: str) -> RemovalEffects:
    """Load what removing the team that *person* has chosen changes.

    Raises :class:`StaleFormError` as :func:`load_chosen_team` does.
    """
    return load_removal_effects(repos, load_chosen_team(repos, person, team_id))


def remove_team(
    repos: Repositories, person: Person, team_id: str, now: datetime
) -> RemovalEffects | Team:
    """Remove a team; its people count in its open periods, and its tables stay.

    The team's records are written as by a form: every member's slot is cleared. Returns what the
    removal changes; for a team that is removed already, that team, with nothing written. Raises
    :class:`StaleFormError` for a team that the workspace does not have.
    """
    if removed_team := find_removed_team(repos, person, team_id):
        return removed_team
    effects = load_chosen_team_effects(repos, person, team_id)
    day = calendar.local_day(now, calendar.load_zone(effects.team.zone))
    repos.team_lifecycle.remove(effects.team, day)
    record_removal(repos, effects.team, person.id, now)
    write_cover(repos, effects.team, now)
    return effects


def move_team(
    repos: Repositories,
    person: Person,
    team_id: str,
    channel: str,
    listed_channels: Collection[str] | None,
    now: datetime,
) -> Team | MoveFault:
    """Move a team to *channel*, insert an audit entry, and queue its card there. Idempotent.

    *listed_channels* are those that the product lists, see
    :func:`bot.domain.teams.channel_move.find_move_fault`. Returns the moved team, or the fault,
    with nothing written. Raises :class:`StaleFormError` as :func:`load_chosen_team` does.
    """
    team = load_chosen_team(repos, person, team_id)
    channel_team = repos.teams.get_by_channel(person.workspace, channel)
    fault = find_move_fault(
        channel,
        is_channel_in_use=channel_team is not None and channel_team.id != team_id,
        is_channel_known=repos.chat_routes.has_channel(person.workspace, channel),
        listed_channels=listed_channels,
    )
    if fault:
        return fault
    if channel != team.channel:
        repos.team_lifecycle.move_channel(team, channel)
        record_move(repos, team, channel, person.id, now)
    return team_setup.queue_introduction(repos, person, team_id, now)


def record_removal(repos: Repositories, team: Team, actor_id: str, now: datetime) -> None:
    """Insert an audit entry that *team* was removed; *actor_id* is ``""`` for the operator."""
    closed = AuditEntry(team.workspace, team.id, team.name, now, actor_id, AuditAction.CLOSED)
    repos.audit_trail.record([closed])


def record_move(
    repos: Repositories, team: Team, new_channel: str, actor_id: str, now: datetime
) -> None:
    """Insert an audit entry that *team*, as it was before the move, moved to *new_channel*."""
    entry = AuditEntry(
        team.workspace,
        team.id,
        team.name,
        now,
        actor_id,
        AuditAction.MOVED,
        detail=f"{team.channel} {new_channel}",
    )
    repos.audit_trail.record([entry])
