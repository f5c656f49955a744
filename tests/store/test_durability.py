import asyncio
from multiprocessing.connection import Connection as Pipe

from bot.store.store import Store
from tests.key_folders import open_test_store
from tests.killed_processes import get_fork_context
from tests.store.sample_jobs import insert_row_job, list_row_names

KILLS = 20


def write_until_killed(database: str, round_number: int, pipe: Pipe) -> None:
    """Insert rows in four concurrent loops and send each name after its acknowledgement."""

    async def write_rows(store: Store, loop_number: int) -> None:
        row_number = 0
        while True:
            await store.across_workspaces.write(
                insert_row_job(f"{round_number}-{loop_number}-{row_number}"), timeout_seconds=60
            )
            pipe.send_bytes(f"{round_number}-{loop_number}-{row_number}".encode())
            row_number += 1

    async def run_four_loops() -> None:
        store = open_test_store(database, ())
        await asyncio.gather(*(write_rows(store, loop_number) for loop_number in range(4)))

    asyncio.run(run_four_loops())


def collect_until_killed(database: str, round_number: int, count: int) -> set[str]:
    """Kill a writing process after *count* acknowledgements; return all that it sent."""
    context = get_fork_context()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=write_until_killed, args=(database, round_number, sender))
    process.start()
    sender.close()
    acknowledged = {receiver.recv_bytes().decode() for _ in range(count)}
    process.kill()
    process.join()
    try:
        while True:
            acknowledged.add(receiver.recv_bytes().decode())
    except EOFError:
        receiver.close()
        return acknowledged


async def test_acknowledged_writes_survive_a_killed_process(store: Store, database: str) -> None:
    """No write that was acknowledged is lost when the process is killed, in twenty processes."""
    acknowledged: set[str] = set()
    for round_number in range(KILLS):
        acknowledged |= await asyncio.to_thread(
            collect_until_killed, database, round_number, 1 + 3 * round_number
        )

    stored = set(await store.across_workspaces.read(list_row_names))

    assert len(acknowledged) > KILLS
    assert acknowledged - stored == set()
