"""The ledger: debriefs of open counting periods, in sealed records, until the period closes."""

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
from bot.store.repositories.contributor import Contributor, Counting
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
    """Repository of what people filed: per unit, ledger and period one sealed record.

    The total and the breakdown have separate records, keys and tokens, so that what one contains
    cannot be joined with the other. Every period of a person's team is written with every form,
    see :mod:`bot.workflows.form_submission`.
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

    def load_contributor(self, person: Person, now: datetime) -> Contributor:
        """Look up *person*, where they count, and their team's periods, opened if missing.

        Linked accounts are one person, with one token. A person on no list any more writes what a
        form of the team writes from whose list they were removed, for as long as they count in it.
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
        """Look up *person* as :meth:`load_contributor` does, in a transaction that only reads."""
        account = self._teams.get_account(person)
        team_id = account.team.id if account.team else ""
        periods = self._form_periods.find_form_periods(team_id, account.main, now)
        return self._build_contributor(account, account.team, periods, periods, now)

    def find_counting(self, account: Account, now: datetime) -> Counting:
        """Return what is told to *account*: until when a move, since when a restore has an effect.

        :meth:`find_contributor` also looks through the whole practice of a person who does not
        count for a pause, which a message to each of its people must not.

        ``undone_since`` is ``None`` also where the keys are lost: then nothing is there at all.
        """
        team_id = account.team.id if account.team else ""
        periods = self._form_periods.find_form_periods(team_id, account.main, now)
        announced = membership.select_announced(periods)
        undone_since = membership.find_undone_since(map(periods.__getitem__, announced))
        if undone_since is None or all(map(self._records.is_lost, announced)):
            return Counting(membership.find_move_end(periods.values()), None)
        return Counting(
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
        counted, counted_from, paused_until = membership.select_counted(periods), None, None
        if not counted:
            counted_from = membership.find_first_counted_day(periods.values())
        if not counted and account.team and account.main not in account.supervisors:
            paused_until = self._pauses.find_pause(
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
            None if paused_until else counted_from,
            membership.find_move_end(periods.values()),
            paused_until,
        )

    def file_debrief(self, contributor: Contributor, codes: Mapping[str, str]) -> FilingResult:
        """Count a debrief of *contributor*, whose *codes* answer ``form`` and ``status``.

        Nothing is stored for a person who is not on the frozen lists of both ledgers, for a
        unit's own supervisor, where a record is full, or where one cannot be opened: `doctor`
        reports it, and the log does not, as a line would tell the time of filing.
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
        """Return what filing resulted in, for the repetition of a request: it changes nothing."""
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

    def load_form_periods(self, team: Team, now: datetime) -> tuple[Period, ...]:
        """Look up the periods that a form of *team* writes; its own are opened if missing."""
        nobody = Person(team.workspace, "")
        return tuple(self._form_periods.get_or_open_form_periods(team, nobody, now))

    def reseal_periods(self, periods: Iterable[Period]) -> None:
        """Encrypt and write the records of *periods* again, changed or not."""
        self._records.mark_dirty(periods)

    def _is_any_lost(self, periods: Iterable[Period]) -> bool:
        return any(map(self._records.is_lost, periods))

    def open_missing_periods(self, now: datetime, team_ids: Collection[str] | None = None) -> int:
        """Open the missing periods, so that every team that can be counted feeds one per ledger.

        With *team_ids*, theirs alone. Otherwise people who were added to a list in the first week
        of its period are added to the period. Failures are logged.
        """
        unfed_ids = self._opening.list_unfed_teams(now, team_ids)
        openings, additions = self._opening.open_missing(now, unfed_ids), StepResults()
        if team_ids is None:
            additions = self._opening.add_listed_people(now)
        (openings + additions).log_failures(logger, "ledger.open_failed")
        return openings.count

    def add_listed_people(self, now: datetime, team_ids: Collection[str] | None = None) -> int:
        """Add people to the frozen lists of periods in their first week; return how many rows.

        With *team_ids*, the people of these teams alone. Failures are logged.
        """
        additions = self._opening.add_listed_people(now, team_ids)
        additions.log_failures(logger, "ledger.addition_failed")
        return additions.count

    def close_ended_periods(self, now: datetime) -> int:
        """Publish all ended periods in this transaction; return how many were closed."""
        ended = self._closing.list_ended(now)
        results = self._closing.close_periods(ended.periods, now)
        results.log_problems(ended.unreadable)
        return results.steps.count

    def count_periods_without_key(self) -> int:
        """Count the periods that can neither count debriefs nor close: nothing opens them."""
        return self._closing.count_unopened()

    def mark_undone(self, since: datetime, now: datetime) -> int:
        """Record for every open period that a restore undid what was filed *since* then."""
        return self._undone_periods.mark_undone(int(since.timestamp()), now)

    def next_close(self, after: datetime) -> datetime | None:
        """Return the earliest instant later than *after* at which a period ends."""
        unix_seconds = self._periods.next_close_seconds(int(after.timestamp()))
        return None if unix_seconds is None else datetime.fromtimestamp(unix_seconds, UTC)

    def describe_next_release(self, contributor: Contributor) -> NextRelease | None:
        """Return the next release in which *contributor* is counted, if there is one.

        It says so if a record cannot be opened or in a pause, as :meth:`find_next_release` does.
        """
        if contributor.paused_until:
            return NextRelease(contributor.paused_until, is_paused=True)
        if not contributor.counted_periods:
            return None
        day = min(period.closes for period in contributor.counted_periods)
        return NextRelease(day, is_key_lost=self._is_any_lost(contributor.counted_periods))

    def find_next_release(self, team_id: str, now: datetime) -> NextRelease | None:
        """Return the next release that the team feeds; ``None`` when it feeds none.

        It says so if a record of the team's open periods cannot be opened. While the key store is
        unavailable no key counts as lost. In a pause it is the day on which the next period opens.
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
