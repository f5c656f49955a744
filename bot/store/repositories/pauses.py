"""Compute the end of a pause by the yearly exposure limit, of a person or a team; read-only."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from bot.conversation import Person
from bot.domain.counts import exposure
from bot.domain.counts.membership import PeriodFacts
from bot.domain.people import Team
from bot.store.period import Period
from bot.store.record_cache import RecordCache
from bot.store.repositories.exposures import Exposures
from bot.store.repositories.periods import Periods


class Pauses:
    """Computes pauses from the frozen lists, with SELECT statements alone."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._periods = Periods(connection, records)
        self._exposures = Exposures(connection)

    def find_team_pause(self, team: Team, now: datetime) -> date | None:
        """Return the day on which a period of *team* can be opened; ``None`` without a pause."""
        return self._periods.find_resume_day(team, now)

    def find_pause(
        self,
        account: Person,
        team: Team,
        periods: Mapping[Period, PeriodFacts],
        counted_from: date | None,
        now: datetime,
    ) -> date | None:
        """Return the day from which *account* counts, if the exposure limit excludes them now.

        *periods* is the dict of the periods that their form rewrites; *counted_from* is the day
        from which the rosters alone would count them. ``None`` for a person who is on no frozen
        list for another reason.
        """
        if team_day := self.find_team_pause(team, now):
            return team_day
        unlisted = [
            period
            for period, facts in periods.items()
            if facts.is_fed and not facts.is_listed and not facts.is_supervised
        ]
        day = max((self._find_allowed_day(account, period) for period in unlisted), default=None)
        if day is None or (counted_from and day > counted_from):
            return day
        is_exceeding = any(self._exposures.list_exceeding(period, [account]) for period in unlisted)
        return (counted_from or day) if is_exceeding else None

    def _find_allowed_day(self, account: Person, period: Period) -> date:
        """Return the first day from the close of *period* on which a list may contain *account*."""
        tables = self._exposures.load_memberships([account], period)[account]
        return exposure.find_next_allowed_day(tables, period.ledger, period.terms, period.closes)
