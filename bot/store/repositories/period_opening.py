"""Opening of periods: which teams feed none, and who is still to be added to a frozen list."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, bindparam, exists, or_, select

from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.store.isolation import IsolatedSteps, StepResults
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.repositories.list_additions import ListAdditions
from bot.store.repositories.periods import Periods
from bot.store.repositories.teams import Teams
from bot.store.schema import feeds, periods, teams


class PeriodOpening:
    """Opens missing periods, each in a savepoint: one that fails does not stop the others."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._teams = Teams(connection, records)
        self._periods = Periods(connection, records)
        self._additions = ListAdditions(connection, records)
        self._records = records.ledger_records

    def list_unfed_teams(
        self, now: datetime, team_ids: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Return the ids of the teams without an open period in some ledger, by the teams' names.

        Those that are too small to be counted are among them. With *team_ids*, of these alone.
        """
        query = _SELECT_UNFED
        if team_ids is not None:
            query = query.where(teams.c.id.in_(team_ids))
        return tuple(self._connection.scalars(query, {"now": to_unix_seconds(now)}))

    def open_missing(self, now: datetime, team_ids: Sequence[str] | None = None) -> StepResults:
        """Open the missing periods of all teams, or of *team_ids* in turn, and count the feeds."""
        steps = IsolatedSteps(self._connection, self._records)
        if team_ids is None:
            team_ids = self.list_unfed_teams(now)
        opened_count = sum(
            steps.run(partial(self._periods.ensure_open_period, team, ledger, now), default=False)
            for team in filter(None, map(self._teams.get, team_ids))
            if not team.is_removed
            for ledger in (TOTAL, BREAKDOWN)
        )
        return steps.collect_results(opened_count)

    def list_pending_teams(self, now: datetime) -> tuple[str, ...]:
        """Return the ids of the teams with people to be added to a list in its first week."""
        return tuple(dict.fromkeys(team_id for team_id, _ in self._additions.list_pending(now)))

    def add_listed_people(
        self, now: datetime, team_ids: Collection[str] | None = None
    ) -> StepResults:
        """Add the pending people of all teams, or of *team_ids*, and count the rows."""
        steps = IsolatedSteps(self._connection, self._records)
        added_count = sum(
            steps.run(partial(self._additions.add_people, team_id, period, now), 0)
            for team_id, period in self._additions.list_pending(now, team_ids)
        )
        return steps.collect_results(added_count)


def _has_feed(ledger: str) -> ColumnElement[bool]:
    """Whether a team's debriefs go into a period of *ledger* that is open ``now``."""
    return exists().where(
        feeds.c.ledger == ledger,
        feeds.c.team == teams.c.id,
        periods.c.ledger == ledger,
        periods.c.unit == feeds.c.unit,
        periods.c.closes == feeds.c.closes,
        periods.c.closes_at > bindparam("now"),
    )


_SELECT_UNFED = (
    select(teams.c.id)
    .where(
        teams.c.removed.is_(None),
        or_(*(~_has_feed(ledger) for ledger in (TOTAL, BREAKDOWN))),
    )
    .order_by(teams.c.name, teams.c.id)
)
