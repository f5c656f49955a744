"""Repository of the periods whose records a form rewrites, and in which of them it counts."""

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
    """Repository of open periods with the facts of one account, for one form."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._periods = Periods(connection, records)
        self._teams = Teams(connection, records)

    def get_or_open_form_periods(
        self, team: Team, account: Person, now: datetime
    ) -> dict[Period, PeriodFacts]:
        """Return the periods whose records a form of *account*, in *team*, rewrites.

        Missing periods of the team are inserted, which needs a write transaction; a team that is
        too small and has no pool has none. Every form calls this, so a period that cannot be opened
        is not logged: the log record would reveal the time of the form.
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
        """Return the open periods that a form of *account* rewrites, as a dict with their facts.

        These are the periods that the team feeds, and those with *account* or one of the team's
        roster on the frozen list: the form of a person who has moved thus rewrites the same records
        as every form of the team. Their encrypted bodies are added to the record cache. *team_id*
        is ``""`` for none.
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
        """Return the team with the lowest id that feeds *period*; ``None`` without a feed."""
        in_period = [feeds.c[name] == value for name, value in period.row_key.items()]
        team_id = self._connection.scalar(select(func.min(feeds.c.team)).where(*in_period))
        return self._teams.get(team_id) if team_id else None
