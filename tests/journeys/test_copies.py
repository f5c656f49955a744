"""A copy of the database identifies no person who filed, in open or closed periods."""

import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.database_files import read_all_bytes
from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.stdlib_slack import StdlibFakeSlack, run_fake_slack
from tests.journeys.test_main_job import AFTER_CLOSE, START, file_debrief

MIN_TIMESTAMP = 1_700_000_000
"""Integers above this are timestamps, in Unix seconds."""


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """A fake of Slack other than the sandbox."""
    with run_fake_slack() as running:
        yield running


def create_database(
    folder: Path, slack: StdlibFakeSlack, filer_numbers: list[int], *, is_compared: bool = False
) -> BotProcess:
    """Run a bot, file as *filer_numbers* in that order, and stop it, so its files are complete.

    Forks of one server would order sets alike, which no two processes of an operator do: a
    database that *is_compared* with another one is of an interpreter of its own.
    """
    folder.mkdir()
    bot = BotProcess(folder, slack.api_url, clock_time=START, needs_new_interpreter=is_compared)
    bot.declare_team()
    bot.start()
    slack.bot_url = bot.base_url
    for number in filer_numbers:
        file_debrief(slack, number)
    bot.stop()
    return bot


def fetch_tables(bot: BotProcess) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, in the file's own order."""
    with closing(sqlite3.connect(bot.database_file)) as database:
        names = [
            name
            for (name,) in database.execute("select name from sqlite_master where type = 'table'")
        ]
        return {name: database.execute(f"select * from [{name}]").fetchall() for name in names}  # noqa: S608 - the file names them


def test_open_period_stores_no_person_time_or_count(slack: StdlibFakeSlack, tmp_path: Path) -> None:
    """Records are one encrypted body per ledger, of one size; nothing names a person."""
    bot = create_database(tmp_path / "a", slack, [0, 1, 2, 3, 4, 5, 6, 7])
    tables = fetch_tables(bot)

    bodies = [row[3] for row in tables["ledger_record"]]
    assert len(bodies) == 2
    assert all(isinstance(body, bytes) and len(zlib.compress(body)) > len(body) for body in bodies)
    assert all(
        clinician_id(0) not in str(row)
        for name in ("ledger_record", "period", "feed", "inbox")
        for row in tables[name]
    )
    assert {len(row) for row in tables["inbox"]} == {2}


def test_copies_with_different_filers_differ_in_random_bytes_alone(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """Every table has the same rows except sealed records, digests and its own id."""
    first_tables, second_tables = (
        fetch_tables(create_database(tmp_path / name, slack, filer_numbers, is_compared=True))
        for name, filer_numbers in (("a", [0, 1, 2]), ("b", [6, 7, 8]))
    )

    def mask_tables(tables: dict[str, list[tuple[object, ...]]]) -> dict[str, list[str]]:
        return {
            name: sorted(str(tuple(map(_mask_random, row))) for row in rows if not _is_id(row))
            for name, rows in tables.items()
        }

    assert mask_tables(first_tables) == mask_tables(second_tables)


def _is_id(row: tuple[object, ...]) -> bool:
    """Return whether the row has the id of the database, which is random in each."""
    return row[0] == "database_id"


def _mask_random(value: object) -> object:
    """Replace what is random in every copy, and the last digits of a timestamp."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int) and value > MIN_TIMESTAMP:
        return value // 1000
    return re.sub(r"[0-9a-f]{32}", "an id", str(value))


def test_closed_period_leaves_its_table_and_no_byte_of_its_record(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """After the close no record is left in the file, its log or its journal, and no key of it."""
    folder = tmp_path / "a"
    bot = create_database(folder, slack, [0, 1, 2, 3, 4])
    bodies = [row[3] for row in fetch_tables(bot)["ledger_record"]]
    keys = {path.name: path.read_bytes() for path in bot.keys_folder.glob("*.period")}
    bot.start()
    bot.move_clock(AFTER_CLOSE)
    bytes_left = read_all_bytes(bot.database_file.parent)
    bot.stop()

    assert (len(bodies), len(keys)) == (2, 1)
    assert not [body for body in bodies if isinstance(body, bytes) and body[:16] in bytes_left]
    closed_tables = fetch_tables(bot)
    assert [row for row in closed_tables["ledger_record"] if str(row[2]) <= "2026-07-06"] == []
    assert len(closed_tables["release"]) == 2
    assert not keys.keys() & {path.name for path in bot.keys_folder.iterdir()}
