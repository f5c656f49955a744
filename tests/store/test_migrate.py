import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateTable

from bot.store.migrate import known_revisions, latest_revisions
from bot.store.migration_declarations import MIGRATIONS_FOLDER
from bot.store.schema import metadata
from bot.store.store import Store
from tests.journeys.botprocess import ROOT
from tests.key_folders import open_test_store


def test_migrations_match_the_schema(store: Store) -> None:
    """Migrations produce every column and index that `schema.py` declares, and no other."""
    with store._engines.writer.connect() as connection:
        options = {"compare_type": True, "compare_server_default": not store._engines.is_sqlite}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrated_sqlite_tables_have_the_declared_sql(store: Store) -> None:
    """Properties that Alembic does not compare, such as tables without row ids, match as text."""
    if not store._engines.is_sqlite:
        assert "ledger_record" in inspect(store._engines.reader).get_table_names()
        return
    with store._engines.reader.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master"))
        migrated_sql = {name: str(sql) for name, sql in rows}
        for table in metadata.sorted_tables:
            declared_sql = str(CreateTable(table).compile(connection))
            assert _sorted_words(migrated_sql[table.name]) == _sorted_words(declared_sql)


def test_migrate_is_idempotent(database: str) -> None:
    """Every start can migrate."""
    store = open_test_store(database, ())
    assert not store.is_schema_current()

    store.migrate()
    store.migrate()

    assert store.is_schema_current()
    store.close_sync()


def test_concurrent_migrations_are_serialized(database: str) -> None:
    """Of two processes that migrate at once, one creates the tables, the other finds them."""
    stores = [open_test_store(database, ()) for _ in range(2)]
    with ThreadPoolExecutor(2) as executor:
        list(executor.map(lambda store: store.migrate(), stores))

    assert all(store.is_schema_current() for store in stores)
    for store in stores:
        store.close_sync()


def test_failed_migration_is_rolled_back(database: str) -> None:
    """An upgrade is applied in full or not at all."""
    store = open_test_store(database, ())
    with store._engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE release (in_the_way INTEGER)"))

    try:
        store.migrate()
    except Exception:  # noqa: BLE001 - each driver has its own
        assert not store.is_schema_current()
    assert inspect(store._engines.reader).get_table_names() == ["release"]
    store.close_sync()


def test_migrations_can_be_reverted(store: Store) -> None:
    """Downgrading to the base revision leaves no table but Alembic's own."""
    with store._engines.writer.begin() as connection:
        command.downgrade(_build_config(connection), "base")

    assert inspect(store._engines.reader).get_table_names() == ["alembic_version"]
    assert not store.is_schema_current()


def test_unknown_revision_is_not_current(store: Store) -> None:
    """A bot older than its database reports that the schema is not its own."""
    with store._engines.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))

    assert not store.is_schema_current()


def test_start_on_a_current_schema_loads_no_migration_library(tmp_path: Path) -> None:
    """Only a migration needs Alembic, which costs memory and a tenth of a second."""
    url = f"sqlite:///{tmp_path / 'attune.sqlite'}"
    store = open_test_store(url, ())
    store.migrate()
    store.close_sync()
    script = (
        "import sys, bot.__main__\n"
        "from tests.key_folders import open_test_store\n"
        "store = open_test_store(sys.argv[1], ())\n"
        "store.migrate()\n"
        "print(store.is_schema_current(), 'alembic' in sys.modules)\n"
        "store.close_sync()\n"
    )
    output = subprocess.check_output([sys.executable, "-c", script, url], cwd=ROOT, text=True)

    assert output == "True False\n"


def test_names_of_the_files_are_the_revisions() -> None:
    """The revisions of a release are read from the names of its migrations' files."""
    scripts = ScriptDirectory(str(MIGRATIONS_FOLDER))

    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
    assert latest_revisions() == set(scripts.get_heads())


def _build_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.attributes["connection"] = connection
    return config


def _sorted_words(sql: str) -> list[str]:
    return sorted(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " ").split())
