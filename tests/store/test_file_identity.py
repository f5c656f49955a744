"""An embedded database whose file was moved or replaced is neither written nor read."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StoreBusyError
from bot.store.file_identity import MovedDatabaseError
from bot.store.store import Store
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_jobs import insert_row_job, list_row_names


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    """An embedded database with a schema and without rows."""
    copy_empty_database(tmp_path / "kept")
    return tmp_path / "kept" / "attune.sqlite"


@pytest.fixture
async def store(database_file: Path) -> AsyncIterator[Store]:
    """A store on that database with one row."""
    open_store = open_test_store(f"sqlite:///{database_file}", ())
    await open_store.across_workspaces.write(insert_row_job("before"))
    await open_store.checkpoint()
    yield open_store
    await open_store.close()


def move_file(source: Path, target: Path) -> Path:
    """Move the file as another program would, over a file at *target*."""
    return source.replace(target)


def delete_file(file: Path) -> None:
    """Delete the file as another program would."""
    file.unlink()


def list_names(folder: Path) -> set[str]:
    """Return the names of the files in *folder*."""
    return {path.name for path in folder.iterdir()}


async def test_write_to_a_moved_file_is_refused(
    store: Store, database_file: Path, tmp_path: Path
) -> None:
    """A write after the file was moved away raises, and the file has only what was there."""
    moved = move_file(database_file, tmp_path / "moved.sqlite")

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("lost"))

    move_file(moved, database_file)
    assert await store.across_workspaces.read(list_row_names) == ["before"]


async def test_replaced_file_is_not_read(store: Store, database_file: Path, tmp_path: Path) -> None:
    """A read after a copy took the file's place raises, as its answer would be of the past."""
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(database_file, copy)
    move_file(copy, database_file)

    with pytest.raises(MovedDatabaseError):
        await store.across_workspaces.read(list_row_names)


async def test_deleted_file_is_not_created_again(store: Store, database_file: Path) -> None:
    """No transaction creates an empty database where the file was deleted."""
    delete_file(database_file)

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_row_job("lost"))
    with pytest.raises(MovedDatabaseError):
        await store.across_workspaces.read(list_row_names)

    assert list_names(database_file.parent).isdisjoint({database_file.name})


async def test_file_moved_during_a_transaction_is_not_committed(
    store: Store, database_file: Path, tmp_path: Path
) -> None:
    """A file that moves while a job runs keeps nothing of that job."""
    moved = tmp_path / "moved.sqlite"
    insert_row = insert_row_job("lost")

    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(
            lambda repos: (insert_row(repos), move_file(database_file, moved))
        )

    move_file(moved, database_file)
    assert await store.across_workspaces.read(list_row_names) == ["before"]
