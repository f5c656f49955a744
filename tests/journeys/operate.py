"""An admin's months in one run: ``python -m tests.journeys.operate [TEAMS [WEEKS [KILLS]]]``.

An installation is used, backed up during writes, lost, restored on another machine, moved to
PostgreSQL with its keys, and used until its periods close. The commands, the handlers, the duties
and both databases are real; the clock and the outlet are doubles. With KILLS the move is a process
of its own that is killed so often at random moments.

After the restore a copy of the installation is brought back to each earlier schema, upgraded by
the start of ``web``, and used until its periods close; another one is upgraded to an invented next
release and rolled back, with and without the backup of before. After the move the same is played
with copies on PostgreSQL, which ``migrate`` upgrades. What an earlier schema is here says
:mod:`tests.journeys.earlier_schemas`: the same content in the tables of that schema, not a database
that a release of that time has written.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.__main__ import main as run_bot_command
from bot.context import Context
from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.keys.key_store import KeyStore
from bot.store.keys.open_key_store import open_key_store
from bot.store.move_plan import MovePhase
from bot.store.store import Store
from tests.doubles import START
from tests.journeys.botprocess import PEPPER, ROOT
from tests.journeys.earlier_schemas import EARLIER_SCHEMAS
from tests.journeys.operated_clinic import (
    PEOPLE_PER_TEAM,
    Figures,
    Journey,
    UpgradeFigures,
    count_changed_tables,
    read_tables,
)
from tests.journeys.upgraded_clinic import Comparison
from tests.ledger_records import count_filed_debriefs, load_records
from tests.postgres import PostgresServer
from tests.sample_team import SUPERVISOR, TEAM, set_up_team

FILED_BEFORE, FILED_SINCE, FILED_AFTER = range(4), range(4, 9), range(4, 7)
"""Who files in the period before the backup, between backup and restore, and after the restore."""

_MAX_KILL_DELAY_SECONDS = 0.05


def run_journey(journey: Journey, week_count: int) -> Figures:
    """Play every part in order, and return the figures."""
    monday = START + timedelta(minutes=1)
    journey.clock.current_time = START - timedelta(days=1)
    journey.run_verb("migrate")
    asyncio.run(_install(journey, monday))
    monday += timedelta(weeks=1)
    during_writes = journey.folder / "during-writes.sqlite"
    asyncio.run(_back_up_during_writes(journey, monday, during_writes))
    backup_file = _back_up(journey)
    key_files = _read_key_files(journey)
    monday += timedelta(weeks=1)
    lost_file = journey.database_file
    tables = asyncio.run(_lose_week(journey, monday))
    journey.clock.current_time = monday + timedelta(days=1, hours=2)
    journey.environment["DATABASE_URL"] = f"sqlite:///{journey.folder}/second/data/attune.sqlite"
    journey.run_verb("restore", str(backup_file))
    asyncio.run(_go_on(journey, monday + timedelta(days=1, hours=2)))
    _upgrade_copies(journey)
    moved_file = journey.database_file
    _move(journey)
    if journey.server is not None:
        _upgrade_copies(journey)
    asyncio.run(_close_periods(journey, monday + timedelta(weeks=1), week_count))
    _compare_tables(journey, tables)
    _read_copies(journey, (during_writes, backup_file, lost_file, moved_file), key_files)
    journey.figures.sent_count = len(journey.sent)
    journey.figures.duplicate_count = journey.count_duplicates()
    return journey.figures


async def _install(journey: Journey, monday: datetime) -> None:
    """Set the teams up, and live through the week in which their first periods close."""
    async with journey.run_bot() as context:
        for number in range(journey.team_count):
            team = replace(TEAM, id=f"team{number}", channel=f"C0TEAM{number}", name=f"T{number}")
            people = journey.list_people(number)
            await set_up_team(context, team, people, (SUPERVISOR,))
            await context.store.across_workspaces.write(
                lambda repos, team=team, people=people: [  # type: ignore[misc]  # bound early
                    repos.people.join_team(person, team.id) for person in people
                ]
            )
        await journey.tick(context, monday)
        await journey.file_debriefs(context, range(PEOPLE_PER_TEAM))
        await journey.tick(context, monday + timedelta(days=1))


async def _back_up_during_writes(journey: Journey, monday: datetime, file: Path) -> None:
    """File while the backup is made, and once more before the next one."""
    async with journey.run_bot() as context:
        await journey.tick(context, monday)
        await journey.file_debriefs(context, FILED_BEFORE[:2])
        with journey.set_environment():
            filing = asyncio.create_task(journey.file_debriefs(context, FILED_BEFORE[2:]))
            status = await asyncio.to_thread(run_bot_command, ("backup", str(file)))
            await filing
        assert status == 0


def _back_up(journey: Journey) -> Path:
    """Make the backup of a timer, check it, and return its path."""
    folder = journey.folder / "backups"
    folder.mkdir()
    journey.run_verb("backup", str(folder), "--keep", "1")
    (file,) = folder.iterdir()
    journey.run_verb("check-backup", str(file))
    return file


def _read_key_files(journey: Journey) -> dict[str, bytes]:
    """Return the keys of the open periods by their files' names."""
    folder = journey.folder / "keys"
    return {path.name: path.read_bytes() for path in folder.glob("*.period")}


async def _lose_week(journey: Journey, monday: datetime) -> dict[str, bytes]:
    """Live through a week that no backup contains; return the published tables so far."""
    async with journey.run_bot() as context:
        await journey.tick(context, monday)
        await journey.file_debriefs(context, FILED_SINCE)
        await journey.tick(context, monday + timedelta(days=1))
        return await context.store.across_workspaces.read(read_tables)


