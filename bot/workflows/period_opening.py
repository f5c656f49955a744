"""Open the periods that a changed set-up may have made possible, and no other team's."""

from datetime import datetime

from bot.domain.people import Team
from bot.store.repositories import Repositories


def open_practice_periods(repos: Repositories, before: Team, after: Team, now: datetime) -> None:
    """Open the missing periods of the practices of a team *before* and *after* it was changed.

    People who were added to their lists in the first week of a period are added to it as well. The
    teams of a practice are counted together, so that a change of one may let another be counted.
    The others are the scheduled duty's: a form waits for no team but those of its practice.
    """
    practices = (repos.teams.list_practice_teams(team) for team in (before, after))
    team_ids = {team.id for practice_teams in practices for team in practice_teams}
    repos.ledger.open_missing_periods(now, team_ids)
    repos.ledger.add_listed_people(now, team_ids)
