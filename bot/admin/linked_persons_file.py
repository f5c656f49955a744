"""Validate and store the ``[[same]]`` tables of a team file: links between accounts of a person."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from bot.admin.team_file import DeclaredTeam, SamePerson
from bot.conversation import Person
from bot.domain.teams import linked_persons
from bot.domain.teams.team_reference import bare_workspace
from bot.errors import Fault, FaultyInputError
from bot.store.repositories import Repositories


class _FileLinks(NamedTuple):
    """The links of a file and the stored rows that they may conflict with or replace.

    The dicts map a linked account to its main account. ``workspaces`` are the keys of the file's
    teams; ``other_workspaces`` have stored teams and none in the file. ``read_workspaces`` limits
    the query to the file's workspaces and those of linked accounts without a team, so that no other
    clinic's rows are read.
    """

    declared: dict[Person, Person]
    stored: dict[Person, Person]
    workspaces: frozenset[str]
    other_workspaces: frozenset[str]
    read_workspaces: frozenset[str]


def find_link_conflicts(
    repos: Repositories,
    teams: Collection[DeclaredTeam],
    same_persons: Collection[SamePerson],
    path: Path,
) -> tuple[Fault, ...]:
    """Return the fault of the links that conflict with stored rows; ``()`` without a conflict.

    A link may not contain an account of ``other_workspaces``, nor change or extend a link that
    another file declared.
    """
    links = _load_links(repos, teams, same_persons)
    outside = linked_persons.find_links_elsewhere(links.declared, links.other_workspaces)
    if outside:
        facts = {"field": bare_workspace(outside[0].workspace)}
        return (Fault(str(path), "operator.team.same_elsewhere", facts),)
    scope = (links.stored, links.declared, links.workspaces, links.other_workspaces)
    conflicting = linked_persons.find_foreign_links(*scope) or linked_persons.find_joined_links(
        *scope
    )
    return (Fault(str(path), "operator.team.same_taken"),) if conflicting else ()


def replace_links(
    repos: Repositories,
    teams: Collection[DeclaredTeam],
    same_persons: Collection[SamePerson],
    path: Path,
) -> None:
    """Replace the rows of links of the file's workspaces; those of other files stay. Idempotent.

    Runs in the caller's write transaction. Raises :class:`bot.errors.FaultyInputError`, which rolls
    it back, for a conflict that was committed since the file was validated.
    """
    if faults := find_link_conflicts(repos, teams, same_persons, path):
        raise FaultyInputError(faults)
    links = _load_links(repos, teams, same_persons)
    merged = linked_persons.merge_links(
        links.stored, links.declared, links.workspaces, links.other_workspaces
    )
    groups = ((main, account) for account, main in merged.items())
    repos.linked_accounts.set_links(groups, links.read_workspaces)


def _load_links(
    repos: Repositories, teams: Iterable[DeclaredTeam], same_persons: Iterable[SamePerson]
) -> _FileLinks:
    groups = [[Person(*pair) for pair in person.split_accounts()] for person in same_persons]
    declared = {account: main for main, *accounts in groups for account in accounts}
    workspaces = frozenset(team.workspace_key for team in teams)
    with_teams = frozenset(team.workspace for team in repos.teams.list_teams())
    workspaces_of_links = frozenset(person.workspace for group in groups for person in group)
    read_workspaces = workspaces | (workspaces_of_links - with_teams)
    stored = repos.linked_accounts.list_links(read_workspaces)
    return _FileLinks(declared, stored, workspaces, with_teams - workspaces, read_workspaces)
