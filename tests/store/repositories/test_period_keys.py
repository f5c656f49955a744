"""What the ledger does where a key is missing, unavailable, wrong or misused."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.conversation import Person
from bot.domain.counts.next_release import NextRelease
from bot.domain.counts.release_rule import LostTable
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.repositories.filing_result import FilingResult
from bot.store.repositories.period_closing import LOST_KEY_WAIT
from bot.store.schema import feeds, ledger_records, periods
from bot.store.store import Store
from tests.key_folders import list_period_keys
from tests.store.sample_counts import (
    AFTER_QUARTER,
    NOW,
    build_clinicians,
    build_team,
    close_due_periods,
    count_debriefs_by_unit,
    fetch_release_rows,
    fetch_rows,
    file_debrief_job,
    file_debriefs,
    open_periods,
    releases_of_team,
)

NORTH, LARGE = build_team("north"), build_team("large")
MARIE, OMAR, *_ = NINE = build_clinicians("north", 9)
GIVEN_UP_AT = AFTER_QUARTER + LOST_KEY_WAIT


def delete_keys(store: Store) -> None:
    """Delete every key, as a lost folder would."""
    for stored_key in list_period_keys(store):
        store.key_store.delete(stored_key)


def block_folder(store: Store) -> Path:
    """Put a file in the place of the key folder, and return where the folder is now."""
    assert isinstance(store.key_store, FolderKeyStore)
    folder = store.key_store.folder
    folder.rename(folder.with_suffix(".away"))
    folder.write_text("not a folder")
    return folder.with_suffix(".away")


async def file_for_all(store: Store) -> None:
    """Open the periods of two teams that close on different days, and file for the first."""
    await open_periods(store, (NORTH, 9), (LARGE, 20))
    await file_debriefs(store, *NINE)


async def test_period_whose_key_is_lost_waits_seven_days(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Until then nothing is published for it; the error is logged without personal data."""
    await file_for_all(store)
    delete_keys(store)

    assert await close_due_periods(store, AFTER_QUARTER) == 1, "the month ended long before"
    assert await close_due_periods(store, GIVEN_UP_AT - timedelta(seconds=1)) == 0
    assert {row.unit for row in await fetch_rows(store, periods)} == {"team:north", "team:large"}
    logged = [(record.message, vars(record)["count"]) for record in caplog.records]
    assert logged == [("ledger.key_missing", 3), ("ledger.key_missing", 3)]


async def test_lost_key_is_published_as_no_table(store: Store) -> None:
    """After seven days each ledger has a release without a table, and the period is destroyed."""
    await file_for_all(store)
    delete_keys(store)

    assert await close_due_periods(store, GIVEN_UP_AT) == 4
    releases = await releases_of_team(store, "north")
    assert [(release.ledger, type(release.table)) for release in releases] == [
        ("total", LostTable),
        ("breakdown", LostTable),
    ]
    assert {row[-1] for row in await fetch_release_rows(store)} == {'{"lost":true}'}
    for table in (ledger_records, periods, feeds):
        assert await fetch_rows(store, table) == []


async def test_debrief_without_its_key_is_not_counted(store: Store) -> None:
    """Filing says that the key is lost, and so does the repetition of the request."""
    await file_for_all(store)
    delete_keys(store)

    lost_result = FilingResult(is_key_lost=True)
    assert await store.across_workspaces.write(file_debrief_job(MARIE)) == lost_result
    described_result = await store.across_workspaces.write(
        lambda repos: repos.ledger.describe_filing(
            repos.ledger.get_contributor_and_open_periods(MARIE, NOW)
        )
    )
    assert described_result == lost_result


async def test_next_release_says_that_its_key_is_lost(store: Store) -> None:
    """A team whose record cannot be opened learns it before the release; another one does not."""
    await file_for_all(store)
    ids_before = {key.file_name for key in list_period_keys(store)}
    await open_periods(store, (build_team("west", zone="America/Vancouver"), 9))
    for stored_key in list_period_keys(store):
        if stored_key.file_name not in ids_before:
            store.key_store.delete(stored_key)

    next_releases = await store.across_workspaces.read(
        lambda repos: [repos.ledger.find_next_release(name, NOW) for name in ("west", "north")]
    )
    assert next_releases == [
        NextRelease(date(2027, 1, 4), is_key_lost=True),
        NextRelease(date(2027, 1, 4)),
    ]