async def _go_on(journey: Journey, moment: datetime) -> None:
    """File with the restored database, and live until the next week's check-ins."""
    async with journey.run_bot() as context:
        await journey.tick(context, moment)
        await journey.file_debriefs(context, FILED_AFTER)
        await journey.request_follow_up(context)
        await journey.tick(context, moment + timedelta(hours=3))
        await _record_counts(journey, context)


def _upgrade_copies(journey: Journey) -> None:
    """Upgrade copies from the journey's earlier schemas; roll one back if it says so."""
    comparison = Comparison(journey)
    plays: list[Callable[[], UpgradeFigures]] = [
        partial(comparison.play_upgrade, revision) for revision in journey.earlier_schemas
    ]
    if journey.rolls_back:
        plays.append(comparison.play_rollback)
    if journey.rolls_back and journey.uses_sqlite:
        plays.append(comparison.play_refused_rollback)
    journey.figures.upgrades += tuple(play() for play in plays)


def _move(journey: Journey) -> None:
    """Move database and keys; kill the process as often as the journey says, in any phase."""
    arguments = ("move-to", journey.target_url, "--keys", journey.keys_url)
    for _ in range(journey.kill_count):
        phase = _kill_move(journey, arguments)
        journey.figures.kill_counts[phase] += 1
    journey.run_verb(*arguments)
    journey.environment |= {"DATABASE_URL": journey.target_url, "KEYS": journey.keys_url}


def _kill_move(journey: Journey, arguments: tuple[str, ...]) -> str:
    """Kill the command a moment after a phase has begun; return what it printed last."""
    with journey.set_environment() as settings:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=os.environ | settings,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert process.stderr is not None
    line_count = random.randint(2, len(MovePhase))  # noqa: S311 - moments, not secrets
    lines = [process.stderr.readline() for _ in range(line_count)]
    time.sleep(random.uniform(0, _MAX_KILL_DELAY_SECONDS))  # noqa: S311 - as above
    process.send_signal(signal.SIGKILL)
    lines += process.stderr.readlines()
    process.wait()
    process.stderr.close()
    return [line.strip() for line in lines if line.strip()][-1]


async def _close_periods(journey: Journey, monday: datetime, week_count: int) -> None:
    """Live through *week_count* weeks on PostgreSQL, and until the open periods have closed."""
    async with journey.run_bot() as context:
        for week in range(week_count):
            for day in (0, 1, 3):
                await journey.tick(context, monday + timedelta(weeks=week, days=day))
        await _record_counts(journey, context)
        journey.figures.unpublished_count = await journey.close_periods(context)


async def _record_counts(journey: Journey, context: Context) -> None:
    """Record how many debriefs each kind of open period contains."""
    filed_counts = await context.store.across_workspaces.read(count_filed_debriefs)
    totals: Counter[str] = Counter()
    for (ledger, _unit, closes), count in filed_counts.items():
        totals[f"{ledger} {closes}"] += count
    journey.figures.filed_counts += (dict(totals),)


def _compare_tables(journey: Journey, tables: dict[str, bytes]) -> None:
    """Count the tables that were published before the backup and are others now."""

    async def read() -> dict[str, bytes]:
        async with journey.run_bot() as context:
            return await context.store.across_workspaces.read(read_tables)

    present = asyncio.run(read())
    journey.figures.table_count = len(tables)
    journey.figures.changed_table_count = count_changed_tables(tables, present)


def _read_copies(journey: Journey, copies: tuple[Path, ...], key_files: dict[str, bytes]) -> None:
    """Open every copy with the keys that are there now, and with those that were destroyed."""
    present_keys = open_key_store(journey.environment["KEYS"])
    folder_keys = FolderKeyStore(journey.folder / "keys")
    contents = [path.read_bytes() for path in journey.folder.rglob("*") if path.is_file()]
    journey.figures.key_copy_count = sum(
        key in content for key in key_files.values() for content in contents
    )
    destroyed_folder = journey.folder / "destroyed"
    shutil.copytree(journey.folder / "keys", destroyed_folder)
    for name, key in key_files.items():
        (destroyed_folder / name).write_bytes(key)
    for path in copies:
        for keys in (present_keys, folder_keys):
            journey.figures.opened_count += _count_opened(path, keys)
        journey.figures.sealed_count += _count_opened(path, FolderKeyStore(destroyed_folder))
    present_keys.close()


def _count_opened(path: Path, keys: KeyStore) -> int:
    """Count the records in the database at *path* that *keys* open."""
    store = Store.open(f"sqlite:///{path}", (PEPPER.encode(),), keys)
    try:
        return len(store.read_sync(load_records))
    finally:
        store.close_sync()


def create_databases(server: PostgresServer) -> tuple[str, str]:
    """Create the new database and that of the keys; return their addresses."""
    target_url = server.database_url(server.create_database())
    return target_url, server.database_url(server.create_database())


def main(team_count: int = 12, week_count: int = 10, kill_count: int = 8) -> None:
    """Play the journey on a PostgreSQL server of its own, and print the figures."""
    server = PostgresServer()
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            target_url, keys_url = create_databases(server)
            journey = Journey(
                Path(folder),
                target_url,
                keys_url,
                team_count,
                kill_count,
                earlier_schemas=EARLIER_SCHEMAS,
                rolls_back=True,
                server=server,
            )
            figures = run_journey(journey, week_count)
            other_figures = replace(figures, upgrades=())
            print(*figures.upgrades, other_figures, sep="\n")  # noqa: T201 - the command's output
    finally:
        server.stop()
        server.delete_files()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
