"""Update a team's channel, and mark a team as removed."""

from datetime import date

from sqlalchemy import Connection, func, select, update

from bot.domain.people import Team
from bot.store import removed_teams
from bot.store.record_cache import RecordCache
from bot.store.repositories.declared_lists import DeclaredLists
from bot.store.repositories.deliveries import Deliveries
from bot.store.schema import feeds, teams


class TeamLifecycle:
    """Repository of changes to a team's row that leave its id, open periods and releases as is."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._lists = DeclaredLists(connection, records)
        self._deliveries = Deliveries(connection, records)

    def find_last_close(self, team_id: str) -> date | None:
        """Return the maximum closing day of the team's feeds; ``None`` without a feed."""
        query = select(func.max(feeds.c.closes)).where(feeds.c.team == team_id)
        closes: date | None = self._connection.scalar(query)
        return closes

    def move_channel(self, team: Team, channel: str) -> None:
        """Update the channel of *team* and clear ``unreachable``.

        Planned deliveries to the old channel are withdrawn.
        """
        self._deliveries.withdraw_for_channel(team.workspace, team.channel)
        change = update(teams).where(teams.c.id == team.id)
        self._connection.execute(change.values(channel=channel, unreachable=""))

    def remove(self, team: Team, day: date) -> None:
        """Set ``removed`` of *team* to *day*, and delete its roster rows.

        Its channel becomes ``-`` and its id, so that the unique constraint allows another team in
        the old channel. Its row and roles remain: people count in its open periods until these
        close, and its supervisors read the releases.
        """
        self._lists.clear_list(team.id)
        self.move_channel(team, f"-{team.id}")
        self._connection.execute(update(teams).where(teams.c.id == team.id).values(removed=day))

    def list_workspaces_with_expired(self, cutoff: date) -> tuple[str, ...]:
        """Return the workspaces of teams that were removed before *cutoff*."""
        return removed_teams.list_workspaces(self._connection, cutoff)
