"""Repository of the ledger: debriefs in encrypted records of open periods (``ledger_record``)."""

import logging
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.conversation import Person
from bot.domain.codebook import TOTAL_CODE
from bot.domain.counts import membership, pseudonyms, slots
from bot.domain.counts.membership import PeriodFacts
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.slots import LedgerRecord
from bot.domain.people import Team
from bot.store.isolation import StepResults
from bot.store.period import Period
from bot.store.record_cache import RecordCache
from bot.store.repositories.contributor import Contributor, CountingNotice
from bot.store.repositories.filing_result import FilingResult
from bot.store.repositories.form_periods import FormPeriods
from bot.store.repositories.pauses import Pauses
from bot.store.repositories.period_closing import PeriodClosing
from bot.store.repositories.period_opening import PeriodOpening
from bot.store.repositories.periods import Periods
from bot.store.repositories.teams import Account, Teams
from bot.store.repositories.undone_periods import UndonePeriods
from bot.store.sealed_records import OpenRecord

logger = logging.getLogger("attune.ledger")


class Ledger:
    """Repository of filed debriefs: one encrypted record per unit, ledger and period.

    The total and the breakdown have separate records, subkeys and tokens, so that their contents
    cannot be joined. Changed records stay in the record cache, which encrypts and writes them
    before the commit. Every form rewrites the records of all periods of its team, see
    :mod:`bot.workflows.form_submission`.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._connection = connection
        self._records = records.ledger_records
        self._teams = Teams(connection, records)
        self._periods = Periods(connection, records)
        self._form_periods = FormPeriods(connection, records)
        self._undone_periods = UndonePeriods(connection)
        self._pauses = Pauses(connection, records)
        self._closing = PeriodClosing(connection, records)
        self._opening = PeriodOpening(connection, records)

    def get_contributor_and_open_periods(self, person: Person, now: datetime) -> Contributor:
        """Look up *person*, where they count, and their team's periods; insert missing periods.

        Needs a write transaction. Linked accounts are resolved to the main account, which has one
        token. For a person without a team who still counts in a period, the written periods are
        those of the first team that feeds it.
        """
        account = self._teams.get_account(person)
        team, main = account.team, account.main
        if team:
            periods = self._form_periods.get_or_open_form_periods(team, main, now)
            return self._build_contributor(account, team, periods, periods, now)
        own_periods = self._form_periods.find_form_periods("", main, now)
        form_team = next(
            filter(None, map(self._form_periods.find_first_feeding_team, own_periods)), None
        )
        if form_team is None:
            return Contributor(main, account.profile)
        form_periods = self._form_periods.get_or_open_form_periods(form_team, main, now)
        return self._build_contributor(account, form_team, own_periods, form_periods, now)

    def find_contributor(self, person: Person, now: datetime) -> Contributor:
        """Look up *person* in a read transaction; missing periods are not inserted."""
        account = self._teams.get_account(person)
        team_id = account.team.id if account.team else ""
        periods = self._form_periods.find_form_periods(team_id, account.main, now)
        return self._build_contributor(account, account.team, periods, periods, now)

    def find_counting_notice(self, account: Account, now: datetime) -> CountingNotice:
        """Return the end of a move and the time of a restore, for messages to *account*.

        Cheaper than :meth:`find_contributor`, which for a person who does not count also queries
        the teams of the whole practice for a pause; this runs once per message. ``undone_since`` is
        ``None`` also if the keys of these periods are lost: then they contain no debriefs.
        """
        team_id = account.team.id if account.team else ""
        periods = self._form_periods.find_form_periods(team_id, account.main, now)
        announced = membership.select_announced(periods)
        undone_since = membership.find_undone_since(map(periods.__getitem__, announced))
        if undone_since is None or all(map(self._records.is_lost, announced)):
            return CountingNotice(membership.find_move_end(periods.values()), None)
        return CountingNotice(
            membership.find_move_end(periods.values()), datetime.fromtimestamp(undone_since, UTC)
        )

    def _build_contributor(
        self,
        account: Account,
        form_team: Team | None,
        periods: Mapping[Period, PeriodFacts],
        written_periods: Iterable[Period],
        now: datetime,
    ) -> Contributor:
        counted, counted_from, exposure_pause_until = membership.select_counted(periods), None, None
        if not counted:
            counted_from = membership.find_first_counted_day(periods.values())
        if not counted and account.team and account.main not in account.supervisors:
            exposure_pause_until = self._pauses.find_pause(
                account.main, account.team, periods, counted_from, now
            )
        return Contributor(
            account.main,
            account.profile,
            account.team,
            account.supervisors,
            form_team,
            tuple(written_periods),
            counted,
            None if exposure_pause_until else counted_from,
            membership.find_move_end(periods.values()),
            exposure_pause_until,
        )

    def file_debrief(self, contributor: Contributor, codes: Mapping[str, str]) -> FilingResult:
        """Add a debrief with *codes* to the record of each counted period, all or none.

        *codes* maps a period's question (``form`` or ``status``) to the answer. No record changes,
        and the result has no date, for a contributor without counted periods (not on the frozen
        lists of both ledgers, or the unit's supervisor), for a full record, and for one that cannot
        be decrypted. ``doctor`` reports the latter; a log record would reveal the time of filing.
        Not idempotent: the caller claims the request's idempotency key first.
        """
        if not contributor.counted_periods:
            return FilingResult()
        records = self._records.load_records(contributor.counted_periods)
        if len(records) < len(contributor.counted_periods):
            return FilingResult(
                is_key_lost=any(map(self._records.is_lost, contributor.counted_periods))
            )
        try:
            changed = {
                period: slots.file_code(
                    open_record.record,
                    _derive_token(open_record, contributor.account),
                    codes[period.question] if period.question else TOTAL_CODE,
                    secrets.randbelow,
                )
                for period, open_record in records.items()
            }
        except slots.RecordFullError:
            return FilingResult(is_full=True)
        for period, record in changed.items():
            self._records.replace_record(period, record)
        return FilingResult(min(period.closes for period in changed))

    def describe_filing(self, contributor: Contributor) -> FilingResult:
        """Return the result of an earlier :meth:`file_debrief` for a retry; reads records alone."""
        if not contributor.counted_periods:
            return FilingResult()
        records = self._records.load_records(contributor.counted_periods)
        if len(records) < len(contributor.counted_periods):
            return FilingResult(
                is_key_lost=any(map(self._records.is_lost, contributor.counted_periods))
            )
        tokens = {
            period: _derive_token(open_record, contributor.account)
            for period, open_record in records.items()
        }
        filed_periods = [
            period
            for period, open_record in records.items()
            if slots.has_debriefs(open_record.record, tokens[period])
        ]
        if filed_periods:
            return FilingResult(min(period.closes for period in filed_periods))
        is_full = not all(
            slots.has_place(open_record.record, tokens[period])
            for period, open_record in records.items()
        )
        return FilingResult(is_full=is_full, is_withdrawn=not is_full)

    def get_or_open_form_periods(self, team: Team, now: datetime) -> tuple[Period, ...]:
        """Return the periods that a form of *team* rewrites; missing ones of it are inserted."""
        nobody = Person(team.workspace, "")
        return tuple(self._form_periods.get_or_open_form_periods(team, nobody, now))

    def reseal_periods(self, periods: Iterable[Period]) -> None:
        """Mark the records of *periods* as dirty: they are encrypted again, changed or not."""
        self._records.mark_dirty(periods)

    def _is_any_lost(self, periods: Iterable[Period]) -> bool:
        return any(map(self._records.is_lost, periods))

    def open_missing_periods(self, now: datetime, team_ids: Collection[str] | None = None) -> int:
        """Insert missing periods and feeds, so that every countable team feeds one per ledger.

        Returns how many feeds were inserted. With *team_ids*, those of these teams alone; without,
        also :meth:`add_listed_people`. Each team and ledger is a savepoint: its failure is logged
        and does not roll back the others. Idempotent.
        """
        unfed_ids = self._opening.list_unfed_teams(now, team_ids)
        openings, additions = self._opening.open_missing(now, unfed_ids), StepResults()
        if team_ids is None:
            additions = self._opening.add_listed_people(now)
        (openings + additions).log_failures(logger, "ledger.open_failed")
        return openings.count

    def add_listed_people(self, now: datetime, team_ids: Collection[str] | None = None) -> int:
        """Insert people into the frozen lists of periods in their first week; return how many.

        With *team_ids*, the people of these teams alone. Each pair of team and period is a
        savepoint; failures are logged. Idempotent.
        """
        additions = self._opening.add_listed_people(now, team_ids)
        additions.log_failures(logger, "ledger.addition_failed")
        return additions.count

    def close_ended_periods(self, now: datetime) -> int:
        """Insert the releases of ended periods and delete their rows; return how many closed.

        Idempotent; see :meth:`PeriodClosing.close_periods`. Failures are logged.
        """
        ended = self._closing.list_ended(now)
        results = self._closing.close_periods(ended.periods, now)
        results.log_problems(ended.unreadable)
        return results.steps.count

    def count_unreadable_periods(self) -> int:
        """Count the periods whose row cannot be parsed, or whose record no key decrypts."""
        return self._closing.count_unreadable_periods()

    def mark_undone(self, since: datetime, now: datetime) -> int:
        """Set ``undone_since`` of open periods to *since*, unless an earlier time is stored.

        A restore of the database has undone the debriefs filed since then. Returns how many rows.
        """
        return self._undone_periods.mark_undone(int(since.timestamp()), now)

    def next_close(self, after: datetime) -> datetime | None:
        """Return the earliest instant later than *after* at which a period ends."""
        unix_seconds = self._periods.next_close_seconds(int(after.timestamp()))
        return None if unix_seconds is None else datetime.fromtimestamp(unix_seconds, UTC)

    def describe_next_release(self, contributor: Contributor) -> NextRelease | None:
        """Return the next release in which *contributor* is counted; ``None`` without a period.

        ``is_key_lost`` and ``is_paused`` are set as in :meth:`find_next_release`.
        """
        if contributor.exposure_pause_until:
            return NextRelease(contributor.exposure_pause_until, is_paused=True)
        if not contributor.counted_periods:
            return None
        day = min(period.closes for period in contributor.counted_periods)
        return NextRelease(day, is_key_lost=self._is_any_lost(contributor.counted_periods))

    def find_next_release(self, team_id: str, now: datetime) -> NextRelease | None:
        """Return the next release that the team feeds; ``None`` without a feed.

        ``is_key_lost`` is true if a record of its open periods cannot be decrypted; not while the
        key store is unavailable. With ``is_paused`` the day is that on which the next period opens.
        """
        team = self._teams.get(team_id)
        if team and (resumes_on := self._pauses.find_team_pause(team, now)):
            return NextRelease(resumes_on, is_paused=True)
        day = self._periods.next_close_of_team(team_id)
        if day is None:
            return None
        open_periods = self._periods.find_open_periods(team_id, now)
        return NextRelease(day, is_key_lost=self._is_any_lost(open_periods))


def _derive_token(open_record: OpenRecord[LedgerRecord], person: Person) -> bytes:
    return pseudonyms.derive_contributor_token(open_record.token_key, person)
