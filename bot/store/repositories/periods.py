"""Repository of the tables ``period`` and ``feed``: open periods, and the teams that feed them."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, select, tuple_

from bot.conversation import Person
from bot.domain import calendar
from bot.domain.counts import release_rule, slots
from bot.domain.counts.pseudonyms import derive_contributor_token
from bot.domain.counts.release_rule import BREAKDOWN, MIN_PRACTICE_SIZE, TOTAL
from bot.domain.counts.slots import LedgerRecord, RecordShape
from bot.domain.people import Team
from bot.logs import log_error
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.period import Period, parse_period_row
from bot.store.record_cache import RecordCache, log_missing_keys
from bot.store.repositories.column_codecs import (
    practice_unit_key,
    team_unit_key,
    to_unix_seconds,
)
from bot.store.repositories.list_additions import ListAdditions
from bot.store.repositories.period_members import PeriodMembers
from bot.store.repositories.period_plans import PeriodPlans
from bot.store.repositories.teams import Teams
from bot.store.schema import feeds, ledger_records, periods, teams
from bot.store.upsert import insert_missing_rows

logger = logging.getLogger("attune.ledger")


class Periods:
    """Repository of open periods, by the primary key ledger, unit and closing day."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its records."""
        self._connection = connection
        self._records = records.ledger_records
        self._teams = Teams(connection, records)
        self._members = PeriodMembers(connection)
        self._additions = ListAdditions(connection, records)
        self._plans = PeriodPlans(connection)

    def find_open_periods(self, team_id: str, now: datetime) -> tuple[Period, ...]:
        """Return the open periods that a team feeds, one per ledger, the total's first.

        The same query fetches their encrypted records into the record cache.
        """
        parameters = {"team_id": team_id, "now": to_unix_seconds(now)}
        first_by_ledger: dict[str, Period] = {}
        for row in self._connection.execute(_SELECT_OPEN_PERIODS, parameters):
            period = parse_period_row(row)
            if first_by_ledger.setdefault(period.ledger, period) is period:
                self._records.add_body(period, row.body)
        return tuple(first_by_ledger.values())

    def ensure_open_period(
        self, team: Team, ledger: str, now: datetime, *, is_failure_logged: bool = True
    ) -> bool:
        """Ensure that *team* feeds a period open at *now*; ``True`` if a feed row was inserted.

        Idempotent; concurrent inserts of the same feed are resolved by its primary key. A missing
        period is inserted with its record: size, span, cap, question and number of slots are fixed
        until it closes. ``False`` for a team that is too small or paused, and without a usable key,
        which is logged unless *is_failure_logged* is false.
        """
        if self._list_fed_units(ledger, [team.id], now):
            return False
        unit_teams = self._select_unit_teams(team, ledger, now)
        if not unit_teams:
            return False
        unit = _unit_key(team, unit_teams)
        open_periods = self._fetch_periods(
            periods.c.unit == unit, periods.c.ledger == ledger, _is_open(now)
        )
        period = (
            open_periods[0]
            if open_periods
            else self._open_period(unit, unit_teams, ledger, now, is_failure_logged)
        )
        if period is None:
            return False
        feed = {"ledger": ledger, "team": team.id, "closes": period.closes, "unit": unit}
        is_new = insert_missing_rows(self._connection, feeds, [feed]) == 1
        if is_new and open_periods:  # a new period was inserted with the whole list
            self._additions.add_people(team.id, period, now)
        return is_new

    def list_open_in_workspaces(self, workspaces: Iterable[str], now: datetime) -> list[Period]:
        """Return the open periods that have a feed of a team in one of *workspaces*."""
        fed_keys = (
            select(feeds.c.ledger, feeds.c.unit, feeds.c.closes)
            .join(teams, teams.c.id == feeds.c.team)
            .where(teams.c.workspace.in_(workspaces))
        )
        period_key = tuple_(periods.c.ledger, periods.c.unit, periods.c.closes)
        return self._fetch_periods(period_key.in_(fed_keys), _is_open(now))

    def list_periods(self) -> list[Period]:
        """Return all rows of ``period``, ended or not; closing deletes a row."""
        return self._fetch_periods()

    def next_close_seconds(self, after_seconds: int) -> int | None:
        """Return the minimum of ``closes_at`` above *after_seconds*, or ``None``."""
        query = select(func.min(periods.c.closes_at)).where(periods.c.closes_at > after_seconds)
        closes_at: int | None = self._connection.scalar(query)
        return closes_at

    def next_close_of_team(self, team_id: str) -> date | None:
        """Return the earliest closing day over the team's ledgers, of its newest feed in each."""
        last_close = select(func.max(feeds.c.closes)).where(feeds.c.team == team_id)
        closing_days = self._connection.scalars(last_close.group_by(feeds.c.ledger))
        return min(closing_days, default=None)

    def find_resume_day(self, team: Team, now: datetime) -> date | None:
        """Return the day on which a period of the team can be opened; ``None`` without a pause.

        Only the yearly exposure limit pauses a team. A debrief counts in both ledgers or in none,
        so the later day of the two ledgers is returned.
        """
        fed_ledgers = {period.ledger for period in self.find_open_periods(team.id, now)}
        units = {
            ledger: self._select_unit_teams(team, ledger, now)
            for ledger in (TOTAL, BREAKDOWN)
            if ledger not in fed_ledgers
        }
        plans = (
            self._plans.plan_period(_unit_key(team, unit_teams), unit_teams, ledger, now)
            for ledger, unit_teams in units.items()
            if unit_teams
        )
        return max((plan.resumes_on for plan in plans if plan.resumes_on), default=None)

    def _select_unit_teams(self, team: Team, ledger: str, now: datetime) -> tuple[Team, ...]:
        """Return the teams counted in one unit with *team*, itself included; ``()`` if too small.

        ``()`` also for a removed team, which is not listed in its practice. A sibling that feeds an
        open period of another unit is excluded until that one closes: no person is counted in two
        units, and no unit is smaller than its published size.
        """
        pool_name, siblings = _pool_unit_key(team), self._teams.list_practice_teams(team)
        fed_units = self._list_fed_units(ledger, [sibling.id for sibling in siblings], now)
        eligible_teams = {
            sibling.id: sibling
            for sibling in siblings
            if fed_units.get(sibling.id, pool_name) == pool_name
        }
        opens = calendar.monday_of(calendar.local_day(now, ZoneInfo(team.zone)))
        sizes = {
            team_id: self._members.count_declared(team_id, ledger, opens, pool_name)
            for team_id in eligible_teams
        }
        if team.id not in eligible_teams:
            return ()
        if ledger == BREAKDOWN and team.practice and sum(sizes.values()) >= MIN_PRACTICE_SIZE:
            return tuple(eligible_teams.values())
        pooled_ids = release_rule.pool_teams(sizes).get(team.id, ())
        return tuple(eligible_teams[team_id] for team_id in pooled_ids)

    def _open_period(
        self,
        unit: str,
        unit_teams: tuple[Team, ...],
        ledger: str,
        now: datetime,
        is_failure_logged: bool,  # noqa: FBT001 - passed on by the one caller
    ) -> Period | None:
        """Insert a period with its record and frozen list; ``None`` without a key, or in a pause.

        The key is durable in the key store before the first row is inserted. A missing key is
        created only if no other period of the workspace with this end exists: the key of such a
        period was lost, and may be restored. A failure of the key store is logged, not raised.
        """
        plan = self._plans.plan_period(unit, unit_teams, ledger, now)
        period = plan.period
        if plan.resumes_on:
            return None
        try:
            if self._is_key_lost(period):
                if is_failure_logged:
                    log_missing_keys(1)
                return None
            self._records.insert_record(period, partial(_build_record, period, plan.members))
        except KeyStoreUnavailableError as error:
            self._records.mark_unavailable(error)
            if is_failure_logged:
                log_error(logger, "ledger.key_store_unavailable", error)
            return None
        insert_missing_rows(self._connection, periods, [_build_period_row(period)])
        self._members.insert_members(period, plan.members)
        self._plans.save_class(plan)
        return period

    def _is_key_lost(self, period: Period) -> bool:
        """Whether the key of *period* is missing, and a row exists that was encrypted with it."""
        if self._records.has_key(period):
            return False
        shares_key = (periods.c.workspace == period.workspace) & (
            periods.c.closes_at == period.closes_at
        )
        return bool(self._connection.scalar(select(exists().where(shares_key))))

    def _list_fed_units(self, ledger: str, team_ids: list[str], now: datetime) -> dict[str, str]:
        """Return a dict of the unit of each team's feed in *ledger* that is open at *now*."""
        parameters = {"ledger": ledger, "teams": team_ids, "now": to_unix_seconds(now)}
        rows = self._connection.execute(_SELECT_FED_UNITS, parameters)
        return {row.team: row.unit for row in rows}

    def _fetch_periods(self, *where: ColumnElement[bool]) -> list[Period]:
        query = select(periods).where(*where).order_by(periods.c.closes, periods.c.unit)
        return [parse_period_row(row) for row in self._connection.execute(query)]


