"""Closing of ended periods: publish each table, destroy its record, or say that its key is lost."""

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
"""Time after its end for which a period waits for its missing key, as after a lost mount."""


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
"""A team's own unit is fed by that team alone, whose rows are found by their primary key."""


@dataclass(frozen=True)
class EndedPeriods:
    """The ended periods, by closing day and unit, and the failures to read the others."""

    periods: tuple[Period, ...]
    unreadable: StepResults


@dataclass(frozen=True)
class ClosingResults:
    """Results of closing periods in one or several transactions.

    ``steps`` counts those that were closed, ``waiting_count`` those whose key is missing. With
    ``is_key_store_unavailable`` they wait for the key store itself.
    """

    steps: StepResults = field(default_factory=StepResults)
    waiting_count: int = 0
    is_key_store_unavailable: bool = False

    def __add__(self, other: "ClosingResults") -> "ClosingResults":
        """Return the results of both."""
        return ClosingResults(
            self.steps + other.steps,
            self.waiting_count + other.waiting_count,
            self.is_key_store_unavailable or other.is_key_store_unavailable,
        )

    def log_problems(self, unreadable: StepResults) -> None:
        """Log the failures, with those of *unreadable* periods, and the missing keys."""
        (unreadable + self.steps).log_failures(logger, "ledger.close_failed")
        if self.is_key_store_unavailable:
            action = "ledger.key_store_unavailable"
            logger.error(action, extra={"action": action})
        elif self.waiting_count:
            log_missing_keys(self.waiting_count)


class PeriodClosing:
    """Closes ended periods, each in a savepoint: one that fails does not stop the others."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)

    def list_ended(self, now: datetime) -> EndedPeriods:
        """Return every period that has ended and is not closed, also in a read transaction."""
        steps = IsolatedSteps(self._connection, self._records)
        is_ended = periods.c.closes_at <= to_unix_seconds(now)
        readable = self._fetch_readable(is_ended, {}, steps.add_failure)
        return EndedPeriods(tuple(readable), steps.collect_results(0))

    def close_periods(self, ended_periods: Sequence[Period], now: datetime) -> ClosingResults:
        """Publish the tables of *ended_periods* and delete their records and terms.

        Idempotent, also across processes: a period is published once, and the release is never
        updated. A period whose key is missing waits for :data:`LOST_KEY_WAIT`; then its release
        says that the key was lost. A period with fewer than five working accounts left on its
        frozen list is released without a table, as is one whose table would exceed the yearly
        exposure of anybody on it. With an unavailable key store a period waits on. A period that
        another transaction has closed since it was listed is passed over.
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

    def count_unopened(self) -> int:
        """Count the periods that cannot be read, or whose record no key opens."""
        steps = IsolatedSteps(self._connection, self._records)
        errors: list[Exception] = []
        openable = [
            steps.run(partial(self._has_record, period), default=False)
            for period in self._fetch_readable(true(), {}, errors.append)
        ]
        return openable.count(False) + len(errors)

    def _close_period(self, period: Period, now: datetime) -> bool | None:
        """Publish and destroy an ended period; ``False`` where it waits for its key."""
        open_record = self._records.load_records([period]).get(period)
        if open_record is None and not self._is_given_up(period, now):
            return False
        self._publish_table(period, self._select_table(period, open_record))
        self.destroy_period(period)
        return True

    def _select_table(
        self, period: Period, open_record: OpenRecord[LedgerRecord] | None
    ) -> ReleasedTable:
        """Return the table of *period*, or the release that says why there is none."""
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

    def _is_given_up(self, period: Period, now: datetime) -> bool:
        """Whether *period*, which nothing opens, has waited long enough for its key."""
        is_over = period.closes_at + LOST_KEY_WAIT.total_seconds() <= now.timestamp()
        return is_over and self._records.is_lost(period)

    def _publish_table(self, period: Period, table: ReleasedTable) -> None:
        """Insert the *table* of *period* as a release, unless it is published already."""
        row = {
            **period.row_key,
            "opens": period.opens,
            "cap": period.terms.cap,
            "question": period.question,
            "body": table.json_body,
        }
        insert_missing_rows(self._connection, releases, [row])

    def destroy_period(self, period: Period) -> None:
        """Delete the record, the terms and the feeds of a closed *period*."""
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
        """Return the periods that can be read; *on_error* is called for each of the others."""
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
    """Compute the table of *period*, with noise that its contents and its key decide."""
    token_codes = slots.token_codes(open_record.record)
    noise_key = pseudonyms.derive_noise_key(open_record.noise_key, token_codes)
    generator = NoiseGenerator(noise_key)
    if period.ledger == TOTAL:
        return release_rule.release_total(token_codes, period.terms, generator)
    return release_rule.release_breakdown(token_codes, period.question, period.terms, generator)
