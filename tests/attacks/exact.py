"""The attacks with a deterministic outcome; each returns one line of the table."""

import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.attacks import test_dumps as dumps
from tests.attacks import test_views as views
from tests.attacks import test_wal_archive as wal
from tests.attacks.database_copies import (
    BotInstance,
    fetch_releases,
    open_instance,
    rows_of_team,
    run_in_copies,
)
from tests.attacks.wal_archive import (
    COVER,
    OTHER_FORMS,
    VIEWS,
    WITHDRAWAL,
    cover_probability,
    score_views,
)
from tests.doubles import PEPPERS
from tests.postgres import PostgresServer
from tests.sample_team import CLINICIANS, SUPERVISOR

PERIOD_COUNT = 20


async def run_live_differencing(folder: Path) -> str:
    """Compare a supervisor's pages before and after every debrief, over several periods."""

    async def watch_views(instance: BotInstance) -> str:
        view_count = differing = 0
        for _ in range(PERIOD_COUNT):
            before = await views.fetch_everything(instance, SUPERVISOR)
            for person in CLINICIANS:
                await instance.file_debriefs(person)
                after = await views.fetch_everything(instance, SUPERVISOR)
                view_count, differing, before = view_count + 1, differing + (after != before), after
            await instance.close_period()
        return (
            f"{view_count} looks, {differing} differ: right {0.5 + differing / view_count / 2:.3f}"
        )

    (line,) = await run_in_copies(folder, views.prepare_team, watch_views)
    return line


async def run_overlapping_groups(folder: Path) -> str:
    """Compare what is published of a group without the target, whether the target filed or not."""
    alike = 0
    for number in range(PERIOD_COUNT):

        async def file_and_close(instance: BotInstance) -> list[tuple[object, ...]]:
            await instance.file_debriefs(CLINICIANS[0])
            return await close_and_fetch(instance)

        async def close_and_fetch(instance: BotInstance) -> list[tuple[object, ...]]:
            await instance.close_period()
            return rows_of_team(views.SISTER, await fetch_releases(instance))

        filed, not_filed = await run_in_copies(
            folder / str(number), views.prepare_sister_teams, file_and_close, close_and_fetch
        )
        alike += filed == not_filed
    differing = PERIOD_COUNT - alike
    right = 0.5 + (1 - alike / PERIOD_COUNT) / 2
    return f"{PERIOD_COUNT} pairs, {differing} differ: right {right:.3f}"


async def run_linkage(folder: Path) -> str:
    """Count the people linked from a copy of the database: open, and after the close."""
    async with open_instance(folder / "open") as instance:
        await dumps.prepare_filed_team(instance)
        copy_time = instance.clock.current_time
    shutil.copytree(folder / "open", folder / "closed")
    async with open_instance(folder / "closed", copy_time) as instance:
        await instance.close_period()
    open_tables = dumps.dump_tables(folder / "open")
    closed_tables = dumps.dump_tables(folder / "closed")
    linked_counts = [
        dumps.count_linked_people(tables, CLINICIANS, peppers)
        for tables in (open_tables, closed_tables)
        for peppers in ((), PEPPERS)
    ]
    keys = dumps.read_period_keys(folder / "open")
    linked_counts.append(dumps.count_linked_people(open_tables, CLINICIANS, (), keys))
    return (
        "of 9: open {}, open with the pepper {}, closed {}, closed with the pepper {}, "
        "open with the keys {}".format(*linked_counts)
    )


async def run_storage_order(folder: Path) -> str:
    """Measure the share of slots that the best storage order assigns to the right person."""
    shares = await dumps.measure_order_shares(folder / "order", rounds=100)
    name, best = max(shares.items(), key=lambda item: item[1])
    return f"100 rounds, the best of {len(shares)} orders ({name}): {best:.3f}, chance 0.111"


async def run_wal_archive(_folder: Path) -> str:
    """Read PostgreSQL's log: was a form a debrief, whose was it, and was it a form at all."""
    server = PostgresServer()
    server.start()
    try:
        forms = await wal.trace_log(server, (WITHDRAWAL, *OTHER_FORMS), 600)
        covers = await wal.trace_log(server, (COVER,), 600)
    finally:
        server.stop()
        server.delete_files()
    return (
        f"of 300 each, by the best of {len(VIEWS)} views: "
        f"debrief {max(score_views(forms, wal.is_filing).values()):.3f} (chance 0.5), "
        f"person {max(score_views(forms, wal.person_id).values()):.3f} (chance 0.111), "
        f"form or cover {max(score_views(covers, wal.is_cover).values()):.3f} (chance 0.5); "
        f"{len({event.trace for event in forms + covers})} different traces"
    )


async def run_suspected_moment(_folder: Path) -> str:
    """Weigh an event at a suspected moment: a form for certain, or a cover by its rate."""
    lines = []
    for minutes in (5, 30, 60):
        probability = cover_probability(minutes)
        lines.append(f"{minutes} min: cover {probability:.2f}, odds x{1 / probability:.1f}")
    return "; ".join(lines)


EXACT_ATTACKS: Mapping[str, Callable[[Path], Awaitable[str]]] = {
    "live differencing": run_live_differencing,
    "overlapping groups, parent minus children": run_overlapping_groups,
    "linkage from a copy": run_linkage,
    "storage order": run_storage_order,
    "write-ahead log of PostgreSQL": run_wal_archive,
    "some form at a suspected moment, by the log": run_suspected_moment,
}
