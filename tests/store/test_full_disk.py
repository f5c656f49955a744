import asyncio
import logging
from pathlib import Path

import pytest

from bot.content.log_texts import get_remedy
from bot.errors import StoreBusyError
from bot.store.repositories import Repositories
from tests.database_files import copy_empty_database
from tests.key_folders import open_test_store
from tests.store.sample_jobs import insert_row_job, list_row_names

_FREE_PAGES = 2


def limit_file_size(repos: Repositories) -> None:
    """Let SQLite report a full disk after a few more pages."""
    connection = repos._connection
    page_count = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    connection.exec_driver_sql(f"PRAGMA max_page_count={page_count + _FREE_PAGES}")


def insert_too_much(repos: Repositories) -> None:
    """Insert a row that does not fit on the disk."""
    insert_row_job("x" * 200_000)(repos)


async def test_full_disk_loses_no_acknowledged_write(tmp_path: Path) -> None:
    """When SQLite rolls a batch back, every job of it is reported as failed, and none is stored."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(limit_file_size)
    names = ["slack:before", "slack:after"]

    results = await asyncio.gather(
        store.across_workspaces.write(insert_row_job(names[0])),
        store.across_workspaces.write(insert_too_much),
        store.across_workspaces.write(insert_row_job(names[1])),
        return_exceptions=True,
    )

    acknowledged = [result for result in results if isinstance(result, str)]
    assert isinstance(results[1], StoreBusyError)
    assert await store.across_workspaces.read(list_row_names) == sorted(acknowledged)
    await store.close()


async def test_writes_resume_after_a_full_disk(tmp_path: Path) -> None:
    """After a batch was rolled back, the next one is committed."""
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(limit_file_size)
    with pytest.raises(StoreBusyError):
        await store.across_workspaces.write(insert_too_much)

    await store.across_workspaces.write(insert_row_job("slack:one"))

    assert await store.across_workspaces.read(list_row_names) == ["slack:one"]
    await store.close()


async def test_full_disk_is_logged_once_with_its_remedy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many batches fail, there is one line when it begins and one when it ends."""
    caplog.set_level(logging.INFO, "attune.store")
    copy_empty_database(tmp_path)
    store = open_test_store(f"sqlite:///{tmp_path}/attune.sqlite", ())
    await store.across_workspaces.write(limit_file_size)
    for _ in range(3):
        with pytest.raises(StoreBusyError):
            await store.across_workspaces.write(insert_too_much)
    await store.across_workspaces.write(insert_row_job("slack:one"))
    await store.close()

    records = [vars(r) for r in caplog.records if r.getMessage() == "store.commit_failed"]
    assert [(r.get("code"), r.get("state")) for r in records] == [
        ("SQLITE_FULL", None),
        (None, "ended"),
    ]
    assert records[0]["remedy"] == get_remedy("store.commit_failed", "SQLITE_FULL")
