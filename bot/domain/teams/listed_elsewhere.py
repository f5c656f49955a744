"""Name the people of a submitted list who are on another team's list to those who may read it."""

from collections.abc import Mapping

from bot.content.catalogue import LanguagePack
from bot.conversation import InvalidAnswers
from bot.domain.people import Role, Team
from bot.domain.teams.oversight import may_oversee, select_overseen_teams

MAX_NAMED = 20
"""People who are named at once: a text of Slack is at most 3000 characters long."""


def select_named(
    teams_by_person: Mapping[str, Team],
    workspace: str,
    roles: Mapping[str, frozenset[Role]],
    *,
    is_admin: bool,
) -> dict[str, Team]:
    """Return the people, each with their team, whom a person of *roles* may read by name.

    An admin may read all of them; where the product reports no admin, a director may read those of
    the teams that they direct. Another person reads none: a list is read by its own team's
    supervisors only.
    """
    if not may_oversee(workspace, roles, is_admin=is_admin):
        return {}
    overseen_teams = select_overseen_teams(tuple(teams_by_person.values()), workspace, roles)
    return {person: team for person, team in teams_by_person.items() if team in overseen_teams}


def add_names(
    invalid: InvalidAnswers, named: Mapping[str, Team], words: LanguagePack
) -> InvalidAnswers:
    """Return *invalid* with up to :data:`MAX_NAMED` people and their teams on top of the form."""
    if not named:
        return invalid
    sentences = [
        words.translate(
            "supervision.fault.elsewhere_named",
            person=words.mention_people((person_id,)),
            team=team.name,
        )
        for person_id, team in tuple(named.items())[:MAX_NAMED]
    ]
    return InvalidAnswers({"": "\n".join(sentences), **invalid.errors})
