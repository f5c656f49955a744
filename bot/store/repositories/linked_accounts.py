"""Linked accounts: Slack and Teams accounts that belong to one person, declared by an operator."""

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
"""The links of ``persons`` of ``workspaces``, as secondary or as main accounts."""


class LinkedAccounts:
    """Repository that maps secondary accounts to a person's main account.

    One clinician has one token: debriefs from all linked accounts share one contribution cap. Each
    request resolves the main account with the team, in :mod:`bot.store.repositories.teams`.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def list_links(self, workspaces: Collection[str] | None = None) -> dict[Person, Person]:
        """Return the main account of every linked account.

        Or those of the links with an account, main or not, in one of *workspaces*.
        """
        query = select(linked_accounts)
        if workspaces is not None:
            columns = (linked_accounts.c.workspace, linked_accounts.c.same_workspace)
            query = query.where(or_(*(column.in_(workspaces) for column in columns)))
        return self._fetch_links(query)

    def find_links(self, persons: Collection[Person]) -> dict[Person, Person]:
        """Return the main account of every linked account of the people with accounts *persons*."""
        links = self._fetch_links(_SELECT_LINKS_OF, persons)
        other_mains = {links[person] for person in persons if person in links} - {*persons}
        if other_mains:
            links |= self._fetch_links(_SELECT_LINKS_OF, other_mains)
        return links

    def list_accounts(self, main: Person) -> tuple[Person, ...]:
        """Return all accounts of the person whose main account is *main*, which comes first."""
        query = select(linked_accounts.c.workspace, linked_accounts.c.person).where(
            linked_accounts.c.same_workspace == main.workspace,
            linked_accounts.c.same_person == main.id,
        )
        return main, *starmap(Person, self._connection.execute(query))

    def list_accounts_of(self, person: Person) -> tuple[Person, ...]:
        """Return all accounts of the person with the account *person*, the main one first."""
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
        """Replace all links: each group is one person, whose first account is the main one.

        Or those of :meth:`list_links` for *workspaces*; no other row is touched. Accounts that are
        in no group any more are unlinked. ``True`` when anything changed.
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
