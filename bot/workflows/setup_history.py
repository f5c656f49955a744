"""Record a change of a team's set-up in the audit trail, in the transaction that stores it."""

from collections.abc import Iterable
from datetime import datetime

from bot.conversation import Person
from bot.domain.people import Role, Team
from bot.domain.teams import setup_changes
from bot.domain.teams.setup_submission import SetupSubmission
from bot.domain.teams.setup_undo import PreviousSetup
from bot.store.repositories import Repositories


def load_setup(repos: Repositories, team_id: str) -> SetupSubmission | None:
    """Load the stored set-up of a team, as the submission that would store it.

    ``None`` for a team without a row, or one that was removed.
    """
    team = repos.teams.get(team_id)
    if team is None or team.is_removed:
        return None
    return setup_changes.describe_setup(
        team,
        _list_ids(repos.teams.list_declared_clinicians(team_id)),
        _list_ids(repos.teams.list_role_holders(team_id, Role.SUPERVISOR)),
    )


def record_setup(
    repos: Repositories, team: Team, before: SetupSubmission | None, actor_id: str, now: datetime
) -> bool:
    """Insert an audit entry for each difference between *before* and the stored set-up.

    Returns whether there is any. *before* is ``None`` for a new team, *actor_id* is ``""`` for the
    operator. After a change by a person, *before* is stored as the copy that an undo restores.
    """
    after = load_setup(repos, team.id)
    if after is None:
        return False
    entries = setup_changes.build_change_entries(team, before, after, actor_id, now)
    repos.audit_trail.record(entries)
    if entries and actor_id:
        previous = PreviousSetup(actor_id, now, before)
        repos.previous_setups.save(team.id, team.workspace, previous)
    return bool(entries)


def _list_ids(persons: Iterable[Person]) -> tuple[str, ...]:
    return tuple(person.id for person in persons)
