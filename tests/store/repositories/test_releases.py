import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.domain.counts.release_rule import BreakdownTable, TotalTable
from bot.store.repositories import Repositories
from bot.store.schema import periods, slips
from bot.store.store import Store
from tests.database_files import read_all_bytes
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


def kept_in(folder: Path) -> Store:
    """A store in a folder of its own."""
    store = Store.open(f"sqlite:///{folder}/attune.sqlite", PEPPERS)
    store.migrate()
    return store


async def test_what_was_published_is_read_back_newest_first(store: Store) -> None:
    """Each period gives a total and then a breakdown, with its dates and its cap."""
    await open_periods(store, (build_team("alone"), 9))
    await close_due_periods(store)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))
    await close_due_periods(store, AFTER_QUARTER.replace(month=4, day=5))

    found = await store.read(lambda repos: repos.releases.list_by_unit("team:alone"))
    assert [(one.ledger, one.opens, one.closes) for one in found] == [
        ("total", date(2027, 1, 4), date(2027, 4, 5)),
        ("breakdown", date(2027, 1, 4), date(2027, 4, 5)),
        ("total", date(2026, 11, 23), date(2027, 1, 4)),
        ("breakdown", date(2026, 11, 23), date(2027, 1, 4)),
    ]
    assert isinstance(found[0].table, TotalTable)
    assert isinstance(found[1].table, BreakdownTable)
    assert {(one.cap, one.unit) for one in found} == {(4, "team:alone")}
    assert [one.question for one in found[:2]] == ["", "form"]


async def test_a_team_reads_its_own_total_and_the_breakdown_that_it_feeds(store: Store) -> None:
    """Not a sibling's total, nor that of a pool it is not in."""
    await open_periods(store, (NORTH, 9), (SOUTH, 3), (WEST, 3))
    await close_due_periods(store)
    await store.write(lambda repos: repos.slips.open_missing_periods(AFTER_QUARTER))

    def units(repos: Repositories, name: str) -> set[tuple[str, str]]:
        return {(one.ledger, one.unit) for one in repos.releases.list_by_team(name)}

    assert await store.read(lambda repos: units(repos, "north")) == {
        ("total", "team:north"),
        ("breakdown", POOL),
    }
    assert await store.read(lambda repos: units(repos, "south")) == {
        ("total", POOL),
        ("breakdown", POOL),
    }
    assert await store.read(lambda repos: units(repos, "nobody")) == set()


async def test_tables_are_let_go_when_their_time_has_come(store: Store) -> None:
    """Those that closed before the day are forgotten, the others stay."""
    await open_periods(store, (build_team("alone"), 9), (build_team("large"), 20))
    await close_due_periods(store, AFTER_MONTH)
    await close_due_periods(store)

    assert await store.write(lambda repos: repos.releases.delete_before(date(2027, 1, 4))) == 2
    assert {row[2] for row in await fetch_release_rows(store)} == {date(2027, 1, 4)}


async def test_a_restored_backup_publishes_the_same_tables(tmp_path: Path) -> None:
    """Closed anew from a copy taken while the period was open, they are the same to the byte."""
    store = kept_in(tmp_path / "kept")
    await open_periods(store, (build_team("alone"), 24))
    await file_debriefs(store, *build_clinicians("alone", 24), *build_clinicians("alone", 9))
    await store.close()
    shutil.copytree(tmp_path / "kept", tmp_path / "backup")
    tables = []
    for folder in ("kept", "backup"):
        store = kept_in(tmp_path / folder)
        await close_due_periods(store, AFTER_MONTH)
        tables.append(await fetch_release_rows(store))
        await store.close()

    assert len(tables[0]) == 2
    assert tables[0] == tables[1]


async def test_a_withdrawal_draws_other_noise(tmp_path: Path) -> None:
    """Two tables over nearly the same slips are keyed apart, so that no difference tells."""
    store = kept_in(tmp_path / "kept")
    await open_periods(store, (NORTH, 24))
    await file_debriefs(store, *PEOPLE)
    await store.close()
    bodies = set()
    for copy in range(12):
        shutil.copytree(tmp_path / "kept", tmp_path / str(copy))
        store = kept_in(tmp_path / str(copy))
        await store.write(withdraw_debriefs_job(PEOPLE[copy]))
        await close_due_periods(store, AFTER_MONTH)
        bodies.add(tuple(str(row[-1]) for row in await fetch_release_rows(store)))
        await store.close()

    assert len(bodies) >= 3, "one slip less shifts no band this often; other noise does"


@pytest.mark.parametrize("still_open", [False, True], ids=["alone", "beside an open period"])
async def test_after_a_close_no_byte_of_its_slips_is_left(
    tmp_path: Path, *, still_open: bool
) -> None:
    """No key, token or salt is in the file, its write-ahead log or its journal."""
    store = kept_in(tmp_path)
    await open_periods(store, (NORTH, 24))
    if still_open:
        await open_periods(store, (build_team("alone"), 9))
    for _ in range(3):
        await file_debriefs(store, *PEOPLE, *build_clinicians("alone", 9))
    gone = {
        *(bytes(row.id) for row in await fetch_rows(store, slips) if row.unit == "team:north"),
        *(bytes(row.token) for row in await fetch_rows(store, slips) if row.unit == "team:north"),
        *(bytes(row.salt) for row in await fetch_rows(store, periods) if row.unit == "team:north"),
    }
    assert len(gone) >= 72 * 2 + 24 * 2 + 2
    assert all(secret in read_all_bytes(tmp_path) for secret in gone), "they were there before"

    assert await close_due_periods(store, AFTER_MONTH) == 2
    assert await store.checkpoint()

    left = read_all_bytes(tmp_path)
    assert [secret for secret in gone if secret[:8] in left or secret[-8:] in left] == []
    assert len(await fetch_rows(store, slips)) == (54 if still_open else 0)
    await store.close()


async def test_a_team_sees_nothing_before_the_first_close(store: Store) -> None:
    """While a period is open there is nothing to read, however much was filed."""
    await store.write(declare_team_job(NORTH, 9))
    await open_periods(store, (NORTH, 9))
    await file_debriefs(store, *build_clinicians("north", 9))

    assert await releases_of_team(store, "north") == ()
