"""A release that is rolled back runs on the newer schema, where the migrations say so.

The schema of an older release is reflected from a database that was migrated to its revision. What
is tested of that release is that its tables and columns are still there and that its statements are
accepted; what it makes of the rows is for the author of a migration to judge.
"""

from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    delete,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from bot.store import database_identity
from bot.store.database_faults import DatabaseFault, UnusableDatabaseError
from bot.store.migrate import upgrade_schema
from bot.store.migration_declarations import (
    MIGRATIONS_FOLDER,
    MigrationDeclaration,
    find_oldest_supported,
    load_declarations,
)
from bot.store.row_security import begin_across_workspaces
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.store.conftest import PEPPERS

NEWER_REVISION = "9001"
TABLES_WITH_VALUES = frozenset({"duty", "alembic_version"})
"""Tables whose rows migrations write, in which a sample row would be none of theirs."""


def build_value(column: Column[object], number: int) -> object:
    """Return a value of the column's type, another one for each *number*."""
    values: dict[type, object] = {
        Boolean: number == 1,
        Integer: number,
        Date: date(2026, 1, 4 + number),
        LargeBinary: bytes([number]),
    }
    matches = (value for kind, value in values.items() if isinstance(column.type, kind))
    return next(matches, str(number))


def build_row(table: Table, number: int) -> dict[str, object]:
    """Return a row with a value in every column of *table*."""
    return {column.name: build_value(column, number) for column in table.columns}


def list_tables(schema: MetaData) -> list[Table]:
    """Return the tables of an older release without those whose rows migrations write."""
    return [table for table in schema.sorted_tables if table.name not in TABLES_WITH_VALUES]


def run_statements(connection: Connection, tables: list[Table]) -> None:
    """Insert, read, change and delete a row in each table as the release of their schema does."""
    for table in tables:
        connection.execute(insert(table), build_row(table, 1))
        assert tuple(build_row(table, 1).values()) in fetch_rows(connection, table)
        keys = {column.name for column in table.primary_key}
        is_inserted = [column == build_value(column, 1) for column in table.primary_key]
        changes = {name: value for name, value in build_row(table, 2).items() if name not in keys}
        if changes:
            connection.execute(update(table).where(*is_inserted).values(changes))
        assert connection.execute(delete(table).where(*is_inserted)).rowcount == 1


def fetch_rows(connection: Connection, table: Table) -> set[tuple[object, ...]]:
    """Return the rows of *table*, with the columns that the older release knows."""
    return {tuple(row) for row in connection.execute(select(table))}


