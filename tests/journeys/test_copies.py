"""A copy of the database identifies no person who filed, in open or closed periods."""

import re
import sqlite3
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
    folder: Path, slack: StdlibFakeSlack, filer_numbers: list[int], *, close: bool
) -> BotProcess:
    """Run a bot, file as *filer_numbers* in that order, and stop it, so its files are complete."""
    folder.mkdir()
    bot = BotProcess(folder, slack.api_url, clock_time=START)
    bot.declare_team()
    bot.start()
    slack.bot_url = bot.base_url
    for number in filer_numbers:
        file_debrief(slack, number)
    if close:
        bot.move_clock(AFTER_CLOSE)
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


def test_open_period_stores_no_person_time_or_order(slack: StdlibFakeSlack, tmp_path: Path) -> None:
    """Slips have random keys and keyed tokens alone, stored by key and not by arrival."""
    bot = create_database(tmp_path / "a", slack, [0, 1, 2, 3, 4, 5, 6, 7], close=False)
    tables = fetch_tables(bot)

    slips = tables["slip"]
    assert len(slips) == 16
    assert [row[0] for row in slips] == sorted(row[0] for row in slips)  # type: ignore[type-var]  # keys are bytes
    assert len({row[4] for row in slips}) == 16, "two ledgers give one person two tokens"
    assert {len(row) for row in slips} == {6}
    assert all(
        clinician_id(0) not in str(row)
        for name in ("slip", "period", "feed", "inbox")
        for row in tables[name]
    )
    assert {len(row) for row in tables["inbox"]} == {2}


def test_copies_with_different_filers_differ_in_random_bytes_alone(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """Every table has the same rows except keys, tokens, salts and digests, for any filers."""
    first_tables = fetch_tables(create_database(tmp_path / "a", slack, [0, 1, 2], close=False))
    second_tables = fetch_tables(create_database(tmp_path / "b", slack, [6, 7, 8], close=False))

    def mask_tables(tables: dict[str, list[tuple[object, ...]]]) -> dict[str, list[str]]:
        return {
            name: sorted(str(tuple(map(_mask_random, row))) for row in rows)
            for name, rows in tables.items()
        }

    assert mask_tables(first_tables) == mask_tables(second_tables)


def _mask_random(value: object) -> object:
    """Replace what is random in every copy, and the last digits of a timestamp."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int) and value > MIN_TIMESTAMP:
        return value // 1000
    return re.sub(r"[0-9a-f]{32}", "an id", str(value))


def test_closed_period_leaves_its_table_and_no_byte_of_its_slips(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """After the close no token, key or salt is left in the file, its log or its journal."""
    folder = tmp_path / "a"
    bot = create_database(folder, slack, [0, 1, 2, 3, 4], close=False)
    open_tables = fetch_tables(bot)
    secrets = {row[0] for row in open_tables["slip"]} | {row[4] for row in open_tables["slip"]}
    secrets |= {value for row in open_tables["period"] for value in row if isinstance(value, bytes)}
    bot.start()
    bot.move_clock(AFTER_CLOSE)
    bytes_left = read_all_bytes(folder)
    bot.stop()

    assert len(secrets) >= 12
    assert not [secret for secret in secrets if isinstance(secret, bytes) and secret in bytes_left]
    closed_tables = fetch_tables(bot)
    assert [row for row in closed_tables["slip"] if str(row[3]) <= "2026-07-06"] == []
    assert len(closed_tables["release"]) == 2
