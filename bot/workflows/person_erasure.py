"""Erase what is stored about a person, in one transaction, and copy it for them.

Two copies of the database, from before and after an erasure, show who was erased, because the rows
with their id are deleted; they do not show whether the person had filed anything. A person's own
erasure encrypts and writes the records that every form of theirs writes, as a withdrawal or a guide
does; that of a departed person writes every open record of their workspaces. An emptied slot stays
in its record, so that no record changes its size, and only the erasure of a departed person deletes
rows of frozen lists. A person's own erasure changes no page or published table, and sends no
message.
"""

from datetime import datetime

from bot.conversation import Person
from bot.domain.person.data_copy import DataCopy, SlotContent
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.withdrawals import Withdrawal


def load_data_copy(repos: Repositories, person: Person, now: datetime) -> DataCopy:
    """Load the rows and slots of *person* under every linked account; debriefs are not included."""
    accounts = repos.linked_accounts.list_accounts_of(person)
    slots = [(account, repos.team_slots.get_slot(account)) for account in accounts]
    return DataCopy(
        accounts,
        now.date(),
        repos.personal_rows.load_rows(accounts),
        tuple(
            SlotContent(account, slot.unanswered_count, slot.intention)
            for account, slot in slots
            if slot and slot.is_used
        ),
    )


def erase_present_person(
    repos: Repositories, contributor: Contributor, now: datetime
) -> Withdrawal:
    """Erase the person of a form: their debriefs in open periods, and their rows. Idempotent.

    Runs in the form's transaction; the result states whether a period's key is lost.
    """
    withdrawal = repos.withdrawals.withdraw_debriefs(contributor, now)
    repos.person_erasures.erase_present(repos.linked_accounts.list_accounts(contributor.account))
    return withdrawal


def erase_departed_person(repos: Repositories, person: Person, now: datetime) -> int:
    """Erase a person who has left; return how many rows with their id are gone. Idempotent.

    Raises :class:`bot.errors.StoreBusyError`, which rolls back the transaction, if the key store is
    unavailable: their debriefs would stay.
    """
    accounts = repos.linked_accounts.list_accounts_of(person)
    row_count = repos.personal_rows.count_rows(accounts)
    if row_count:
        contributor = repos.ledger.get_contributor_and_open_periods(person, now)
        withdrawal = repos.withdrawals.erase_debriefs(contributor, now)
        repos.person_erasures.erase_departed(accounts, now, is_key_lost=withdrawal.is_key_lost)
        if repos.is_key_store_unavailable:
            raise StoreBusyError
    return row_count - repos.personal_rows.count_rows(accounts)