def build_config(connection: Connection, store: Store) -> Config:
    """Return the configuration with which Alembic migrates the connection's database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.attributes["connection"] = connection
    config.attributes["peppers"] = PEPPERS
    config.attributes["key_store"] = store.key_store
    return config


def reflect_schema(connection: Connection) -> MetaData:
    """Return the tables of the database as they are now."""
    schema = MetaData()
    schema.reflect(connection)
    return schema


def insert_sample_rows(connection: Connection, tables: list[Table]) -> None:
    """Insert a row into each table, as the release before a migration may have done."""
    for table in tables:
        connection.execute(insert(table), build_row(table, 1))


def list_lost_rows(connection: Connection, tables: list[Table]) -> list[str]:
    """Return the tables that have the sample row no more."""
    return [
        table.name
        for table in tables
        if tuple(build_row(table, 1).values()) not in fetch_rows(connection, table)
    ]


@pytest.mark.parametrize("declaration", load_declarations(), ids=lambda d: str(d.revision))
def test_every_migration_declares_what_it_supports_and_costs(
    declaration: MigrationDeclaration,
) -> None:
    """A migration without declarations is named, with the page that says how to make them."""
    name = f"{declaration.revision} (see bot/store/migration_declarations.py)"
    path = next(MIGRATIONS_FOLDER.glob(f"versions/{declaration.revision}_*.py"))

    assert "\nsupports_since = " in path.read_text(encoding="utf-8"), f"supports_since: {name}"
    assert declaration.rewritten_tables is not None, f"rewritten_tables: {name}"
    revisions = {d.revision for d in load_declarations() if d.revision <= declaration.revision}
    assert declaration.supports_since in revisions, f"supports_since: {name}"


def test_no_migration_supports_more_than_the_one_before() -> None:
    """So a release runs on a schema if each step on the way to it supports its previous release."""
    for dialect_name in ("sqlite", "postgresql"):
        oldest = [d.find_supported(dialect_name) for d in load_declarations()]
        assert oldest == sorted(oldest)


def test_previous_releases_run_where_a_migration_says_so(database: str) -> None:
    """Rows of the previous release survive the upgrade and going back; its statements work."""
    store, schema = open_test_store(database, PEPPERS), MetaData()
    with begin_across_workspaces(store._engines.writer) as connection:
        for declaration in load_declarations():
            is_supported = declaration.runs_previous_release(connection.dialect.name)
            tables = list_tables(schema) if is_supported else []
            insert_sample_rows(connection, tables)
            goes_back = tables and store._engines.is_sqlite  # the same steps on both databases
            for direction in ("upgrade", "downgrade", "upgrade") if goes_back else ("upgrade",):
                is_upgrade = direction == "upgrade"
                revision = declaration.revision if is_upgrade else declaration.previous_revision
                getattr(command, direction)(build_config(connection, store), revision)
                assert list_lost_rows(connection, tables) == [], (direction, revision)
            schema = reflect_schema(connection)
            for table in list_tables(schema):
                connection.execute(delete(table))
            run_statements(connection, tables)
    store.close_sync()


def test_a_dropped_table_is_no_supported_schema(tmp_path: Path) -> None:
    """The statements of the schema before the sealed ledger fail after it: the test can fail."""
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", PEPPERS)
    with store._engines.writer.begin() as connection:
        command.upgrade(build_config(connection, store), "0006")
        schema = reflect_schema(connection)
        command.upgrade(build_config(connection, store), "0007")

        with pytest.raises(DBAPIError, match=r"no such table|no column"):
            run_statements(connection, list_tables(schema))

    store.close_sync()


def test_this_release_runs_on_a_newer_schema_that_supports_it(store: Store) -> None:
    """Neither a check nor a migration refuses it, nothing is migrated, and rows are written."""
    with store._engines.writer.begin() as connection:
        oldest = find_oldest_supported(load_declarations(), connection.dialect.name)
        database_identity.record_oldest_supported(connection, oldest)
        _stamp_newer_release(connection)

    store.migrate()

    assert store.is_schema_current()
    assert store.database_check.find_schema_fault() is None
    with begin_across_workspaces(store._engines.writer) as connection:
        run_statements(connection, list_tables(reflect_schema(connection)))
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert revision == NEWER_REVISION


@pytest.mark.parametrize("oldest_supported", [None, NEWER_REVISION])
def test_a_newer_schema_that_supports_no_older_release_is_refused(
    store: Store, oldest_supported: str | None
) -> None:
    """Without a record, or with that of a release above this one, the schema is a newer one's."""
    with store._engines.writer.begin() as connection:
        if oldest_supported:
            database_identity.record_oldest_supported(connection, oldest_supported)
        else:
            connection.execute(text("DELETE FROM duty WHERE name = 'oldest_supported_revision'"))
        _stamp_newer_release(connection)

    assert store.database_check.find_schema_fault() is DatabaseFault.NEWER_SCHEMA
    assert not store.is_schema_current()
    with pytest.raises(UnusableDatabaseError), store._engines.writer.begin() as connection:
        upgrade_schema(connection, PEPPERS, store.key_store)


def test_an_upgrade_records_the_oldest_release_that_runs(store: Store) -> None:
    """The record is that of the newest migration that an older release does not survive."""
    with store._engines.reader.begin() as connection:
        recorded = database_identity.read_oldest_supported(connection)
        oldest = find_oldest_supported(load_declarations(), connection.dialect.name)

    assert recorded == int(oldest)


def test_row_security_alone_excludes_releases_on_postgresql() -> None:
    """On SQLite the release of the sealed set-ups still runs, on PostgreSQL that of the policies.

    A release that does not name its workspace is shown no row.
    """
    declarations = load_declarations()

    assert find_oldest_supported(declarations, "sqlite") == "0017"
    assert find_oldest_supported(declarations, "postgresql") == "0025"


def _stamp_newer_release(connection: Connection) -> None:
    """Add what a newer release might add, with its revision."""
    connection.execute(text("ALTER TABLE person ADD COLUMN newer INTEGER"))
    connection.execute(text("CREATE TABLE newer (id INTEGER)"))
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWER_REVISION}'"))  # noqa: S608 - a constant of this test
    assert "newer" in inspect(connection).get_table_names()
