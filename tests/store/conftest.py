"""A store of one's own, once on each database, with every table there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.store import Store

PEPPERS = (b"a made-up pepper for tests, newest", b"a made-up pepper for tests, before")

DATABASE_PARAMS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
)


@pytest.fixture(params=DATABASE_PARAMS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/kept/attune.sqlite"


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """A store on an up-to-date database that nobody else uses."""
    opened = Store.open(database, PEPPERS)
    opened.migrate()
    yield opened
    await opened.close()