async def test_unavailable_key_store_is_no_lost_key_before_the_release(store: Store) -> None:
    """A screen says that a key is lost only where it is certain."""
    await file_for_all(store)
    block_folder(store)

    assert await store.across_workspaces.read(
        lambda repos: repos.ledger.find_next_release("north", NOW)
    ) == NextRelease(date(2027, 1, 4))


async def test_restore_is_not_reported_where_keys_are_lost(store: Store) -> None:
    """What a restore has undone in a period without its key is gone with everything else."""
    await file_for_all(store)
    await store.across_workspaces.write(lambda repos: repos.ledger.mark_undone(NOW, NOW))

    async def find_undone_since() -> datetime | None:
        return await store.across_workspaces.read(
            lambda repos: (
                repos.ledger.find_counting_notice(repos.teams.get_account(MARIE), NOW).undone_since
            )
        )

    assert await find_undone_since() == NOW
    delete_keys(store)
    assert await find_undone_since() is None


@pytest.mark.parametrize("is_key_lost", [False, True])
async def test_filing_logs_nothing(
    store: Store, caplog: pytest.LogCaptureFixture, *, is_key_lost: bool
) -> None:
    """No line of the log tells when somebody filed, whether the period's key is there or not."""
    await file_for_all(store)
    if is_key_lost:
        delete_keys(store)
    caplog.clear()

    with caplog.at_level("DEBUG"):
        await store.across_workspaces.write(file_debrief_job(MARIE))

    assert [record for record in caplog.records if record.name.startswith("attune")] == []


async def test_lost_key_leaves_other_workspaces_alone(store: Store) -> None:
    """Each workspace has keys of its own."""
    await file_for_all(store)
    other_team = replace(build_team("other"), workspace="slack:T2")
    ids_before = {key.file_name for key in list_period_keys(store)}
    await store.across_workspaces.write(lambda repos: repos.teams.save(other_team))
    people = [Person("slack:T2", f"other {number}") for number in range(9)]
    await store.across_workspaces.write(
        lambda repos: repos.teams.declare_clinicians("other", people)
    )
    await store.across_workspaces.write(lambda repos: repos.ledger.open_missing_periods(NOW))
    for stored_key in list_period_keys(store):
        if stored_key.file_name in ids_before:
            store.key_store.delete(stored_key)

    result = await store.across_workspaces.write(file_debrief_job(people[0]))
    assert result.withdrawable_until is not None


async def test_unavailable_key_store_never_counts_as_a_lost_key(store: Store) -> None:
    """While the folder cannot be read nothing is given up, however long it takes."""
    await file_for_all(store)
    folder_away = block_folder(store)
    folder = folder_away.with_suffix(".keys")

    assert await store.across_workspaces.write(file_debrief_job(MARIE)) == FilingResult()
    assert await close_due_periods(store, GIVEN_UP_AT + timedelta(days=30)) == 0
    with pytest.raises(KeyStoreUnavailableError):
        await store.remove_unused_keys(GIVEN_UP_AT)

    folder.unlink()
    folder_away.rename(folder)
    assert sum((await count_debriefs_by_unit(store)).values()) == 18
    assert await close_due_periods(store, GIVEN_UP_AT + timedelta(days=30)) == 4
    assert not any("lost" in str(row[-1]) for row in await fetch_release_rows(store))


async def test_unavailable_key_store_opens_no_period(store: Store) -> None:
    """A set-up succeeds without a period, which the next run opens."""
    await open_periods(store, (LARGE, 20))
    folder_away = block_folder(store)

    assert await open_periods(store, (NORTH, 9)) == 0
    folder = folder_away.with_suffix(".keys")
    folder.unlink()
    folder_away.rename(folder)
    assert await open_periods(store, (NORTH, 9)) == 2


async def test_record_does_not_open_in_the_place_of_another(store: Store) -> None:
    """A record that was copied over another unit's or ledger's is treated as lost."""
    await open_periods(store, (NORTH, 9), (build_team("south"), 9))
    bodies = {(row.ledger, row.unit): row.body for row in await fetch_rows(store, ledger_records)}
    for source in (("total", "team:south"), ("breakdown", "team:north")):
        in_north = (ledger_records.c.unit == "team:north") & (ledger_records.c.ledger == "total")
        change = update(ledger_records).where(in_north).values(body=bodies[source])
        await store.across_workspaces.write(
            lambda repos, change=change: repos._connection.execute(change).rowcount  # type: ignore[misc]  # bound per source
        )

        assert store.read_sync(lambda repos: repos.ledger.count_unreadable_periods()) == 1
