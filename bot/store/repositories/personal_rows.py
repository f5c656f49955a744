"""Every row about a person, read by the data map, without anything about another person."""

import json
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from bot.conversation import Person
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.person.data_copy import OTHER_ID, Cell
from bot.store.data_map import PERSONAL_TABLES, TableFacts
from bot.store.repositories.column_codecs import from_unix_seconds
from bot.store.schema import audit_entries, deliveries, previous_setups

NAMING_KINDS = (DeliveryKind.INTRODUCTION, DeliveryKind.NAMING, DeliveryKind.SHARE)
"""Kinds of deliveries to channels whose detail begins with ids of people, separated by spaces."""

_INSTANTS = frozenset(
    {
        *(deliveries.c.due, deliveries.c.late, deliveries.c.started),
        *(audit_entries.c.at, previous_setups.c.at),
    }
)
"""Columns with Unix seconds; 0 is no instant."""


class PersonalRows:
    """Repository of all rows about one person, of every table of the data map."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def load_rows(self, accounts: Collection[Person]) -> dict[str, list[dict[str, Cell]]]:
        """Return the rows of the person with *accounts*, by table; without the tables of none.

        Instants and days are in ISO format. The id of another person is replaced by
        :data:`OTHER_ID`, and of a text that may name people only the person's own ids remain.
        """
        rows = {
            name: self._load_table_rows(facts, frozenset(accounts))
            for name, facts in PERSONAL_TABLES.items()
        }
        return {name: of_table for name, of_table in rows.items() if of_table}

    def count_rows(self, accounts: Collection[Person]) -> int:
        """Count the rows that name the person with *accounts*, in all tables."""
        return sum(map(len, self.load_rows(accounts).values()))

    def _load_table_rows(
        self, facts: TableFacts, accounts: frozenset[Person]
    ) -> list[dict[str, Cell]]:
        table = facts.table
        query = select(table).where(_may_name_any(facts, accounts)).order_by(*table.primary_key)
        return [
            _export_row(facts, row, accounts)
            for row in self._connection.execute(query).mappings()
            if _names_any(facts, row, accounts)
        ]


def _may_name_any(facts: TableFacts, accounts: Iterable[Person]) -> ColumnElement[bool]:
    """Match the rows of the accounts, and those whose texts contain one of their ids."""
    columns = facts.table.c
    is_theirs = [
        and_(columns[workspace] == account.workspace, columns[person] == account.id)
        for account in accounts
        for workspace, person in facts.accounts
    ]
    has_id = [
        and_(
            columns.workspace == account.workspace,
            columns[name].contains(account.id, autoescape=True),
        )
        for account in accounts
        for name in facts.texts
    ]
    return or_(*is_theirs, *has_id)


def _names_any(facts: TableFacts, values: RowMapping, accounts: Collection[Person]) -> bool:
    named = {Person(values[workspace], values[person]) for workspace, person in facts.accounts}
    in_texts = {
        Person(values["workspace"], id_) for name in facts.texts for id_ in _list_ids(values, name)
    }
    return not (named | in_texts).isdisjoint(accounts)


def _export_row(
    facts: TableFacts, values: RowMapping, accounts: Collection[Person]
) -> dict[str, Cell]:
    """Return the row *values* as cells, without what is about anybody else."""
    cells = {name: _encode_cell(facts, name, value) for name, value in values.items()}
    for workspace, person in facts.accounts:
        account = Person(values[workspace], values[person])
        if account.id and account not in accounts:
            cells[person] = OTHER_ID
    for name in facts.texts:
        if _has_ids(values, name):
            own_ids = {account.id for account in accounts}
            cells[name] = " ".join(id_ for id_ in _list_ids(values, name) if id_ in own_ids)
    return cells


def _encode_cell(facts: TableFacts, name: str, value: Cell | date) -> Cell:
    if facts.table.c[name] in _INSTANTS:
        return (
            from_unix_seconds(int(value)).isoformat() if isinstance(value, int) and value else None
        )
    return value.isoformat() if isinstance(value, date) else value


def _has_ids(values: RowMapping, name: str) -> bool:
    """Whether the text in the column *name* may contain ids of people."""
    return name == "body" or values.get("kind") in NAMING_KINDS


def _list_ids(values: RowMapping, name: str) -> list[str]:
    """Return the words of a text that may be ids of people, each once, in their order."""
    if not _has_ids(values, name):
        return []
    if name == "body":
        setup = json.loads(values[name]) or {"clinicians": (), "supervisors": ()}
        return list(dict.fromkeys((*setup["clinicians"], *setup["supervisors"])))
    return list(dict.fromkeys(values[name].split(" ")))
