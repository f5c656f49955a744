"""Load what the rights of a person depend on, without reading what their request contains."""

from bot.conversation import Person
from bot.domain.people import PersonAccess
from bot.store.repositories import Repositories
from bot.workflows.personal_data import load_readable_teams, load_roles_by_team


def load_access(repos: Repositories, person: Person, channel: str) -> PersonAccess:
    """Load the access of *person*, who acts in *channel* (``""`` outside any conversation)."""
    home_team = repos.teams.get_home_team(person)
    return PersonAccess(
        has_home_team=home_team is not None,
        is_channel_of_team=bool(channel)
        and repos.teams.get_by_channel(person.workspace, channel) is not None,
        reads_tables=bool(load_readable_teams(repos, person, home_team)),
        has_role=bool(load_roles_by_team(repos, person)),
    )
