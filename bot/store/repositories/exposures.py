"""Read which published and open tables each person is in, from the frozen lists."""

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select

from bot.conversation import Person
from bot.domain.counts import exposure
from bot.domain.counts.exposure import Membership
from bot.store.period import Period
from bot.store.repositories.linked_accounts import LinkedAccounts
from bot.store.repositories.period_member_queries import (
    SELECT_OTHER_MEMBERSHIPS,
    SELECT_PUBLISHED_MEMBERSHIPS,
)

_BY_CLOSE = attrgetter("closes", "ledger", "epsilon")

Memberships = dict[Person, tuple[Membership, ...]]


class Exposures:
    """Read-only repository of exposure; rows of linked accounts count for the main account."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection
        self._links = LinkedAccounts(connection)

    def load_memberships(self, persons: Collection[Person], except_of: Period) -> Memberships:
        """Return a dict of the list rows by person, without those of the period *except_of*."""
        return self._query_memberships(SELECT_OTHER_MEMBERSHIPS, persons, except_of)

    def list_exceeding(self, period: Period, persons: Collection[Person]) -> frozenset[Person]:
        """Return those of *persons* who would exceed an exposure limit on the list of *period*."""
        return _select_exceeding(self.load_memberships(persons, period), period)

    def is_publishable(self, period: Period, members: Collection[Person]) -> bool:
        """Whether none of *members* exceeds an exposure limit with *period* and the closed periods.

        A person whose accounts were linked after the list was frozen has a row for each account.
        """
        tables = self._query_memberships(SELECT_PUBLISHED_MEMBERSHIPS, members, period)
        return not any(
            exposure.is_exceeded(memberships, period.closes) for memberships in set(tables.values())
        )

    def _query_memberships(
        self, query: Select[Any], persons: Collection[Person], period: Period
    ) -> Memberships:
        """Execute *query* for *persons* and their linked accounts; return the rows by person."""
        if not persons:
            return {}
        mains = self._links.find_links(persons)
        accounts = {mains.get(person, person) for person in persons}
        accounts |= {account for account, main in mains.items() if main in accounts}
        parameters = {
            **period.row_key,
            "workspaces": list({account.workspace for account in accounts}),
            "persons": [account.id for account in accounts],
        }
        tables: defaultdict[Person, list[Membership]] = defaultdict(list)
        for row in self._connection.execute(query, parameters):
            account = Person(row.workspace, row.person)
            table = Membership(row.ledger, row.closes, _parse_epsilon(row.epsilon))
            tables[mains.get(account, account)].append(table)
        return {
            person: tuple(sorted(tables[mains.get(person, person)], key=_BY_CLOSE))
            for person in persons
        }


@lru_cache(maxsize=64)
def _parse_epsilon(text: str) -> Fraction:
    return Fraction(text)


def _select_exceeding(memberships: Memberships, period: Period) -> frozenset[Person]:
    """Return the people who would exceed a limit, computed once per distinct tuple of rows."""
    candidate = Membership(period.ledger, period.closes, period.terms.epsilon)
    by_tables: defaultdict[tuple[Membership, ...], list[Person]] = defaultdict(list)
    for person, tables in memberships.items():
        by_tables[tables].append(person)
    return frozenset(
        person
        for tables, persons in by_tables.items()
        if exposure.would_exceed(tables, candidate)
        for person in persons
    )