_FEEDS_PERIOD = (
    (feeds.c.ledger == periods.c.ledger)
    & (feeds.c.unit == periods.c.unit)
    & (feeds.c.closes == periods.c.closes)
)

_SELECT_FED_UNITS = select(feeds.c.team, feeds.c.unit).where(
    feeds.c.ledger == bindparam("ledger"),
    feeds.c.team.in_(bindparam("teams", expanding=True)),
    _FEEDS_PERIOD,
    periods.c.closes_at > bindparam("now"),
)

_RECORD_OF_PERIOD = (
    (ledger_records.c.ledger == periods.c.ledger)
    & (ledger_records.c.unit == periods.c.unit)
    & (ledger_records.c.closes == periods.c.closes)
)

_SELECT_OPEN_PERIODS = (
    select(periods, ledger_records.c.body)
    .join(feeds, _FEEDS_PERIOD)
    .outerjoin(ledger_records, _RECORD_OF_PERIOD)
    .where(
        feeds.c.ledger.in_((TOTAL, BREAKDOWN)),
        feeds.c.team == bindparam("team_id"),
        periods.c.closes_at > bindparam("now"),
    )
    .order_by(periods.c.ledger.desc(), periods.c.closes)
)


def _build_record(period: Period, listed: Sequence[Person], token_key: bytes) -> LedgerRecord:
    """Build the record of a new period with a token, and thus a slot, for each *listed* person.

    A linked account has no token of its own: it uses that of its main account, if that is listed.
    """
    shape = RecordShape(slots.count_slots(len(listed)), period.terms.cap, period.codes)
    tokens = [derive_contributor_token(token_key, person) for person in listed]
    return slots.add_tokens(LedgerRecord(shape), tokens)


def _build_period_row(period: Period) -> dict[str, object]:
    return {
        **period.row_key,
        "workspace": period.workspace,
        "opens": period.opens,
        "closes_at": period.closes_at,
        "size": period.size,
        "weeks": period.terms.weeks,
        "cap": period.terms.cap,
        "epsilon": str(period.terms.epsilon),
        "question": period.question,
        "additions_until": period.additions_until,
    }


def _is_open(now: datetime) -> ColumnElement[bool]:
    return periods.c.closes_at > to_unix_seconds(now)


def _unit_key(team: Team, unit_teams: tuple[Team, ...]) -> str:
    """Return the key in the column ``unit``: that of one team, or of the practice's pool."""
    return team_unit_key(team.id) if unit_teams == (team,) else _pool_unit_key(team)


def _pool_unit_key(team: Team) -> str:
    return practice_unit_key(team.workspace, team.practice)
