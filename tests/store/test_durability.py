import asyncio
import multiprocessing
from multiprocessing.connection import Connection as Pipe

from bot.store.store import Store
from tests.store.sample_jobs import insert_row_job, list_row_names

KILLS = 20


def write_until_killed(database: str, turn: int, acknowledged: Pipe) -> None:
    """Keep one row after another, four at a time, and say of each that it was kept."""

    async def one_of_four(store: Store, lane: int) -> None:
        number = 0
        while True:
            await store.write(insert_row_job(f"{turn}-{lane}-{number}"), timeout_seconds=60)
            acknowledged.send_bytes(f"{turn}-{lane}-{number}".encode())
            number += 1

    async def all_four() -> None:
        store = Store.open(database, ())
        await asyncio.gather(*(one_of_four(store, lane) for lane in range(4)))

    asyncio.run(all_four())


def killed_after(database: str, turn: int, seen: int) -> set[str]:
    """What a process said it had kept, which was killed once *seen* of it was heard."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.store.store"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write_until_killed, args=(database, turn, theirs))
    process.start()
    theirs.close()
    heard = {ours.recv_bytes().decode() for _ in range(seen)}
    process.kill()
    process.join()
    try:
        while True:
            heard.add(ours.recv_bytes().decode())
    except EOFError:
        ours.close()
        return heard


async def test_what_was_acknowledged_outlives_a_killed_process(store: Store, database: str) -> None:
    """Twenty processes killed right after an acknowledgement lose nothing of what they said."""
    heard: set[str] = set()
    for turn in range(KILLS):
        heard |= await asyncio.to_thread(killed_after, database, turn, 1 + 3 * turn)

    kept = set(await store.read(list_row_names))

    assert len(heard) > KILLS
    assert heard - kept == set()
