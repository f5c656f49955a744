"""A copy of the database tells nobody who filed, while a period is open and after it closed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.database_files import read_all_bytes
from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.otherslack import StdlibFakeSlack, run_fake_slack
from tests.journeys.test_main_job import AFTER_CLOSE, START, filed

A_TIME = 1_700_000_000
"""Whole numbers above this are instants, in Unix seconds."""


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """Another Slack than the practice workspace."""
    with run_fake_slack() as running:
        yield running


def copied(folder: Path, slack: StdlibFakeSlack, filers: list[int], *, close: bool) -> BotProcess:
    """A bot for whose team *filers* filed in that order, stopped so that its files are whole."""
    folder.mkdir()
    bot = BotProcess(folder, slack.api_url, clock_time=START)
    bot.declare_team()
    bot.start()
    slack.bot_url = bot.base_url
    for number in filers:
        filed(slack, number)
    if close:
        bot.move_clock(AFTER_CLOSE)
    bot.stop()
    return bot


def rows(bot: BotProcess) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in the order in which the file holds it."""
    with closing(sqlite3.connect(bot.database_file)) as database:
        names = [
            name
            for (name,) in database.execute("select name from sqlite_master where type = 'table'")
        ]
        return {name: database.execute(f"select * from [{name}]").fetchall() for name in names}  # noqa: S608 - the file names them


def test_an_open_period_holds_no_person_no_time_and_no_order(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """Slips carry random keys and keyed tokens alone, stored by key and not by arrival."""
    bot = copied(tmp_path / "a", slack, [0, 1, 2, 3, 4, 5, 6, 7], close=False)
    kept = rows(bot)

    slips = kept["slip"]
    assert len(slips) == 16
    assert [row[0] for row in slips] == sorted(row[0] for row in slips)  # type: ignore[type-var]  # keys are bytes
    assert len({row[4] for row in slips}) == 16, "two ledgers give one person two tokens"
    assert {len(row) for row in slips} == {6}
    assert all(
        clinician_id(0) not in str(row)
        for name in ("slip", "period", "feed", "inbox")
        for row in kept[name]
    )
    assert {len(row) for row in kept["inbox"]} == {2}


def test_two_copies_in_which_other_people_filed_differ_in_random_bytes_alone(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """Whoever filed, every table has the same rows but for keys, tokens, salts and digests."""
    one = rows(copied(tmp_path / "a", slack, [0, 1, 2], close=False))
    other = rows(copied(tmp_path / "b", slack, [6, 7, 8], close=False))

    def bare(kept: dict[str, list[tuple[object, ...]]]) -> dict[str, list[str]]:
        return {
            name: sorted(str(tuple(map(_plain, row))) for row in found)
            for name, found in kept.items()
        }

    assert bare(one) == bare(other)


def _plain(value: object) -> object:
    """A value without what is random in every copy, and without the last seconds of a time."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int) and value > A_TIME:
        return value // 1000
    return re.sub(r"[0-9a-f]{32}", "an id", str(value))


def test_a_closed_period_leaves_the_published_table_and_no_byte_of_its_slips(
    slack: StdlibFakeSlack, tmp_path: Path
) -> None:
    """After the close no token, key or salt is left in the file, its log or its journal."""
    folder = tmp_path / "a"
    before = copied(folder, slack, [0, 1, 2, 3, 4], close=False)
    held = rows(before)
    secrets = {row[0] for row in held["slip"]} | {row[4] for row in held["slip"]}
    secrets |= {value for row in held["period"] for value in row if isinstance(value, bytes)}
    before.start()
    before.move_clock(AFTER_CLOSE)
    bytes_left = read_all_bytes(folder)
    before.stop()

    assert len(secrets) >= 12
    assert not [secret for secret in secrets if isinstance(secret, bytes) and secret in bytes_left]
    kept = rows(before)
    assert [row for row in kept["slip"] if str(row[3]) <= "2026-07-06"] == []
    assert len(kept["release"]) == 2
