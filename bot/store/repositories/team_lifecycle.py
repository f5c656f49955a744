"""Moves of a team to another channel, and its removal."""

from datetime import date

from sqlalchemy import Connection, bindparam, delete, exists, func, literal, select, update

from bot.domain.people import Team
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import team_unit_key
from bot.store.repositories.declared_lists import DeclaredLists
from bot.store.repositories.deliveries import Deliveries
from bot.store.schema import feeds, releases, roles, rosters, team_records, teams

_HAS_TABLE = exists().where(releases.c.unit == literal(team_unit_key("")) + teams.c.id)
_SELECT_REMOVED = select(teams.c.id).where(teams.c.removed < bindparam("cutoff"), ~_HAS_TABLE)


class TeamLifecycle:
    """Repository of changes to a team that keep its id, its open periods and its tables."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._lists = DeclaredLists(connection, records)
        self._deliveries = Deliveries(connection, records)

    def find_last_close(self, team_id: str) -> date | None:
        """Return the last closing day of the open periods that a team feeds, if any."""
        query = select(func.max(feeds.c.closes)).where(feeds.c.team == team_id)
        closes: date | None = self._connection.scalar(query)
        return closes

    def move_channel(self, team: Team, channel: str) -> None:
        """Change the channel of *team*; its lists, periods and tables stay as they are.

        What was planned for the old channel is withdrawn; the new one counts as reachable.
        """
        self._deliveries.withdraw_for_channel(team.workspace, team.channel)
        change = update(teams).where(teams.c.id == team.id)
        self._connection.execute(change.values(channel=channel, unreachable=""))

    def remove(self, team: Team, day: date) -> None:
        """Remove *team* on *day*: nobody is on its list, and its channel is free.

        Its row and roles stay: people count in its open periods until these close, and its
        supervisors read the tables.
        """
        self._lists.dissolve(team.id)
        self.move_channel(team, f"-{team.id}")
        self._connection.execute(update(teams).where(teams.c.id == team.id).values(removed=day))

    def delete_removed_before(self, cutoff: date) -> int:
        """Delete the teams that were removed before *cutoff*, with their roles; return how many.

        A team stays while a table of its own is stored: its last period closed after its removal.
        """
        team_ids = list(self._connection.scalars(_SELECT_REMOVED, {"cutoff": cutoff}))
        if not team_ids:
            return 0
        for table in (roles, rosters, team_records):
            self._connection.execute(delete(table).where(table.c.team.in_(team_ids)))
        self._connection.execute(delete(teams).where(teams.c.id.in_(team_ids)))
        return len(team_ids)
