"""Repository of the table ``alias``: accounts that belong to one person, set by an operator."""

from collections.abc import Collection, Iterable
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select

from bot.conversation import Person
from bot.store.schema import linked_accounts
from bot.store.upsert import upsert_row

_SELECT_LINKS_OF = select(linked_accounts).where(
    or_(
        *(
            linked_accounts.c[f"{prefix}workspace"].in_(bindparam("workspaces", expanding=True))
            & linked_accounts.c[f"{prefix}person"].in_(bindparam("persons", expanding=True))
            for prefix in ("", "same_")
        )
    )
)
"""Query of the rows with one of ``persons`` of ``workspaces`` as secondary or main account."""


class LinkedAccounts:
    """Repository that maps a secondary account, the primary key, to a person's main account.

    Tokens are derived from the main account, so debriefs of all linked accounts share one
    contribution cap. Requests join this table in :mod:`bot.store.repositories.account_query`.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_links(self, workspaces: Collection[str] | None = None) -> dict[Person, Person]:
        """Return a dict of the main account by linked account.

        By default all rows, else those with either account in one of *workspaces*.
        """
        query = select(linked_accounts)
        if workspaces is not None:
            columns = (linked_accounts.c.workspace, linked_accounts.c.same_workspace)
            query = query.where(or_(*(column.in_(workspaces) for column in columns)))
        return self._fetch_links(query)

    def find_links(self, persons: Collection[Person]) -> dict[Person, Person]:
        """Return a dict of main accounts for all linked accounts of the people with *persons*."""
        links = self._fetch_links(_SELECT_LINKS_OF, persons)
        other_mains = {links[person] for person in persons if person in links} - {*persons}
        if other_mains:
            links |= self._fetch_links(_SELECT_LINKS_OF, other_mains)
        return links

    def list_accounts(self, main: Person) -> tuple[Person, ...]:
        """Return *main*, followed by the accounts that are linked to it."""
        query = select(linked_accounts.c.workspace, linked_accounts.c.person).where(
            linked_accounts.c.same_workspace == main.workspace,
            linked_accounts.c.same_person == main.id,
        )
        return main, *starmap(Person, self._connection.execute(query))

    def list_accounts_of(self, person: Person) -> tuple[Person, ...]:
        """Return all accounts of the person with the account *person*, the main account first."""
        return self.list_accounts(self.find_links([person]).get(person, person))

    def _fetch_links(
        self, query: Select[Any], persons: Collection[Person] = ()
    ) -> dict[Person, Person]:
        parameters = {
            "workspaces": list({person.workspace for person in persons}),
            "persons": [person.id for person in persons],
        }
        rows = self._connection.execute(query, parameters if persons else {})
        return {
            Person(row.workspace, row.person): Person(row.same_workspace, row.same_person)
            for row in rows
        }

    def set_links(
        self,
        account_groups: Iterable[tuple[Person, ...]],
        workspaces: Collection[str] | None = None,
    ) -> bool:
        """Replace the rows by *account_groups*, tuples of main account and linked accounts.

        With *workspaces*, only the rows of :meth:`list_links` for them. Rows of accounts in no
        group are deleted, changed ones upserted. ``True`` if a row changed; idempotent.
        """
        new_links = {account: main for main, *accounts in account_groups for account in accounts}
        stored = self.list_links(workspaces)
        for account in stored.keys() - new_links.keys():
            is_account = (linked_accounts.c.workspace == account.workspace) & (
                linked_accounts.c.person == account.id
            )
            self._connection.execute(delete(linked_accounts).where(is_account))
        for account, main in new_links.items():
            if stored.get(account) != main:
                key_columns = {"workspace": account.workspace, "person": account.id}
                main_columns = {"same_workspace": main.workspace, "same_person": main.id}
                upsert_row(self._connection, linked_accounts, key_columns | main_columns)
        return new_links != stored
