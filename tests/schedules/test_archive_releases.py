"""Published tables are also written to files, which hold what was published and nothing else."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import delete, update

from bot.context import Context
from bot.store.backup import back_up_database
from bot.store.schema import releases
from bot.store.store import Store
from schedules import archive_releases, close_periods
from tests.doubles import PEPPERS, FakeClock
from tests.key_folders import key_store_for
from tests.sample_team import TEAM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the files, which does not exist yet."""
    return tmp_path / "state" / "attune-releases"


@pytest.fixture
async def archiving_context(team_context: Context, clock: FakeClock, folder: Path) -> Context:
    """A context with published tables, and a folder without files."""
    await close_periods.run(team_context)
    clock.advance(days=7)
    await close_periods.run(team_context)
    return replace(team_context, releases_folder=folder)


def read_files(folder: Path) -> list[dict[str, object]]:
    """Return the content of every file."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.iterdir())]


def list_modification_times(folder: Path) -> dict[str, int]:
    """Return when each file was written last, in nanoseconds."""
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def list_modes(folder: Path) -> set[int]:
    """Return the permissions of the files."""
    return {S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def delete_one_file(folder: Path) -> None:
    """Delete any file."""
    next(folder.iterdir()).unlink()


def replace_files(folder: Path) -> None:
    """Give every file the name of a table of another period."""
    for path in list(folder.iterdir()):
        path.rename(path.with_name(f"2025-01-06{path.name[10:]}"))


async def list_rows(context: Context) -> list[dict[str, object]]:
    """Return every release as a file should have it."""
    stored = await context.store.across_workspaces.read(
        lambda repos: repos.releases.list_by_team(TEAM.id)
    )
    return [
        {
            "ledger": release.ledger,
            "unit": release.unit,
            "opens": str(release.opens),
            "closes": str(release.closes),
            "cap": release.cap,
            "question": release.question,
            "table": json.loads(release.table.json_body),
        }
        for release in stored
    ]


async def test_files_hold_the_releases_and_nothing_else(
    archiving_context: Context, folder: Path
) -> None:
    """Each published table has one file with the columns of its row."""
    written_count = await archive_releases.run(archiving_context)

    rows = await list_rows(archiving_context)
    assert written_count == len(rows) > 0
    assert sorted(read_files(folder), key=str) == sorted(rows, key=str)


async def test_second_run_writes_nothing(archiving_context: Context, folder: Path) -> None:
    """A run with nothing to do leaves every file untouched."""
    await archive_releases.run(archiving_context)
    times = list_modification_times(folder)

    assert await archive_releases.run(archiving_context) == 0
    assert list_modification_times(folder) == times


async def test_missing_file_is_written_again(archiving_context: Context, folder: Path) -> None:
    """A deleted file is written again with the same content."""
    await archive_releases.run(archiving_context)
    contents = read_files(folder)
    delete_one_file(folder)

    assert await archive_releases.run(archiving_context) == 1
    assert read_files(folder) == contents


async def test_files_survive_a_restored_database(archiving_context: Context, folder: Path) -> None:
    """Tables that a restored database lacks stay in their files."""
    await archive_releases.run(archiving_context)
    contents = read_files(folder)
    await archiving_context.store.across_workspaces.write(
        lambda repos: repos._connection.execute(delete(releases))
    )

    assert await archive_releases.run(archiving_context) == 0
    assert read_files(folder) == contents


async def test_restored_database_with_as_many_tables_is_completed(
    archiving_context: Context, folder: Path
) -> None:
    """Other tables than those of the files are written, although the numbers agree."""
    await archive_releases.run(archiving_context)
    contents = read_files(folder)
    await archiving_context.store.across_workspaces.write(
        lambda repos: repos._connection.execute(
            update(releases).values(closes=releases.c.opens, opens=date(2026, 1, 5))
        )
    )

    assert await archive_releases.run(archiving_context) == len(contents)
    files = read_files(folder)
    assert len(files) == 2 * len(contents)
    assert all(content in files for content in contents)


async def test_replaced_folder_with_as_many_files_is_completed(
    archiving_context: Context, folder: Path
) -> None:
    """A folder of other tables gets the missing ones, and keeps its own."""
    await archive_releases.run(archiving_context)
    contents = read_files(folder)
    replace_files(folder)

    assert await archive_releases.run(archiving_context) == len(contents)
    assert len(read_files(folder)) == 2 * len(contents)


async def test_copy_beside_the_running_bot_writes_no_file(
    archiving_context: Context, clock: FakeClock, folder: Path, tmp_path: Path
) -> None:
    """What a copy publishes must not stand in the place of the bot's own tables."""
    await archiving_context.store.handle_rollback_and_advance_marks(clock())
    back_up_database(f"sqlite:///{tmp_path}/attune.sqlite", tmp_path / "copy")
    key_store = key_store_for(f"sqlite:///{tmp_path}/attune.sqlite")
    copy = Store.open(f"sqlite:///{tmp_path}/copy", PEPPERS, key_store)

    assert await archive_releases.run(replace(archiving_context, store=copy)) == 0
    assert await archive_releases.run(archiving_context) == len(read_files(folder)) > 0
    await copy.close()


async def test_only_the_owner_reads_the_files(archiving_context: Context, folder: Path) -> None:
    """The folder has mode 0700 and its files 0600."""
    await archive_releases.run(archiving_context)

    assert list_modes(folder.parent) == {0o700}
    assert list_modes(folder) == {0o600}


async def test_files_are_deleted_after_two_years(
    archiving_context: Context, clock: FakeClock, folder: Path
) -> None:
    """A file is deleted when its row is, and a file of another name is left alone."""
    await archive_releases.run(archiving_context)
    (folder / "1999-01-01-notes.txt").write_text("the operator's own")
    clock.advance(days=731 + 31)
    closing_day = clock() - timedelta(days=731)
    await archiving_context.store.across_workspaces.write(
        lambda repos: repos.releases.delete_before(closing_day.date())
    )
    await archive_releases.run(archiving_context)

    assert list(list_modification_times(folder)) == ["1999-01-01-notes.txt"]


async def test_without_a_folder_nothing_is_written(team_context: Context) -> None:
    """A context without a folder archives nothing."""
    assert await archive_releases.run(team_context) == 0


async def test_unwritable_folder_raises(archiving_context: Context, folder: Path) -> None:
    """A folder that cannot be created raises for the ticker, which logs it and goes on."""
    folder.parent.parent.joinpath("state").write_text("")

    with pytest.raises(OSError, match="Not a directory"):
        await archive_releases.run(archiving_context)
