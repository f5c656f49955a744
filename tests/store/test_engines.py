import sqlite3
import traceback
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.errors import StoreBusyError
from bot.store.engines import SQLITE_PRAGMAS, open_engines
from bot.store.row_security import begin_across_workspaces, set_tenant
from bot.store.schema import workspaces
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer


def test_rollback_undoes_released_savepoints(store: Store) -> None:
    """Rolling back the outer transaction also rolls back savepoints released inside it."""
    connection = store._engines.writer.connect()
    transaction = connection.begin()
    set_tenant(connection, None)
    with connection.begin_nested():
        connection.execute(insert(workspaces).values(id="slack:T1"))
    transaction.rollback()
    connection.close()

    with store._engines.reader.begin() as reader:
        assert reader.execute(select(workspaces)).all() == []


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("temp_store", 2),
        ("busy_timeout", 30_000),
    ],
)
def test_sqlite_pragmas_are_set(tmp_path: Path, pragma: str, expected: str | int) -> None:
    """Commits are durable, deleted content is overwritten, and locks are waited for."""
    engines = open_engines(f"sqlite:///{tmp_path}/attune.sqlite")

    with engines.writer.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == expected

    engines.dispose()


def test_sqlite_that_ignores_a_pragma_is_rejected(tmp_path: Path) -> None:
    """A SQLite build that ignores a required pragma raises at startup."""
    pragmas = {**SQLITE_PRAGMAS, "secure_delete": 7}

    with pytest.raises(RuntimeError, match="secure_delete"):
        open_engines(f"sqlite:///{tmp_path}/attune.sqlite", sqlite_pragmas=pragmas)


def test_new_files_are_private(tmp_path: Path) -> None:
    """Only the owner can access the folder, the database file and its write-ahead log."""
    engines = open_engines(f"sqlite:///{tmp_path}/var/kept/attune.sqlite")
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))

    folder = tmp_path / "var" / "kept"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    engines.dispose()


def test_in_memory_database_is_rejected() -> None:
    """An in-memory database raises, as it does not outlive the process."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="file"):
            open_engines(url)


def test_file_that_is_no_database_raises_at_startup(tmp_path: Path) -> None:
    """Opening a file that is not a SQLite database raises."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague, this is no database at all." * 50)

    with pytest.raises(DBAPIError):
        open_engines(f"sqlite:///{path}")


def test_second_engine_does_not_drop_the_first_engines_locks(tmp_path: Path) -> None:
    """Opening the file again does not release the lock of an open transaction."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    first = open_engines(url)
    with first.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))
        second = open_engines(url)
        other_connection = sqlite3.connect(
            tmp_path / "attune.sqlite", timeout=0, isolation_level=None
        )
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other_connection.execute("BEGIN IMMEDIATE")
        other_connection.close()
    first.dispose()
    second.dispose()


def test_database_errors_contain_no_row_values(store: Store) -> None:
    """Neither the parameters nor the driver's message appear in an exception."""
    canary = "slack:T-SOMEBODY"
    writer = store._engines.writer
    with begin_across_workspaces(writer) as connection:
        connection.execute(insert(workspaces).values(id=canary))

    with pytest.raises(IntegrityError) as error, begin_across_workspaces(writer) as connection:
        connection.execute(insert(workspaces).values(id=canary))

    formatted = "".join(traceback.format_exception(error.value))
    assert canary not in formatted
    assert canary not in str(error.value.orig)


async def test_store_reconnects_after_a_server_crash(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """After PostgreSQL crashed and restarted, reads and writes succeed again."""
    store = open_test_store(postgres_url, ())
    store.migrate()
    await store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend("slack:T1", "before")
    )

    postgres.stop()
    try:
        with pytest.raises(StoreBusyError):
            await store.across_workspaces.write(
                lambda repos: repos.workspaces.suspend("slack:T2", "while away")
            )
        with pytest.raises(OperationalError):
            await store.across_workspaces.read(
                lambda repos: repos.workspaces.suspension_reason("slack:T1")
            )
    finally:
        postgres.start()

    await store.across_workspaces.write(lambda repos: repos.workspaces.suspend("slack:T3", "after"))
    assert (
        await store.across_workspaces.read(
            lambda repos: repos.workspaces.suspension_reason("slack:T1")
        )
        == "before"
    )
    assert not await store.across_workspaces.read(
        lambda repos: repos.workspaces.suspension_reason("slack:T2")
    )
    await store.close()


async def test_terminated_connection_rolls_back_the_batch(
    postgres_url: str,
) -> None:
    """When the server terminates the writer's connection, every job of the batch fails."""
    store = open_test_store(postgres_url, ())
    store.migrate()

    def terminate_other_sessions(repos: object) -> None:
        with store._engines.reader.connect() as other_connection:
            other_connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(terminate_other_sessions, timeout_seconds=10)

    assert await store.across_workspaces.write(
        lambda repos: repos.workspaces.suspend("slack:T1", "after")
    )
    await store.close()


def test_store_opens_while_the_server_is_down(tmp_path: Path) -> None:
    """Opening a PostgreSQL store makes no connection."""
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    store = open_test_store(url, ())

    with pytest.raises(OperationalError):
        store.is_schema_current()

    store.close_sync()
    assert list(tmp_path.iterdir()) == []


def test_postgresql_compiles_no_plan(postgres_url: str) -> None:
    """The server would take longer to compile a plan than the statement takes."""
    engines = open_engines(postgres_url)
    for engine in engines:
        with engine.begin() as connection:
            assert connection.scalar(text("SHOW jit")) == "off"
    engines.dispose()


def test_no_statement_looks_for_listeners(store: Store) -> None:
    """No event of an engine has a listener, for which SQLAlchemy would look in every statement."""
    assert not any(engine._has_events for engine in store._engines)
