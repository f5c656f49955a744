"""Fixtures: an empty key store of each kind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.keys.key_store import KeyStore
from bot.store.keys.open_key_store import open_key_store

LOCATION_PARAMS = (
    pytest.param("folder", id="folder"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
)


@pytest.fixture(params=LOCATION_PARAMS)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The location of an empty key store, parametrized over the two kinds."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return str(tmp_path / "state" / "attune-keys")


@pytest.fixture
def key_store(location: str) -> Iterator[KeyStore]:
    """An empty key store that no other test uses."""
    with closing(open_key_store(location)) as key_store_at_location:
        yield key_store_at_location
