"""Insert audit entries for the changes of an applied team file, with the operator as actor.

The stored state is loaded before and after the change, in its write transaction, and compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.admin.team_file import DeclaredTeam
from bot.domain.people import Role, Team
from bot.domain.teams.audit_entry import OPERATOR_ID, AuditAction
from bot.domain.teams.setup_changes import build_role_entries
from bot.domain.teams.setup_submission import SetupSubmission
from bot.store.repositories import Repositories
from bot.workflows import setup_history

_DIRECTOR_ACTIONS = (AuditAction.DIRECTOR_ADDED, AuditAction.DIRECTOR_REMOVED)


@dataclass(frozen=True)
class StoredState:
    """Stored state of a declared team: its set-up, ``None`` without a row, and its directors."""

    setup: SetupSubmission | None
    director_ids: tuple[str, ...]


def load_states(repos: Repositories, declared: Iterable[DeclaredTeam]) -> tuple[StoredState, ...]:
    """Query the state of each declared team by its key, in their order."""
    return tuple(_load_state(repos, _find_team(repos, team)) for team in declared)


def record_file_changes(
    repos: Repositories,
    declared: Iterable[DeclaredTeam],
    states_before: Iterable[StoredState],
    now: datetime,
) -> None:
    """Insert the audit entries of the *declared* teams, in the transaction that changed them.

    *states_before* has an item per team in the same order, else :class:`ValueError` is raised. An
    unchanged team adds no row.
    """
    for declared_team, before in zip(declared, states_before, strict=True):
        if team := _find_team(repos, declared_team):
            setup_history.record_setup(repos, team, before.setup, OPERATOR_ID, now)
            director_ids = _load_state(repos, team).director_ids
            repos.audit_trail.record(
                build_role_entries(
                    team, before.director_ids, director_ids, OPERATOR_ID, now, _DIRECTOR_ACTIONS
                )
            )


def _find_team(repos: Repositories, declared_team: DeclaredTeam) -> Team | None:
    return repos.teams.get_by_channel(declared_team.workspace_key, declared_team.channel)


def _load_state(repos: Repositories, team: Team | None) -> StoredState:
    if team is None:
        return StoredState(None, ())
    directors = repos.teams.list_role_holders(team.id, Role.DIRECTOR)
    return StoredState(
        setup_history.load_setup(repos, team.id), tuple(person.id for person in directors)
    )
