"""Delete all debriefs of a person from the encrypted records of the open periods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation import Person
from bot.domain.counts import pseudonyms, slots
from bot.domain.counts.release_rule import TOTAL
from bot.domain.counts.slots import LedgerRecord
from bot.store.period import Period
from bot.store.record_cache import RecordCache
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.periods import Periods
from bot.store.sealed_records import OpenRecord


@dataclass(frozen=True)
class Withdrawal:
    """Result of a withdrawal: the number of deleted debriefs, as the total's records count them.

    ``is_key_lost`` is true if the record of a counted period cannot be decrypted: its debriefs are
    not deleted, and will be published if the key is restored before it is given up.
    """

    debrief_count: int
    is_key_lost: bool


class Withdrawals:
    """Repository that deletes a person's debriefs from encrypted records.

    A token is derived from a period's key and an account, and the key is destroyed after the close:
    a withdrawal is possible only while the period is open.
    """

    def __init__(self, connection: Connection, records: RecordCache) -> None:
        """Use the transaction of *connection* and its *records*."""
        self._records = records.ledger_records
        self._linked_accounts = LinkedAccounts(connection)
        self._periods = Periods(connection, records)

    def withdraw_debriefs(self, contributor: Contributor, now: datetime) -> Withdrawal:
        """Delete every debrief of *contributor* in the open periods; idempotent.

        Tokens of linked accounts are included, for debriefs from before they were linked. The
        records that the form rewrites anyway are searched, and all other open records of the
        workspaces of these accounts, since in an older release a person who had moved filed in each
        of their teams. Only changed records are rewritten; an unreadable record is skipped.
        """
        accounts = self._linked_accounts.list_accounts(contributor.account)
        records = self._load_searched_records(contributor, accounts, now)
        deleted_counts = {
            period: self._delete_debriefs(period, open_record, accounts)
            for period, open_record in records.items()
        }
        return Withdrawal(
            sum(count for period, count in deleted_counts.items() if period.ledger == TOTAL),
            is_key_lost=any(map(self._records.is_lost, contributor.counted_periods)),
        )

    def erase_debriefs(self, contributor: Contributor, now: datetime) -> Withdrawal:
        """Delete every debrief of *contributor*, and rewrite all searched records.

        Thus the erasure of a departed person writes the same rows whatever was filed.
        """
        withdrawal = self.withdraw_debriefs(contributor, now)
        accounts = self._linked_accounts.list_accounts(contributor.account)
        self._records.mark_dirty(self._load_searched_records(contributor, accounts, now))
        return withdrawal

    def _load_searched_records(
        self, contributor: Contributor, accounts: Iterable[Person], now: datetime
    ) -> dict[Period, OpenRecord[LedgerRecord]]:
        workspaces = {account.workspace for account in accounts}
        open_periods = self._periods.list_open_in_workspaces(workspaces, now)
        return self._records.load_records({*contributor.written_periods, *open_periods})

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
