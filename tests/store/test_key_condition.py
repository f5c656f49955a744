"""Rows are found by a list of primary keys: these rows alone, and by an index."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import insert, select

from bot.store.key_condition import bind_row_keys, build_key_condition
from bot.store.repositories import Repositories
from bot.store.schema import feeds, metadata
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.query_plans import list_table_scans, record_statements

CLOSING_DAY = date(2026, 7, 6)
SAMPLE_VALUES = {
    str: "x",
    int: 1,
    bytes: b"x",
    date: CLOSING_DAY,
    datetime: datetime(2026, 7, 6, tzinfo=UTC),
}


def test_keys_of_every_table_are_searched_by_an_index(tmp_path: Path) -> None:
    """No table is read from end to end, whatever its key."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", (b"nothing is encrypted",))

    def find_rows(repos: Repositories) -> None:
        for table in metadata.sorted_tables:
            key = tuple(SAMPLE_VALUES[column.type.python_type] for column in table.primary_key)
            query = select(table).where(build_key_condition(table.primary_key))
            repos._connection.execute(query, bind_row_keys([key, key]))

    with record_statements(store._engines) as statements:
        store.read_sync(find_rows)

    assert len(statements) == len(metadata.tables)
    assert list_table_scans(store._engines, statements) == []
    store.close_sync()


async def test_rows_of_other_keys_are_not_found(tmp_path: Path) -> None:
    """A row whose columns have values of two different keys is in no result."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", (b"nothing is encrypted",))
    keys = [("total", "A", CLOSING_DAY), ("breakdown", "B", CLOSING_DAY)]

    def insert_and_find(repos: Repositories) -> list[tuple[object, ...]]:
        for ledger, team in (("total", "A"), ("total", "B"), ("breakdown", "B")):
            row = {"ledger": ledger, "team": team, "closes": CLOSING_DAY, "unit": "unit"}
            repos._connection.execute(insert(feeds).values(row))
        query = select(*feeds.primary_key).where(build_key_condition(feeds.primary_key))
        return [tuple(row) for row in repos._connection.execute(query, bind_row_keys(keys))]

    found_keys = await store.across_workspaces.write(insert_and_find)
    await store.close()

    assert sorted(found_keys) == sorted(keys)
