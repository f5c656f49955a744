"""Insert the periods that a changed set-up makes possible, in its transaction."""

from datetime import datetime

from bot.domain.people import Team
from bot.store.repositories import Repositories


def open_practice_periods(repos: Repositories, before: Team, after: Team, now: datetime) -> None:
    """Insert the missing periods of the practices of a team *before* and *after* its change.

    Also inserts people into the frozen lists of periods in their first week. Idempotent. A practice
    is counted as one unit, so that a change of one team can make another countable. Teams of other
    practices are left to the periodic job, so that the form's transaction stays short.
    """
    practices = (repos.teams.list_practice_teams(team) for team in (before, after))
    team_ids = {team.id for practice_teams in practices for team in practice_teams}
    repos.ledger.open_missing_periods(now, team_ids)
    repos.ledger.add_listed_people(now, team_ids)
