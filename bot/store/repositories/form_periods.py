"""The periods whose records a form writes, with what decides in which of them its sender counts."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.conversation import Person
from bot.domain.counts.membership import PeriodFacts
from bot.domain.counts.release_rule import BREAKDOWN, TOTAL
from bot.domain.people import Team
from bot.store.period import Period, parse_period_row
from bot.store.record_cache import RecordCache
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.repositories.form_period_query import SELECT_FORM_PERIODS
from bot.store.repositories.periods import Periods
from bot.store.repositories.teams import Teams
from bot.store.schema import feeds


class FormPeriods:
    """Repository of the open periods that one form writes."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._periods = Periods(connection, records)
        self._teams = Teams(connection, records)

    def get_or_open_form_periods(
        self, team: Team, account: Person, now: datetime
    ) -> dict[Period, PeriodFacts]:
        """Return the periods whose records a form of *account*, in *team*, writes.

        Missing ones of the team are opened. A team that is too small and has no siblings to be
        pooled with has none. Every form comes here, so that a period that cannot be opened is not
        logged: a line would tell the form's time.
        """
        form_periods = self.find_form_periods(team.id, account, now)
        fed_ledgers = {facts.ledger for facts in form_periods.values() if facts.is_fed}
        if len(fed_ledgers) < len((TOTAL, BREAKDOWN)):
            feed_results = [
                self._periods.ensure_open_period(team, ledger, now, is_failure_logged=False)
                for ledger in (TOTAL, BREAKDOWN)
            ]
            if any(feed_results):
                form_periods = self.find_form_periods(team.id, account, now)
        return form_periods

    def find_form_periods(
        self, team_id: str, account: Person, now: datetime
    ) -> dict[Period, PeriodFacts]:
        """Return the open periods that a form of *account* writes, and open their records.

        Those that the team feeds, and those on whose frozen list somebody is whose team it is
        now, so that the form of a person who has moved writes what every form of their present
        team writes. Without a team, *team_id* is ``""``.
        """
        parameters = {
            "team": team_id,
            "workspace": account.workspace,
            "person": account.id,
            "now": to_unix_seconds(now),
        }
        form_periods: dict[Period, PeriodFacts] = {}
        for row in self._connection.execute(SELECT_FORM_PERIODS, parameters):
            period = parse_period_row(row)
            self._records.add_body(period, row.body)
            form_periods[period] = PeriodFacts(
                period.ledger,
                period.closes,
                period.terms.weeks,
                is_listed=bool(row.is_listed),
                is_fed=bool(row.is_fed),
                is_supervised=bool(row.is_supervised),
                undone_since=row.undone_since,
            )
        return form_periods

    def find_first_feeding_team(self, period: Period) -> Team | None:
        """Return the first of the teams that feed *period*."""
        in_period = [feeds.c[name] == value for name, value in period.row_key.items()]
        team_id = self._connection.scalar(select(func.min(feeds.c.team)).where(*in_period))
        return self._teams.get(team_id) if team_id else None
