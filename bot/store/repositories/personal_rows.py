"""Export the rows about a person from the tables of the data map, without ids of others."""

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

NAMING_KINDS = (DeliveryKind.INTRODUCTION, DeliveryKind.SUPERVISOR_ASSIGNMENT, DeliveryKind.SHARE)
"""Kinds of deliveries to channels whose ``detail`` begins with ids of people, space-separated."""

_INSTANTS = frozenset(
    {
        *(deliveries.c.due, deliveries.c.late, deliveries.c.started),
        *(audit_entries.c.at, previous_setups.c.at),
    }
)
"""Columns with Unix seconds, exported as ISO strings; 0 is exported as null."""


class PersonalRows:
    """Read-only repository of the rows about one person, in every table of the data map."""

    def __init__(self, connection: Connection) -> None:
        """Use the transaction of *connection*."""
        self._connection = connection

    def load_rows(self, accounts: Collection[Person]) -> dict[str, list[dict[str, Cell]]]:
        """Return a dict of lists of rows by table name; a table without rows has no key.

        A row is a dict by column name. Instants and days are ISO strings. The id of another person
        is replaced by :data:`OTHER_ID`; of a text column with ids of people only the person's own
        remain.
        """
        rows = {
            name: self._load_table_rows(facts, frozenset(accounts))
            for name, facts in PERSONAL_TABLES.items()
        }
        return {name: of_table for name, of_table in rows.items() if of_table}

    def count_rows(self, accounts: Collection[Person]) -> int:
        """Count the rows of :meth:`load_rows` in all tables."""
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
    """Return the SQL condition of rows with an account's key, or its id in a text column.

    The second part matches substrings, so :func:`_names_any` filters its rows.
    """
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
    """Return the row *values* as a dict of cells, with the ids of other people replaced."""
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
    """Whether the column *name* is a JSON body, or the detail of one of :data:`NAMING_KINDS`."""
    return name == "body" or values.get("kind") in NAMING_KINDS


def _list_ids(values: RowMapping, name: str) -> list[str]:
    """Parse a text column into the ids of people that it may contain, each once, in order."""
    if not _has_ids(values, name):
        return []
    if name == "body":
        setup = json.loads(values[name]) or {"clinicians": (), "supervisors": ()}
        return list(dict.fromkeys((*setup["clinicians"], *setup["supervisors"])))
    return list(dict.fromkeys(values[name].split(" ")))
