"""Load the roles and the account on which the authorization check depends.

Nothing that the request contains is read, so that a refusal discloses nothing about it.
"""

from dataclasses import replace

from bot.conversation import Person, Request
from bot.domain.people import Role
from bot.domain.permissions import AccessRole, PersonAccess
from bot.domain.reachability import has_working_account
from bot.store.repositories import Repositories
from bot.store.repositories.teams import Account
from bot.workflows.personal_data import load_teams_and_roles

_ACCESS_ROLE_BY_ROLE = {Role.SUPERVISOR: AccessRole.SUPERVISOR, Role.DIRECTOR: AccessRole.DIRECTOR}


def load_access(repos: Repositories, person: Person, channel: str) -> PersonAccess:
    """Load the roles of *person*, and whether *channel* is a team's; ``""`` is no conversation."""
    home_team = repos.teams.get_home_team(person)
    teams, roles = load_teams_and_roles(repos, person)
    access_roles = {
        _ACCESS_ROLE_BY_ROLE[role] for team in teams for role in roles.get(team.id, frozenset())
    }
    if home_team:
        access_roles.add(AccessRole.CLINICIAN)
    return PersonAccess(
        frozenset(access_roles),
        is_in_team_channel=bool(channel)
        and repos.teams.get_by_channel(person.workspace, channel) is not None,
        reads_opened_tables=home_team is not None and home_team.open_to_team,
    )


def load_requester(repos: Repositories, request: Request) -> Account:
    """Load the account of a request's person.

    Without a home team its ``team`` is that of the request's channel, ``None`` without one.
    """
    account = repos.teams.get_account(request.person)
    if account.team or not request.channel:
        return account
    channel_team = repos.teams.get_by_channel(request.person.workspace, request.channel)
    return replace(account, team=channel_team)


def is_listed(repos: Repositories, person: Person) -> bool:
    """Return whether *person* has a home team or a role.

    ``False`` for an account that is stored as deactivated or of another organisation.
    """
    if not has_working_account(repos.people.get(person).unreachable_reason):
        return False
    return repos.teams.get_home_team(person) is not None or bool(repos.teams.list_roles(person))
