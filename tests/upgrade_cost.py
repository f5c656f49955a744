"""Measure an upgrade: ``python -m tests.upgrade_cost 5000 100000`` prints its processor seconds.

The database is an SQLite file of the schema before the frozen lists, with teams, people on their
lists, and two open periods a team. The bot wrote none of its rows: only their number matters to a
migration. After that schema no sealed record is rewritten.
"""

import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert

from bot.store.migration_declarations import MIGRATIONS_FOLDER
from bot.store.store import Store
from tests.key_folders import open_test_store

FIRST_REVISION = "0011"
OPENS = date(2026, 1, 5)
PERIOD = {
    "opens": OPENS,
    "closes": OPENS + timedelta(weeks=6),
    "closes_at": 1_771_200_000,
    "size": 8,
    "weeks": 6,
    "cap": 2,
    "epsilon": "1",
    "question": "form",
    "workspace": "slack:T1",
}
"""What all open periods have in common."""


def build_rows(team_count: int, people_count: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the rows of each table: teams, people on their lists, and open periods with feeds."""
    schedule = {"checkin_day": 1, "checkin_time": "09:00", "tip_days": "2", "tip_time": "09:00"}
    options = {"language": "en", "zone": "UTC", "question": "form", "open_to_team": False}
    teams = [f"team{number:06}" for number in range(team_count)]
    people = [(teams[number % team_count], f"U{number:08}") for number in range(people_count)]
    place = {"workspace": "slack:T1"}
    yield (
        "team",
        [{"id": t, "channel": f"C{t}", "name": t, **place, **schedule, **options} for t in teams],
    )
    yield (
        "roster",
        [{"team": team, "person": person, "declared": True, **place} for team, person in people],
    )
    yield (
        "person",
        [{"id": person, "home_team": team, "joined": True, **place} for team, person in people],
    )
    pairs = [(ledger, team) for ledger in ("total", "breakdown") for team in teams]
    yield (
        "period",
        [{"ledger": ledger, "unit": f"team:{team}", **PERIOD} for ledger, team in pairs],
    )
    feed = {"closes": PERIOD["closes"]}
    yield (
        "feed",
        [{"ledger": name, "unit": f"team:{team}", "team": team, **feed} for name, team in pairs],
    )


def fill_database(store: Store, team_count: int, people_count: int) -> None:
    """Create the tables of the first revision with rows."""
    with store._engines.writer.begin() as connection:
        command.upgrade(build_config(connection, store), FIRST_REVISION)
        schema = MetaData()
        schema.reflect(connection)
        for name, rows in build_rows(team_count, people_count):
            connection.execute(insert(schema.tables[name]), rows)


def build_config(connection: Connection, store: Store) -> Config:
    """Return the configuration with which Alembic migrates the connection's database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    config.attributes["connection"] = connection
    config.attributes["key_store"] = store.key_store
    return config


def measure_upgrade(folder: Path, team_count: int, people_count: int) -> tuple[float, int]:
    """Return the processor seconds of the upgrade, and the bytes of the file after it."""
    database = folder / "attune.sqlite"
    store = open_test_store(f"sqlite:///{database}", (b"nothing is encrypted",))
    try:
        fill_database(store, team_count, people_count)
        started_at = time.process_time()
        store.migrate()
        return time.process_time() - started_at, database.stat().st_size
    finally:
        store.close_sync()


def main(arguments: list[str]) -> None:
    """Print the cost of the upgrade with the numbers of teams and people in *arguments*."""
    team_count, people_count = map(int, arguments)
    with TemporaryDirectory(prefix="attune-upgrade-") as folder:
        seconds, size = measure_upgrade(Path(folder), team_count, people_count)
    sys.stdout.write(
        f"{team_count} teams, {people_count} people, from {FIRST_REVISION}: "
        f"{seconds:.1f} s of a processor, {size / 1e6:.0f} MB afterwards\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
