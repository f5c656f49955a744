from concurrent.futures import ThreadPoolExecutor

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateTable

from bot.store import migrate
from bot.store.schema import metadata
from bot.store.store import Store


def test_the_migrations_make_the_tables_that_the_books_know(store: Store) -> None:
    """Column by column, index by index, nothing differs from `tables.py`."""
    with store._engines.writer.connect() as connection:
        options = {"compare_type": True, "compare_server_default": not store._engines.is_sqlite}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_on_sqlite_the_tables_are_the_same_word_for_word(store: Store) -> None:
    """What Alembic does not compare, such as tables without row ids, is compared as text."""
    if not store._engines.is_sqlite:
        assert "slip" in inspect(store._engines.reader).get_table_names()
        return
    with store._engines.reader.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        made = {name: str(sql) for name, sql in found}
        for table in metadata.sorted_tables:
            wanted = str(CreateTable(table).compile(connection))
            assert _words(made[table.name]) == _words(wanted)


def test_migrating_twice_changes_nothing(database: str) -> None:
    """Every start may migrate."""
    store = Store.open(database, ())
    assert not store.is_schema_current()

    store.migrate()
    store.migrate()

    assert store.is_schema_current()
    store.close_sync()


def test_two_processes_may_migrate_at_once(database: str) -> None:
    """Where two start together, one makes the tables and the other finds them made."""
    stores = [Store.open(database, ()) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda store: store.migrate(), stores))

    assert all(store.is_schema_current() for store in stores)
    for store in stores:
        store.close_sync()


def test_a_migration_that_fails_leaves_nothing_behind(database: str) -> None:
    """All of an upgrade is kept, or none of it."""
    store = Store.open(database, ())
    with store._engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE release (in_the_way INTEGER)"))

    try:
        store.migrate()
    except Exception:  # noqa: BLE001 - each driver has its own
        assert not store.is_schema_current()
    assert inspect(store._engines.reader).get_table_names() == ["release"]
    store.close_sync()


def test_what_a_migration_made_it_can_unmake(store: Store) -> None:
    """Going back to before the first version leaves no table but Alembic's own."""
    with store._engines.writer.begin() as connection:
        command.downgrade(_config(connection), "base")

    assert inspect(store._engines.reader).get_table_names() == ["alembic_version"]
    assert not store.is_schema_current()


def test_tables_of_another_release_are_not_current(store: Store) -> None:
    """A bot older than its database says that it does not know these tables."""
    with store._engines.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))

    assert not store.is_schema_current()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate._MIGRATIONS_FOLDER))
    config.attributes["connection"] = connection
    return config


def _words(sql: str) -> list[str]:
    return sorted(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " ").split())
