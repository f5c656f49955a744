"""The data map has every column of every table, and says of each whether it is about a person."""

import pytest
from sqlalchemy import Table

from bot.store.data_map import DATA_MAP, PERSONAL_TABLES, TableFacts
from bot.store.repositories.person_renames import PERSON_COLUMNS
from bot.store.schema import linked_accounts, metadata, previous_setups


def list_columns(facts: TableFacts) -> list[str]:
    """Return the columns of every group; one that is in two groups twice."""
    accounts = {column for pair in facts.accounts for column in pair}
    texts = [name for name in facts.texts if name not in accounts]
    fields = [name for name in facts.fields if name not in facts.texts]
    return sorted((*accounts, *texts, *fields, *facts.sealed))


def test_every_table_is_in_the_map() -> None:
    """A new table fails here until it is declared to be about people or not."""
    assert {facts.table.name for facts in DATA_MAP.values()} == set(metadata.tables)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_is_in_one_group(table: Table) -> None:
    """A new column fails here until it is declared to be about a person or not."""
    assert list_columns(DATA_MAP[table.name]) == sorted(column.name for column in table.columns)


def test_the_map_agrees_with_the_columns_of_a_rename() -> None:
    """Both find a person by the same columns, but for those of the history, renamed by words."""
    by_map = {
        facts.table.c[person] for facts in PERSONAL_TABLES.values() for _, person in facts.accounts
    }
    by_words = {person for _, person in DATA_MAP["audit_entry"].accounts}
    renamed_by_words = {DATA_MAP["audit_entry"].table.c[name] for name in by_words}

    assert by_map - renamed_by_words == {
        *PERSON_COLUMNS,
        linked_accounts.c.same_person,
        previous_setups.c.person,
    }
