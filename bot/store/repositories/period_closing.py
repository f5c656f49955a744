"""Close ended periods: insert the release, delete record, terms and feeds, in a savepoint each."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, true

from bot.domain.counts import membership, pseudonyms, release_rule, slots
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import TOTAL, ReleasedTable
from bot.domain.counts.slots import LedgerRecord
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from bot.store.isolation import IsolatedSteps, StepResults
from bot.store.key_condition import bind_row_keys, build_key_condition
from bot.store.period import Period, parse_period_row
from bot.store.record_cache import RecordCache, log_missing_keys
from bot.store.repositories.column_codecs import parse_team_unit_key, to_unix_seconds
from bot.store.repositories.exposures import Exposures
from bot.store.repositories.period_members import PeriodMembers
from bot.store.schema import feeds, periods, releases
from bot.store.sealed_records import OpenRecord
from bot.store.upsert import insert_missing_rows

logger = logging.getLogger("attune.ledger")

LOST_KEY_WAIT = timedelta(days=7)
"""Time after its end after which a missing key is given up; it may return with a lost mount."""


_MAX_FETCHED_AT_ONCE = 200
"""Periods per SELECT statement, which bounds its parameters."""

_IS_ANY_PERIOD = build_key_condition((periods.c.ledger, periods.c.unit, periods.c.closes))

_DELETE_FEEDS, _DELETE_PERIOD = (
    delete(table).where(
        *(table.c[name] == bindparam(name) for name in ("ledger", "unit", "closes"))
    )
    for table in (feeds, periods)
)

_DELETE_TEAM_FEEDS = _DELETE_FEEDS.where(feeds.c.team == bindparam("team"))
"""For a team's own unit, which only that team feeds: the row is found by its primary key."""


@dataclass(frozen=True)
class EndedPeriods:
    """The ended periods, sorted by closing day and unit, and the errors of unparsable rows."""

    periods: tuple[Period, ...]
    unreadable: StepResults


@dataclass(frozen=True)
class ClosingResults:
    """Results of closing periods in one or several transactions.

    ``steps`` counts the closed periods and the failures, ``waiting_count`` those that remain
    because their key is missing. ``is_key_store_unavailable`` is true if that is the reason.
    """

    steps: StepResults = field(default_factory=StepResults)
    waiting_count: int = 0
    is_key_store_unavailable: bool = False

    def __add__(self, other: "ClosingResults") -> "ClosingResults":
        """Return the sum of the counts, and the flag of either."""
        return ClosingResults(
            self.steps + other.steps,
            self.waiting_count + other.waiting_count,
            self.is_key_store_unavailable or other.is_key_store_unavailable,
        )

    def log_problems(self, unreadable: StepResults) -> None:
        """Log the failures, those of *unreadable* rows included, and the count of missing keys."""
        (unreadable + self.steps).log_failures(logger, "ledger.close_failed")
        if self.is_key_store_unavailable:
            action = "ledger.key_store_unavailable"
            logger.error(action, extra={"action": action})
        elif self.waiting_count:
            log_missing_keys(self.waiting_count)


