"""Records of one transaction: opened once, changed together, sealed once."""

import asyncio

import pytest
from sqlalchemy import event, select

from bot.store.repositories import Repositories
from bot.store.repositories.filing_result import FilingResult
from bot.store.schema import ledger_records
from bot.store.sealed_records import ReadOnlyRecordsError
from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.ledger_records import count_stored_codes, load_records
from tests.store.conftest import PEPPERS
from tests.store.sample_counts import (
    AWAY_ANSWERS,
    NOW,
    build_clinicians,
    build_team,
    file_debrief_job,
    open_periods,
)

NORTH = build_team("north")
MARIE, OMAR, *_ = NINE = build_clinicians("north", 9)


async def test_new_record_is_sealed_once(store: Store) -> None:
    """A period's record is inserted with the slots of the list in it, and not written again."""
    changes: list[str] = []
    writer = store._engines.writer
    event.listen(writer, "before_cursor_execute", lambda *args: changes.append(args[2]))

    await open_periods(store, (NORTH, 9))

    writes = [text for text in changes if "ledger_record" in text and not text.startswith("SELECT")]
    assert [text.split()[0] for text in writes] == ["INSERT", "INSERT"]
    records = await store.across_workspaces.read(load_records)
    assert [len(record.slots) for record in records.values()] == [9, 9]


async def test_batch_seals_each_record_once(store: Store) -> None:
    """However many people file in one commit, it writes two bodies, and none is lost."""
    await open_periods(store, (NORTH, 9))
    updates: list[str] = []
    commits: list[int] = []
    writer = store._engines.writer
    event.listen(writer, "before_cursor_execute", lambda *args: updates.append(args[2]))
    event.listen(writer, "commit", lambda _connection: commits.append(1))

    await asyncio.gather(
        *(store.across_workspaces.write(file_debrief_job(person)) for person in NINE * 2)
    )

    writes = [text for text in updates if text.startswith("UPDATE ledger_record")]
    assert len(writes) <= len(commits) < len(NINE) * 2
    assert await count_stored_codes(store) == 2 * 2 * 9


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
        contributor = repos.ledger.get_contributor_and_open_periods(MARIE, NOW)
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
                repos.ledger.get_contributor_and_open_periods(MARIE, NOW).written_periods
            )
        )
        return await store.across_workspaces.read(
            lambda repos: [bytes(body) for body in repos._connection.scalars(query)]
        )

    bodies = [*await reseal_and_fetch(), *await reseal_and_fetch()]
    assert len({body[:12] for body in bodies}) == 4
    assert len({body[12:28] for body in bodies}) == 4
