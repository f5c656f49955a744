"""Fixtures: an isolated, migrated store on each supported database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.key_folders import open_test_store

PEPPERS = (b"a made-up pepper for tests, newest", b"a made-up pepper for tests, before")

DATABASE_PARAMS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
)


@pytest.fixture(params=DATABASE_PARAMS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, parametrized over SQLite and PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/kept/attune.sqlite"


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """A store on a migrated database that no other test uses."""
    store_on_database = open_test_store(database, PEPPERS)
    store_on_database.migrate()
    yield store_on_database
    await store_on_database.close()
