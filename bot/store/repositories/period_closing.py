"""Closing of ended periods: publish each table, destroy its record, or say that its key is lost."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, select, true

from bot.domain.counts import membership, pseudonyms, release_rule, slots
from bot.domain.counts.noise import NoiseGenerator
from bot.domain.counts.release_rule import TOTAL, ReleasedTable
from bot.domain.counts.slots import LedgerRecord
from bot.domain.counts.withheld_table import WithheldTable, WithholdingReason
from bot.store.isolation import IsolatedSteps
from bot.store.period import Period, parse_period_row
from bot.store.record_cache import RecordCache, log_missing_keys
from bot.store.repositories.column_codecs import to_unix_seconds
from bot.store.repositories.exposures import Exposures
from bot.store.repositories.period_members import PeriodMembers
from bot.store.schema import feeds, periods, releases
from bot.store.sealed_records import OpenRecord
from bot.store.upsert import insert_missing_rows

logger = logging.getLogger("attune.ledger")

LOST_KEY_WAIT = timedelta(days=7)
"""Time after its end for which a period waits for its missing key, as after a lost mount."""


class PeriodClosing:
    """Closes ended periods, each in a savepoint: one that fails does not stop the others."""

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._members = PeriodMembers(connection)
        self._exposures = Exposures(connection)

    def close_ended(self, now: datetime) -> int:
        """Publish the tables of every ended period and delete their records and terms.

        Idempotent, also across processes: a period is published once, and the release is never
        updated. A period whose key is missing waits for :data:`LOST_KEY_WAIT`, which is logged;
        then its release says that the key was lost. A period with fewer than five working accounts
        left on its frozen list is released without a table, as is one whose table would exceed the
        yearly exposure of anybody on it. With an unavailable key store a period waits on.
        Periods that cannot be read or closed are logged once, and tried again by the next call.
        Returns how many were closed.
        """
        steps = IsolatedSteps(self._connection, self._records)
        is_ended = periods.c.closes_at <= to_unix_seconds(now)
        results = [
            steps.run(partial(self._close_period, period, now), None)
            for period in self._fetch_readable(is_ended, steps.add_failure)
        ]
        steps.log_failures(logger, "ledger.close_failed")
        if self._records.is_key_store_unavailable:
            action = "ledger.key_store_unavailable"
            logger.error(action, extra={"action": action})
        elif waiting_count := results.count(False):
            log_missing_keys(waiting_count)
        return results.count(True)

    def count_unopened(self) -> int:
        """Count the periods that cannot be read, or whose record no key opens."""
        steps = IsolatedSteps(self._connection, self._records)
        errors: list[Exception] = []
        openable = [
            steps.run(partial(self._has_record, period), default=False)
            for period in self._fetch_readable(true(), errors.append)
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
        if not membership.has_enough_people(self._members.list_unreachable_reasons(period)):
            return WithheldTable(period.ledger, WithholdingReason.TOO_FEW)
        if not self._exposures.is_publishable(period, self._members.list_members(period)):
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
        for table in (feeds, periods):
            in_period = [table.c[name] == value for name, value in period.row_key.items()]
            self._connection.execute(delete(table).where(*in_period))

    def _fetch_readable(
        self, where: ColumnElement[bool], on_error: Callable[[Exception], None]
    ) -> list[Period]:
        """Return the periods that can be read; *on_error* is called for each of the others."""
        query = select(periods).where(where).order_by(periods.c.closes, periods.c.unit)
        rows = self._connection.execute(query)
        readable: list[Period] = []
        while True:
            try:
                row = rows.fetchone()
                if row is None:
                    return readable
                readable.append(parse_period_row(row))
            except (ValueError, TypeError, ArithmeticError) as error:
                on_error(error)


def _release_table(period: Period, open_record: OpenRecord[LedgerRecord]) -> ReleasedTable:
    """Compute the table of *period*, with noise that its contents and its key decide."""
    token_codes = slots.token_codes(open_record.record)
    noise_key = pseudonyms.derive_noise_key(open_record.noise_key, token_codes)
    generator = NoiseGenerator(noise_key)
    if period.ledger == TOTAL:
        return release_rule.release_total(token_codes, period.terms, generator)
    return release_rule.release_breakdown(token_codes, period.question, period.terms, generator)
