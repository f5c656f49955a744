import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.domain.counts.release_rule import BreakdownTable, TotalTable
from bot.store.repositories import Repositories
from bot.store.schema import ledger_records
from bot.store.store import Store
from tests.database_files import copy_empty_database, read_all_bytes
from tests.key_folders import list_period_keys, open_test_store
from tests.ledger_records import count_stored_codes
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_MONTH,
    AFTER_QUARTER,
    build_clinicians,
    build_team,
    close_due_periods,
    declare_team_job,
    fetch_release_rows,
    fetch_rows,
    file_debriefs,
    open_periods,
    releases_of_team,
    withdraw_debriefs_job,
)

NORTH, SOUTH, WEST = (build_team(name, practice="river") for name in ("north", "south", "west"))
POOL = "practice:slack:T1/river"
PEOPLE = build_clinicians("north", 24)


def open_store(folder: Path) -> Store:
    """Open and migrate a store in *folder*."""
    copy_empty_database(folder)
    return open_test_store(f"sqlite:///{folder}/attune.sqlite", PEPPERS)


async def test_releases_are_listed_newest_first(store: Store) -> None:
    """Each period has a total and then a breakdown, with its dates and its cap."""
    await open_periods(store, (build_team("alone"), 9))
    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )
    await close_due_periods(store, AFTER_QUARTER.replace(month=4, day=5))

    releases = await releases_of_team(store, "alone")
    assert [(release.ledger, release.opens, release.closes) for release in releases] == [
        ("total", date(2027, 1, 4), date(2027, 4, 5)),
        ("breakdown", date(2027, 1, 4), date(2027, 4, 5)),
        ("total", date(2026, 11, 23), date(2027, 1, 4)),
        ("breakdown", date(2026, 11, 23), date(2027, 1, 4)),
    ]
    assert isinstance(releases[0].table, TotalTable)
    assert isinstance(releases[1].table, BreakdownTable)
    assert {(release.ledger, release.cap, release.unit) for release in releases} == {
        ("total", 2, "team:alone"),
        ("breakdown", 3, "team:alone"),
    }
    assert [release.question for release in releases[:2]] == ["", "form"]


async def test_team_lists_releases_of_itself_and_of_units_it_feeds(store: Store) -> None:
    """A sibling's total, and that of a pool which the team does not feed, are not listed."""
    await open_periods(store, (NORTH, 9), (SOUTH, 3), (WEST, 3))
    await close_due_periods(store)
    await store.across_workspaces.write(
        lambda repos: repos.ledger.open_missing_periods(AFTER_QUARTER)
    )

    def list_units(repos: Repositories, name: str) -> set[tuple[str, str]]:
        return {(release.ledger, release.unit) for release in repos.releases.list_by_team(name)}

    assert await store.across_workspaces.read(lambda repos: list_units(repos, "north")) == {
        ("total", "team:north"),
        ("breakdown", POOL),
    }
    assert await store.across_workspaces.read(lambda repos: list_units(repos, "south")) == {
        ("total", POOL),
        ("breakdown", POOL),
    }
    assert await store.across_workspaces.read(lambda repos: list_units(repos, "nobody")) == set()


async def test_old_releases_are_deleted(store: Store) -> None:
    """Releases that closed before the cutoff are deleted; the others stay."""
    await open_periods(store, (build_team("alone"), 9), (build_team("large"), 20))
    await close_due_periods(store, AFTER_MONTH)
    await close_due_periods(store)

    assert (
        await store.across_workspaces.write(
            lambda repos: repos.releases.delete_before(date(2027, 1, 4))
        )
        == 1
    )
    assert {row[2] for row in await fetch_release_rows(store)} == {date(2027, 1, 4)}


async def test_restored_backup_publishes_the_same_tables(tmp_path: Path) -> None:
    """A close from a copy taken while the period was open yields the same bytes."""
    store = open_store(tmp_path / "kept")
    await open_periods(store, (build_team("alone"), 24))
    await file_debriefs(store, *build_clinicians("alone", 24), *build_clinicians("alone", 9))
    await store.close()
    shutil.copytree(tmp_path / "kept", tmp_path / "backup")
    tables = []
    for folder in ("kept", "backup"):
        store = open_store(tmp_path / folder)
        await close_due_periods(store)
        tables.append(await fetch_release_rows(store))
        await store.close()

    assert len(tables[0]) == 2
    assert tables[0] == tables[1]


async def test_withdrawal_changes_the_noise(tmp_path: Path) -> None:
    """Two tables over nearly the same debriefs differ in noise, so subtracting reveals nothing."""
    store = open_store(tmp_path / "kept")
    await open_periods(store, (NORTH, 24))
    await file_debriefs(store, *PEOPLE)
    await store.close()
    bodies = set()
    for copy in range(12):
        shutil.copytree(tmp_path / "kept", tmp_path / str(copy))
        store = open_store(tmp_path / str(copy))
        await store.across_workspaces.write(withdraw_debriefs_job(PEOPLE[copy]))
        await close_due_periods(store)
        bodies.add(tuple(str(row[-1]) for row in await fetch_release_rows(store)))
        await store.close()

    assert len(bodies) >= 3, "one debrief less shifts no band this often; other noise does"


@pytest.mark.parametrize(
    ("closed_at", "closed_ledgers", "open_codes"),
    [(AFTER_QUARTER, {"total", "breakdown"}, 0), (AFTER_MONTH, {"total"}, 48)],
    ids=["alone", "beside an open period"],
)
async def test_closed_period_leaves_no_bytes(
    tmp_path: Path, closed_at: datetime, closed_ledgers: set[str], open_codes: int
) -> None:
    """No sealed record remains in the database file, its log or its journal, and no key."""
    store = open_store(tmp_path)
    await open_periods(store, (NORTH, 24))
    for _ in range(3):
        await file_debriefs(store, *PEOPLE)
    rows = await fetch_rows(store, ledger_records)
    bodies = {bytes(row.body) for row in rows if row.ledger in closed_ledgers}
    assert len(bodies) == len(closed_ledgers)
    assert all(body in read_all_bytes(tmp_path) for body in bodies), "they were there before"

    assert await close_due_periods(store, closed_at) == len(closed_ledgers)
    assert await store.remove_unused_keys(closed_at) == len(closed_ledgers)
    assert await store.checkpoint()

    remaining_bytes = read_all_bytes(tmp_path)
    pieces = {body[start : start + 8] for body in bodies for start in range(0, len(body) - 8, 8)}
    assert [piece for piece in pieces if piece in remaining_bytes] == []
    assert await count_stored_codes(store) == open_codes
    assert len(list_period_keys(store)) == 2 - len(closed_ledgers)
    await store.close()


async def test_no_release_before_the_first_close(store: Store) -> None:
    """While a period is open its team has no release, however many debriefs were filed."""
    await store.across_workspaces.write(declare_team_job(NORTH, 9))
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *build_clinicians("north", 9))

    assert await releases_of_team(store, "north") == ()
