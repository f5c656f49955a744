"""Load the chat address and the language of the supervisor who is asked for ten minutes."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.catalogue import Catalogue
from bot.conversation import Address, Person
from bot.store.repositories import Repositories


@dataclass(frozen=True)
class Recipient:
    """A supervisor's address with its chat route, and the language of the messages to them.

    ``accepts_messages`` is False while the workspace is suspended or rests after a rate limit.
    """

    address: Address
    language: str
    accepts_messages: bool


def load_recipient(
    repos: Repositories, person: Person, supervisor_id: str, catalogue: Catalogue, now: datetime
) -> Recipient:
    """Load the supervisor of *person* as a recipient; only reads.

    The language is the supervisor's own, else their locale's, else that of the team of *person*.
    """
    supervisor = Person(person.workspace, supervisor_id)
    clinician, team = repos.people.get(supervisor), repos.teams.get_home_team(person)
    team_language = team.language if team else ""
    address = Address(supervisor.workspace, supervisor.id)
    return Recipient(
        replace(address, route=repos.chat_routes.get_route(address)),
        catalogue.choose_language(clinician.language, clinician.locale, team_language),
        repos.workspaces.accepts_messages(person.workspace, now),
    )
