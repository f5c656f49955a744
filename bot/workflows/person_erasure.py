"""Erase what is stored about a person, each time in one transaction, and copy it for them.

Who has a copy of the database from before an erasure and one from after it reads who was erased:
rows beside a name are gone. What that person filed is not among what the two tell. A person's own
erasure writes the records that every form of theirs writes, a withdrawal and a guide only read
included; that of a departed person, without a form, writes every open record of their workspaces.
An emptied slot stays in its record, so that no size changes, and a frozen list changes only by the
erasure of a departed person. No page or table is withheld or differs by a person's own erasure, and
no other person is told.
"""

from datetime import datetime

from bot.conversation import Person
from bot.domain.person.data_copy import DataCopy, SlotContent
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from bot.store.repositories.contributor import Contributor
from bot.store.repositories.withdrawals import Withdrawal


def load_data_copy(repos: Repositories, person: Person, now: datetime) -> DataCopy:
    """Load everything stored about *person*, under every linked account; nothing that was filed."""
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
    """Erase the person of a form: what they filed in open periods, and their rows; idempotent."""
    withdrawal = repos.withdrawals.withdraw_debriefs(contributor, now)
    repos.person_erasures.erase_present(repos.linked_accounts.list_accounts(contributor.account))
    return withdrawal


def erase_departed_person(repos: Repositories, person: Person, now: datetime) -> int:
    """Erase a person who has left; return how many rows name them no more.

    Raises :class:`bot.errors.StoreBusyError`, with nothing written, where a key could not be read:
    what they filed would stay.
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
