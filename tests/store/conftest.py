"""Fixtures: an isolated, migrated store on each supported database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store

PEPPERS = (b"a made-up pepper for tests, newest", b"a made-up pepper for tests, before")

DATABASE_PARAMS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
)


@pytest.fixture(params=DATABASE_PARAMS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, parametrized over SQLite and PostgreSQL.

    For a test with a store it is migrated on PostgreSQL, where to replace it takes long.
    """
    if request.param == "postgresql":
        is_migrated = "store" in request.fixturenames
        name = "migrated_postgres_url" if is_migrated else "postgres_url"
        return str(request.getfixturevalue(name))
    return f"sqlite:///{tmp_path}/kept/attune.sqlite"


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """A store on a migrated database that no other test uses."""
    if database.startswith("sqlite"):
        copy_empty_database(Path(database.removeprefix("sqlite:///")).parent)
    store_on_database = open_test_store(database, PEPPERS)
    yield store_on_database
    await store_on_database.close()
