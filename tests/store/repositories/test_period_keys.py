"""What the ledger does where a key is missing, unavailable, wrong or misused."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from bot.conversation import Person
from bot.domain.counts.release_rule import LostTable
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_store import KeyStoreUnavailableError
from bot.store.repositories import Repositories
from bot.store.repositories.ledger import FilingResult, MissingKeyError
from bot.store.repositories.period_closing import LOST_KEY_WAIT
from bot.store.schema import feeds, ledger_records, periods
from bot.store.sealed_records import ReadOnlyRecordsError
from bot.store.store import Store
from tests.key_folders import list_period_keys, open_test_store
from tests.ledger_records import count_stored_codes, load_records
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AFTER_QUARTER,
    AWAY_ANSWERS,
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
    withdraw_debriefs_job,
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

    assert await close_due_periods(store, AFTER_QUARTER) == 2, "the month ended long before"
    assert await close_due_periods(store, GIVEN_UP_AT - timedelta(seconds=1)) == 0
    assert {row.unit for row in await fetch_rows(store, periods)} == {"team:north"}
    logged = [(record.message, vars(record)["count"]) for record in caplog.records]
    assert logged == [("ledger.key_missing", 2), ("ledger.key_missing", 2)]


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


async def test_debrief_without_its_key_is_not_counted_and_not_withdrawn(store: Store) -> None:
    """Filing says that nothing was kept; a withdrawal fails instead of claiming success."""
    await file_for_all(store)
    delete_keys(store)

    assert await store.across_workspaces.write(file_debrief_job(MARIE)) == FilingResult()
    with pytest.raises(MissingKeyError):
        await store.across_workspaces.write(withdraw_debriefs_job(MARIE))


async def test_lost_key_of_another_team_does_not_stop_a_withdrawal(store: Store) -> None:
    """Periods that end at another moment have a key of their own; the others go on without it."""
    await file_for_all(store)
    ids_before = {key.file_name for key in list_period_keys(store)}
    await open_periods(store, (build_team("west", zone="America/Vancouver"), 9))
    lost_keys = [key for key in list_period_keys(store) if key.file_name not in ids_before]
    assert lost_keys
    for stored_key in lost_keys:
        store.key_store.delete(stored_key)

    assert await store.across_workspaces.write(withdraw_debriefs_job(MARIE)) == 1


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

    assert [record for record in caplog.records if record.name.startswith("bot")] == []


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

        assert store.read_sync(lambda repos: repos.ledger.count_periods_without_key()) == 1


async def test_batch_seals_each_record_once(store: Store) -> None:
    """However many people file in one commit, it writes two bodies, and none is lost."""
    await open_periods(store, (NORTH, 9))
    updates: list[str] = []
    commits: list[int] = []
    writer = store._engines.writer
    event.listen(writer, "before_cursor_execute", lambda *args: updates.append(args[2]))
    event.listen(writer, "commit", lambda _connection: commits.append(1))

    await asyncio.gather(
        *(store.across_workspaces.write(file_debrief_job(person)) for person in NINE * 4)
    )

    writes = [text for text in updates if text.startswith("UPDATE ledger_record")]
    assert len(writes) <= len(commits) < len(NINE) * 4
    assert await count_stored_codes(store) == 2 * 4 * 9


async def test_failed_job_leaves_the_records_of_its_batch_alone(store: Store) -> None:
    """What a job filed before it raised is undone; the others' debriefs are kept."""
    await open_periods(store, (NORTH, 9))

    def file_and_fail(repos: Repositories) -> None:
        file_debrief_job(MARIE)(repos)
        raise LookupError

    results = await asyncio.gather(
        store.across_workspaces.write(file_debrief_job(OMAR)),
        store.across_workspaces.write(file_and_fail),
        store.across_workspaces.write(file_debrief_job(OMAR)),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [FilingResult, LookupError, FilingResult]
    assert await count_stored_codes(store) == 2 * 2


async def test_two_processes_file_into_one_record(store: Store, database: str) -> None:
    """Records are read and written under the writer lock, so no debrief overwrites another."""
    await open_periods(store, (NORTH, 9))
    other_store = open_test_store(database, PEPPERS)

    await asyncio.gather(
        *(
            writer.across_workspaces.write(file_debrief_job(person), timeout_seconds=60)
            for person in NINE * 4
            for writer in (store, other_store)
        )
    )

    records = await store.across_workspaces.read(load_records)
    filed_counts = [sum(slot.count for slot in record.slots) for record in records.values()]
    assert filed_counts == [72, 72]
    await other_store.close()


async def test_read_transaction_cannot_change_a_record(store: Store) -> None:
    """A change that would never be written is an error, not a loss."""
    await open_periods(store, (NORTH, 9))

    def file_in_read(repos: Repositories) -> FilingResult:
        contributor = repos.ledger.load_contributor(MARIE, NOW)
        return repos.ledger.file_debrief(contributor, AWAY_ANSWERS)

    with pytest.raises(ReadOnlyRecordsError):
        await store.across_workspaces.read(file_in_read)
    assert await count_stored_codes(store) == 0


async def test_unchanged_record_is_sealed_with_a_new_nonce(store: Store) -> None:
    """Every write draws a new nonce: a record that did not change has new bytes."""
    await open_periods(store, (NORTH, 9))
    query = select(ledger_records.c.body).order_by(ledger_records.c.ledger)

    async def reseal_and_fetch() -> list[bytes]:
        await store.across_workspaces.write(
            lambda repos: repos.ledger.reseal_periods(
                repos.ledger.load_contributor(MARIE, NOW).periods
            )
        )
        return await store.across_workspaces.read(
            lambda repos: [bytes(body) for body in repos._connection.scalars(query)]
        )

    bodies = [*await reseal_and_fetch(), *await reseal_and_fetch()]
    assert len({body[:12] for body in bodies}) == 4
    assert len({body[12:28] for body in bodies}) == 4