class PeriodClosing:
    """Closes ended periods, each in a savepoint: a failure rolls back only its own changes."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)

    def list_ended(self, now: datetime) -> EndedPeriods:
        """Return the rows with ``closes_at`` up to *now*; also usable in a read transaction."""
        steps = IsolatedSteps(self._connection, self._records)
        is_ended = periods.c.closes_at <= to_unix_seconds(now)
        readable = self._fetch_readable(is_ended, {}, steps.add_failure)
        return EndedPeriods(tuple(readable), steps.collect_results(0))

    def close_periods(self, ended_periods: Sequence[Period], now: datetime) -> ClosingResults:
        """Insert the releases of *ended_periods*, and delete their records, terms and feeds.

        Idempotent, also across processes: the rows are read again by primary key, so a period that
        another transaction has closed is skipped, and an existing release is never updated. A
        period whose key is missing remains for :data:`LOST_KEY_WAIT`; then a release without a
        table is inserted, with the lost key as its reason. While the key store is unavailable the
        period remains. A period with fewer than five working accounts on its frozen list, or whose
        table would exceed a member's yearly exposure limit, gets a release without a table.
        """
        steps = IsolatedSteps(self._connection, self._records)
        open_periods = [
            period
            for start in range(0, len(ended_periods), _MAX_FETCHED_AT_ONCE)
            for period in self._fetch_readable(
                _IS_ANY_PERIOD,
                _bind_keys(ended_periods[start : start + _MAX_FETCHED_AT_ONCE]),
                steps.add_failure,
            )
        ]
        results = [
            steps.run(partial(self._close_period, period, now), None) for period in open_periods
        ]
        return ClosingResults(
            steps.collect_results(results.count(True)),
            results.count(False),
            self._records.is_key_store_unavailable,
        )

    def count_unreadable_periods(self) -> int:
        """Count the periods whose row cannot be parsed, or whose record cannot be decrypted."""
        steps = IsolatedSteps(self._connection, self._records)
        errors: list[Exception] = []
        openable = [
            steps.run(partial(self._has_record, period), default=False)
            for period in self._fetch_readable(true(), {}, errors.append)
        ]
        return openable.count(False) + len(errors)

    def _close_period(self, period: Period, now: datetime) -> bool | None:
        """Insert the release and delete the period; ``False`` if it remains without its key."""
        open_record = self._records.load_records([period]).get(period)
        if open_record is None and not self._has_wait_expired(period, now):
            return False
        self._publish_table(period, self._select_table(period, open_record))
        self.destroy_period(period)
        return True

    def _select_table(
        self, period: Period, open_record: OpenRecord[LedgerRecord] | None
    ) -> ReleasedTable:
        """Return the table to publish, or an object with the reason why there is none."""
        if open_record is None:
            return release_rule.release_lost_table(period.ledger)
        unreachable_reasons = self._members.load_unreachable_reasons(period)
        if not membership.has_enough_people(unreachable_reasons.values()):
            return WithheldTable(period.ledger, WithholdingReason.TOO_FEW)
        if not self._exposures.is_publishable(period, unreachable_reasons):
            return WithheldTable(period.ledger, WithholdingReason.EXPOSURE)
        return _release_table(period, open_record)

    def _has_record(self, period: Period) -> bool:
        return bool(self._records.load_records([period]))

    def _has_wait_expired(self, period: Period, now: datetime) -> bool:
        """Whether the wait for the key of *period* is over, and the key store has no key."""
        is_over = period.closes_at + LOST_KEY_WAIT.total_seconds() <= now.timestamp()
        return is_over and self._records.is_lost(period)

    def _publish_table(self, period: Period, table: ReleasedTable) -> None:
        """Insert *table* as the release of *period*, unless a row with its key exists."""
        row = {
            **period.row_key,
            "opens": period.opens,
            "cap": period.terms.cap,
            "question": period.question,
            "body": table.json_body,
        }
        insert_missing_rows(self._connection, releases, [row])

    def destroy_period(self, period: Period) -> None:
        """Delete the rows of *period* in ``ledger_record``, ``feed`` and ``period``."""
        self._records.delete_record(period)
        team_id = parse_team_unit_key(period.unit)
        delete_feeds = _DELETE_TEAM_FEEDS if team_id else _DELETE_FEEDS
        for statement in (delete_feeds, _DELETE_PERIOD):
            self._connection.execute(statement, {**period.row_key, "team": team_id})

    def _fetch_readable(
        self,
        where: ColumnElement[bool],
        parameters: Mapping[str, object],
        on_error: Callable[[Exception], None],
    ) -> list[Period]:
        """Parse the matching rows one by one; *on_error* gets the exception of an invalid one."""
        query = select(periods).where(where).order_by(periods.c.closes, periods.c.unit)
        rows = self._connection.execute(query, parameters)
        readable: list[Period] = []
        while True:
            try:
                row = rows.fetchone()
                if row is None:
                    return readable
                readable.append(parse_period_row(row))
            except (ValueError, TypeError, ArithmeticError) as error:
                on_error(error)


def _bind_keys(some_periods: Sequence[Period]) -> Mapping[str, object]:
    return bind_row_keys([tuple(period.row_key.values()) for period in some_periods])


def _release_table(period: Period, open_record: OpenRecord[LedgerRecord]) -> ReleasedTable:
    """Compute the table of *period*; the noise is derived from its key and contents."""
    token_codes = slots.token_codes(open_record.record)
    noise_key = pseudonyms.derive_noise_key(open_record.noise_key, token_codes)
    generator = NoiseGenerator(noise_key)
    if period.ledger == TOTAL:
        return release_rule.release_total(token_codes, period.terms, generator)
    return release_rule.release_breakdown(token_codes, period.question, period.terms, generator)
