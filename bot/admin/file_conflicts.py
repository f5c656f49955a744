"""Validate a team file against the stored lists: no other team may declare its clinicians."""

from collections.abc import Collection, Sequence
from pathlib import Path

from bot.admin.team_file import DeclaredTeam
from bot.conversation import Person
from bot.domain.people import Team
from bot.domain.teams.team_reference import format_reference
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories


def list_team_persons(declared_team: DeclaredTeam) -> tuple[Person, ...]:
    """Return the accounts in the list ``clinicians`` of *declared_team*."""
    workspace = declared_team.workspace_key
    return tuple(Person(workspace, clinician.id) for clinician in declared_team.clinicians)


def find_list_conflicts(
    repos: Repositories, declared_teams: Sequence[DeclaredTeam], path: Path
) -> tuple[Fault, ...]:
    """Return a fault for each clinician on the stored list of a team that is not in the file.

    A team's key is its workspace and channel: a stored team whose channel differs is another team,
    which the fault names, and how to move it. Only rows that a set-up declares are compared: who
    joined a team by themselves is no conflict, since the declared list decides their home team.
    """
    channels = {(team.workspace_key, team.channel) for team in declared_teams}
    faults = []
    for declared in declared_teams:
        persons = list_team_persons(declared)
        for person, team_ids in repos.declared_lists.find_declaring_teams(persons).items():
            for team_id in sorted(team_ids):
                team = repos.teams.get(team_id)
                if team and not team.is_removed and _is_undeclared(team, channels):
                    facts: dict[str, str | int] = {
                        "field": person.id,
                        "team": team.name,
                        "reference": format_reference(team),
                        "channel": declared.channel,
                    }
                    faults.append(Fault(str(path), "operator.team.taken", facts))
    return tuple(faults)


def _is_undeclared(team: Team, channels: Collection[tuple[str, str]]) -> bool:
    """Whether the key of *team* is in none of *channels*, pairs of workspace and channel."""
    return (team.workspace, team.channel) not in channels


def reject_conflicts(
    repos: Repositories, declared_teams: Sequence[DeclaredTeam], path: Path
) -> None:
    """Raise :class:`FaultyInputError` with every conflict, if there is any.

    Called in the write transaction, which the exception rolls back.
    """
    faults = find_list_conflicts(repos, declared_teams, path)
    if faults:
        raise FaultyInputError(faults)
