"""Withdrawals: a person takes back every debrief of theirs in the open periods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation import Person
from bot.domain.counts import pseudonyms, slots
from bot.domain.counts.release_rule import TOTAL
from bot.domain.counts.slots import LedgerRecord
from bot.domain.people import Team
from bot.store.period import Period
from bot.store.record_cache import RecordCache
from bot.store.repositories.ledger import Contributor
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.periods import Periods
from bot.store.repositories.teams import Teams
from bot.store.sealed_records import OpenRecord


@dataclass(frozen=True)
class Withdrawal:
    """Result of a withdrawal: how many debriefs were deleted, and in which other teams.

    ``former_teams`` feed the periods, not of the person's own team, in which something was
    deleted: one team for the periods of a unit, and where several feed one, a team that feeds the
    others too. ``is_key_lost`` when a period of the own team cannot be opened: nothing in it can
    be deleted, nor be counted or published, unless its key is found.
    """

    debrief_count: int
    former_teams: tuple[Team, ...]
    is_key_lost: bool


class Withdrawals:
    """Repository that deletes a person's debriefs from sealed records.

    A token can be derived from a period's key and an account alone, so only the person can
    withdraw, and only while the period is open.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._records = records.ledger_records
        self._linked_accounts = LinkedAccounts(connection)
        self._periods = Periods(connection, records)
        self._teams = Teams(connection, records)

    def withdraw_debriefs(self, contributor: Contributor, now: datetime) -> Withdrawal:
        """Delete every debrief of *contributor* in the open periods.

        Those that a linked account filed before it was linked are deleted too, under its own
        token. Every open record of the workspaces of these accounts is searched: that a person
        was once in a team is stored nowhere but in the sealed records, since a row that said so
        would remain beside their name. Only the records are written that have changed. A record of
        another team that cannot be opened is left out.
        """
        accounts = self._linked_accounts.list_accounts(contributor.account)
        records = self._load_searched_records(contributor, accounts, now)
        deleted_counts = {
            period: self._delete_debriefs(period, open_record, accounts)
            for period, open_record in records.items()
        }
        return Withdrawal(
            sum(count for period, count in deleted_counts.items() if period.ledger == TOTAL),
            self._list_former_teams(
                period
                for period, count in deleted_counts.items()
                if count and period not in contributor.periods
            ),
            is_key_lost=any(map(self._records.is_lost, contributor.periods)),
        )

    def _load_searched_records(
        self, contributor: Contributor, accounts: Iterable[Person], now: datetime
    ) -> dict[Period, OpenRecord[LedgerRecord]]:
        workspaces = {account.workspace for account in accounts}
        open_periods = self._periods.list_open_in_workspaces(workspaces, now)
        return self._records.load_records({*contributor.periods, *open_periods})

    def _delete_debriefs(
        self, period: Period, open_record: OpenRecord[LedgerRecord], accounts: Iterable[Person]
    ) -> int:
        record, deleted_count = open_record.record, 0
        for account in accounts:
            token = pseudonyms.derive_contributor_token(open_record.token_key, account)
            record, count = slots.withdraw_token(record, token)
            deleted_count += count
        if deleted_count:
            self._records.replace_record(period, record)
        return deleted_count

    def _list_former_teams(self, periods: Iterable[Period]) -> tuple[Team, ...]:
        team_ids_by_period = map(self._periods.list_feeding_team_ids, periods)
        former_ids: set[str] = set()
        for team_ids in sorted(team_ids_by_period, key=len):
            if team_ids and former_ids.isdisjoint(team_ids):
                former_ids.add(team_ids[0])
        teams = map(self._teams.get, sorted(former_ids))
        return tuple(team for team in teams if team)
