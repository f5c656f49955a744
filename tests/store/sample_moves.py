"""A seeded SQLite database with its keys, a PostgreSQL database to move it to, and helpers."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.domain.operator_entry import OperatorAction, OperatorActor
from bot.store.database_move import move_database
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.move_plan import Move, MoveRefusal, MoveRefusedError
from bot.store.repositories import Repositories
from bot.store.schema import idempotency_keys, workspaces
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.postgres import PostgresServer
from tests.store.conftest import PEPPERS
from tests.store.sample_workspaces import CLOSED_AT, TeamRows, fetch_rows_by_table, seed_workspace

LATER = CLOSED_AT + timedelta(days=1)


@pytest.fixture(scope="module")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has rows in every table, and its key folder."""
    folder = tmp_path_factory.mktemp("seeded")

    async def seed() -> None:
        store = open_test_store(f"sqlite:///{folder}/attune.sqlite", PEPPERS)
        store.migrate()
        await seed_workspace(store, "staying")
        await store.across_workspaces.write(_fill_tables_of_deployment)
        await store.close()

    asyncio.run(seed())
    return folder


@pytest.fixture
def move(
    seeded_folder: Path,
    tmp_path: Path,
    migrated_postgres_url: str,
) -> Move:
    """The move of a copy of that database to a PostgreSQL database with empty tables."""
    shutil.copytree(seeded_folder, tmp_path / "live")
    keys = FolderKeyStore(tmp_path / "live" / "attune.keys")
    return Move(tmp_path / "live" / "attune.sqlite", migrated_postgres_url, keys)


@pytest.fixture
def key_database(postgres: PostgresServer) -> Iterator[DatabaseKeyStore]:
    """A key store in a second, empty PostgreSQL database."""
    name = postgres.create_database()
    key_store = DatabaseKeyStore(postgres.database_url(name))
    yield key_store
    key_store.close()
    postgres.drop_database(name)


def open_source(move: Move) -> Store:
    """Open the SQLite database with its keys."""
    return Store.open(f"sqlite:///{move.source}", PEPPERS, move.source_key_store)


def open_target(move: Move) -> Store:
    """Open the moved database with its keys."""
    return Store.open(move.target_url, PEPPERS, move.target_key_store)


def read_rows(store: Store) -> TeamRows:
    """Return every row of every table, and close the store."""

    async def read() -> TeamRows:
        try:
            return await fetch_rows_by_table(store)
        finally:
            await store.close()

    return asyncio.run(read())


def read_common_rows(store: Store) -> TeamRows:
    """Return every row but the one that differs by kind of database, and close the store."""
    rows = read_rows(store)
    rows["duty"] = [row for row in rows["duty"] if row[0] != "oldest_supported_revision"]
    return rows


def insert_workspace(store: Store, name: str) -> None:
    """Insert a row as a bot that runs on the database of *store*, and close it."""

    async def write() -> None:
        await store.across_workspaces.write(
            lambda repos: repos._connection.execute(insert(workspaces), {"id": name})
        )
        await store.close()

    asyncio.run(write())


def refuse(move: Move) -> MoveRefusal:
    """Return why *move* is refused."""
    with pytest.raises(MoveRefusedError) as error:
        move_database(move, LATER)
    return error.value.refusal


def count_startable(move: Move) -> int:
    """Count the databases in whose place a bot would start."""
    faults = []
    for store in (open_source(move), open_target(move)):
        faults.append(store.database_check.find_schema_fault())
        store.close_sync()
    return sum(fault is None for fault in faults)


def _fill_tables_of_deployment(repos: Repositories) -> None:
    """Insert rows into the tables that belong to no workspace."""
    repos.secret_cipher.encrypt("slack", {"token": "xoxb-made-up"})
    repos.duty_runs.record_tick({"retention": False}, CLOSED_AT)
    row = {"key": b"\x00\xff" * 16, "day": CLOSED_AT.date()}
    repos._connection.execute(insert(idempotency_keys), row)
    repos.audit_trail.operator_entries.record(
        OperatorAction.ROTATED, OperatorActor.OPERATOR, CLOSED_AT
    )
