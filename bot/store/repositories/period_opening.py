"""Insert missing periods, and additions to frozen lists, in savepoints of one transaction."""

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
    """Inserts periods and list rows, each in a savepoint: a failure rolls back only its own."""

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
        """Return the ids of the teams that lack a feed into an open period in some ledger.

        Sorted by team name; removed teams are excluded, too small ones are not. With *team_ids*,
        of these alone.
        """
        query = _SELECT_UNFED
        if team_ids is not None:
            query = query.where(teams.c.id.in_(team_ids))
        return tuple(self._connection.scalars(query, {"now": to_unix_seconds(now)}))

    def open_missing(self, now: datetime, team_ids: Sequence[str] | None = None) -> StepResults:
        """Insert the missing periods of all teams, or of *team_ids*; count the new feeds.

        Exceptions of a step are collected in the results; only a lost connection raises.
        """
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
        """Return the ids of teams with roster rows to add to a frozen list, each once."""
        return tuple(dict.fromkeys(team_id for team_id, _ in self._additions.list_pending(now)))

    def add_listed_people(
        self, now: datetime, team_ids: Collection[str] | None = None
    ) -> StepResults:
        """Insert the pending list rows of all teams, or of *team_ids*, and count them."""
        steps = IsolatedSteps(self._connection, self._records)
        added_count = sum(
            steps.run(partial(self._additions.add_people, team_id, period, now), 0)
            for team_id, period in self._additions.list_pending(now, team_ids)
        )
        return steps.collect_results(added_count)


def _has_feed(ledger: str) -> ColumnElement[bool]:
    """Return the EXISTS condition of a feed into a period of *ledger*; binds ``now``."""
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
