"""Keys are copied to a key database that has no other ones afterwards."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.keys.claim import KeyStoreClaim
from bot.store.keys.database_key_store import DatabaseKeyStore
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_id import PepperKeyId, TeamKeyId
from bot.store.keys.key_transfer import KeysDifferError, copy_keys

NORTH, SOUTH = TeamKeyId("north"), TeamKeyId("south")
CLAIM = KeyStoreClaim(7, "the moved file", 1)


@pytest.fixture
def folder(tmp_path: Path) -> FolderKeyStore:
    """A claimed key folder with the keys of two teams and a secret."""
    key_folder = FolderKeyStore(tmp_path / "attune-keys")
    key_folder.create_claim(CLAIM)
    for key_id in (NORTH, SOUTH, PepperKeyId()):
        key_folder.get_or_create(key_id)
    return key_folder


@pytest.fixture
def key_database(postgres_url: str) -> Iterator[DatabaseKeyStore]:
    """An empty key database."""
    with closing(DatabaseKeyStore(postgres_url)) as key_store:
        yield key_store


def test_second_copy_follows_the_folder(
    folder: FolderKeyStore, key_database: DatabaseKeyStore
) -> None:
    """What the bot destroyed or replaced since the first one is destroyed in the database, too."""
    folder.get_or_create(PepperKeyId().next_id)
    assert copy_keys(folder, key_database, is_retired=False) == 4
    for key_id in (SOUTH, PepperKeyId(), PepperKeyId().next_id):
        folder.delete(key_id)
    folder.get_or_create(PepperKeyId())
    folder.replace_claim(replace(CLAIM, mark=2))

    assert copy_keys(folder, key_database, is_retired=False) == 2

    assert key_database.list_ids() == folder.list_ids()
    assert key_database.get(PepperKeyId()) == folder.get(PepperKeyId())
    assert key_database.get(PepperKeyId().next_id) is None
    assert key_database.read_claim() == folder.read_claim()


def test_retired_folder_takes_no_key_from_the_database(
    folder: FolderKeyStore, key_database: DatabaseKeyStore
) -> None:
    """The move has begun to destroy its keys, which the database has to retain."""
    copy_keys(folder, key_database, is_retired=False)
    folder.delete(NORTH)

    copy_keys(folder, key_database, is_retired=True)

    assert key_database.get(NORTH) is not None


@pytest.mark.parametrize("claim", [None, replace(CLAIM, instance="a moved database")])
def test_key_database_in_use_loses_no_key(
    folder: FolderKeyStore, key_database: DatabaseKeyStore, claim: KeyStoreClaim | None
) -> None:
    """Keys of another installation, or of this database's moved copy, are neither lost nor mixed.

    The copy has the same id; nothing is claimed, so that the next attempt is refused as well.
    """
    if claim:
        key_database.create_claim(claim)
    key_database.put(NORTH, folder.get(NORTH) or b"")
    key = key_database.get_or_create(TeamKeyId("east"))

    for _ in range(2):
        with pytest.raises(KeysDifferError):
            copy_keys(folder, key_database, is_retired=False)

    assert key_database.read_claim() == claim
    assert key_database.get(TeamKeyId("east")) == key
    assert key_database.get(SOUTH) is None
