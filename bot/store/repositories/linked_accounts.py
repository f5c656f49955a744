"""Which accounts are one person's, for whoever uses two products; told by an operator."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from bot.conversation import Person
from bot.store.schema import linked_accounts
from bot.store.upsert import upsert_row

_SELECT_MAIN_ACCOUNT = select(
    linked_accounts.c.same_workspace, linked_accounts.c.same_person
).where(
    linked_accounts.c.workspace == bindparam("at"), linked_accounts.c.person == bindparam("who")
)


class LinkedAccounts:
    """One clinician, one token: whatever account a debrief comes from, it is capped as theirs."""

    def __init__(self, connection: Connection) -> None:
        """Open the book on *connection*."""
        self._connection = connection

    def resolve_account(self, person: Person) -> Person:
        """The account under which *person* counts: their own, unless another was told."""
        told = {"at": person.workspace, "who": person.id}
        found = self._connection.execute(_SELECT_MAIN_ACCOUNT, told).one_or_none()
        return Person(*found) if found else person

    def list_links(self) -> dict[Person, Person]:
        """Every account that counts as another, and which."""
        found = self._connection.execute(select(linked_accounts))
        return {
            Person(one.workspace, one.person): Person(one.same_workspace, one.same_person)
            for one in found
        }

    def set_links(self, account_groups: Iterable[tuple[Person, ...]]) -> bool:
        """Let each of *people* be one person, who counts as the first; ``True`` when it is news.

        Those who were told before and are not among them are two people again.
        """
        wanted = {other: first for first, *others in account_groups for other in others}
        if wanted == self.list_links():
            return False
        self._connection.execute(delete(linked_accounts))
        for other, first in wanted.items():
            row = {"workspace": other.workspace, "person": other.id}
            same = {"same_workspace": first.workspace, "same_person": first.id}
            upsert_row(self._connection, linked_accounts, row | same)
        return True
