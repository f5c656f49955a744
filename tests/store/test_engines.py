import sqlite3
import traceback
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.errors import StoreBusyError
from bot.store import engines as engines_room
from bot.store.engines import open_engines
from bot.store.schema import workspaces
from bot.store.store import Store
from tests.postgres import PostgresServer


def test_undoing_a_transaction_undoes_its_released_savepoints(store: Store) -> None:
    """The database keeps nothing of an outer rollback, whatever stood in a savepoint."""
    connection = store._engines.writer.connect()
    outer = connection.begin()
    with connection.begin_nested():
        connection.execute(insert(workspaces).values(id="slack:T1"))
    outer.rollback()
    connection.close()

    with store._engines.reader.begin() as reader:
        assert reader.execute(select(workspaces)).all() == []


@pytest.mark.parametrize(
    ("pragma", "answer"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("temp_store", 2),
        ("busy_timeout", 30_000),
    ],
)
def test_sqlite_is_set_to_keep_and_to_destroy(
    tmp_path: Path, pragma: str, answer: str | int
) -> None:
    """What was acknowledged is on disk, what was deleted is overwritten, others are waited for."""
    engines = open_engines(f"sqlite:///{tmp_path}/attune.sqlite")

    with engines.writer.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == answer

    engines.dispose()


def test_an_sqlite_that_would_not_destroy_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that does not do as it is told keeps nothing for anybody."""
    monkeypatch.setitem(engines_room._SQLITE_PRAGMAS, "secure_delete", 7)

    with pytest.raises(RuntimeError, match="secure_delete"):
        open_engines(f"sqlite:///{tmp_path}/attune.sqlite")


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can open the folder, the file or its write-ahead log."""
    engines = open_engines(f"sqlite:///{tmp_path}/var/kept/attune.sqlite")
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))

    folder = tmp_path / "var" / "kept"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    engines.dispose()


def test_a_database_in_memory_is_refused() -> None:
    """What cannot outlive the process is no place for what people entrust."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="file"):
            open_engines(url)


def test_a_file_that_is_no_database_is_found_out_at_once(tmp_path: Path) -> None:
    """The bot does not start on a file that it could not keep anything in."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague, this is no database at all." * 50)

    with pytest.raises(DBAPIError):
        open_engines(f"sqlite:///{path}")


def test_a_second_opening_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Opening the file again does not let anybody write into an open transaction."""
    url = f"sqlite:///{tmp_path}/attune.sqlite"
    first = open_engines(url)
    with first.writer.begin() as connection:
        connection.execute(text("CREATE TABLE t (a)"))
        second = open_engines(url)
        outsider = sqlite3.connect(tmp_path / "attune.sqlite", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            outsider.execute("BEGIN IMMEDIATE")
        outsider.close()
    first.dispose()
    second.dispose()


def test_an_error_never_repeats_what_was_kept(store: Store) -> None:
    """Neither the values of a statement nor the database's own sentence about them are told."""
    secret = "slack:T-SOMEBODY"
    with store._engines.writer.begin() as connection:
        connection.execute(insert(workspaces).values(id=secret))

    with pytest.raises(IntegrityError) as refused, store._engines.writer.begin() as connection:
        connection.execute(insert(workspaces).values(id=secret))

    told = "".join(traceback.format_exception(refused.value))
    assert secret not in told
    assert secret not in str(refused.value.orig)


async def test_a_server_that_went_away_is_found_again(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """After PostgreSQL crashed and came back, people are served as before."""
    store = Store.open(postgres_url, ())
    store.migrate()
    await store.write(lambda repos: repos.workspaces.suspend("slack:T1", "before"))

    postgres.stop()
    try:
        with pytest.raises(StoreBusyError):
            await store.write(lambda repos: repos.workspaces.suspend("slack:T2", "while away"))
        with pytest.raises(OperationalError):
            await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T1"))
    finally:
        postgres.start()

    await store.write(lambda repos: repos.workspaces.suspend("slack:T3", "after"))
    assert (
        await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T1")) == "before"
    )
    assert not await store.read(lambda repos: repos.workspaces.suspension_reason("slack:T2"))
    await store.close()


async def test_a_connection_cut_in_the_middle_keeps_nothing(
    postgres_url: str,
) -> None:
    """When the server drops a writer within its commit's group, all of them hear so."""
    store = Store.open(postgres_url, ())
    store.migrate()

    def cut(repos: object) -> None:
        with store._engines.reader.connect() as beside:
            beside.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    with pytest.raises(StoreBusyError):
        await store.write(cut, timeout_seconds=10)

    assert await store.write(lambda repos: repos.workspaces.suspend("slack:T1", "after"))
    await store.close()


def test_nobody_needs_the_server_before_somebody_asks(tmp_path: Path) -> None:
    """A bot starts while PostgreSQL is still away."""
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    store = Store.open(url, ())

    with pytest.raises(OperationalError):
        store.is_schema_current()

    store.close_sync()
    assert list(tmp_path.iterdir()) == []
