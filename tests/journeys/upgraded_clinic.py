"""Copies of an installation: upgraded from each earlier schema, or rolled back to this release.

Each copy has the database, keys and published tables of the journey at one moment. One of them is
only started again; the others are compared with it. All live the same days after their start until
their periods close, with the same debriefs.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path

from sqlalchemy import MetaData

from bot.__main__ import main as run_bot_command
from bot.store.schema import metadata
from tests.journeys.botprocess import BotProcess
from tests.journeys.copied_clinic import copy_installation, delete_claim, open_store
from tests.journeys.earlier_schemas import (
    FIRST_DATABASE_ID,
    bring_back,
    describe_content,
    list_changed_tables,
)
from tests.journeys.next_release import copy_next_release, run_release
from tests.journeys.operated_clinic import (
    Journey,
    UpgradeFigures,
    count_changed_tables,
    read_tables,
)
from tests.journeys.stdlib_slack import SIGNING_SECRET, run_fake_slack
from tests.ledger_records import count_filed_debriefs
from tests.logging_state import restore_logging

FILED_AFTER_UPGRADE = range(7, 9)
"""Who files on the day of the upgrade, after it."""

_UNREACHABLE_SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
}
"""Settings of a Slack that does not answer, which the check-up reports for every copy."""

_REFUSED_STATUS = 2

Start = Callable[[Journey], int]
"""Starts this release on a copy; returns how many messages that sent."""


def start_web(copy: Journey) -> int:
    """Start and stop ``web``, which migrates an SQLite database."""
    with run_fake_slack() as slack:
        bot = _build_process(copy, slack.api_url)
        bot.start()
        bot.stop()
        return len(slack.calls_of("chat.postMessage"))


def run_migrations(copy: Journey) -> int:
    """Migrate by the command, in this process."""
    copy.run_verb("migrate")
    return 0


@dataclass
class Comparison:
    """Copies of *journey*, each started and compared with one that is only started.

    The start is that of ``web`` on SQLite, and ``migrate`` on PostgreSQL.
    """

    journey: Journey
    start: Start = field(init=False)
    database: str = field(init=False)
    expected_findings: tuple[str, ...] = field(init=False)
    expected_tables: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Live on with the copy to which the others are compared."""
        self.start = start_web if self.journey.uses_sqlite else run_migrations
        self.database = "SQLite" if self.journey.uses_sqlite else "PostgreSQL"
        with copy_installation(self.journey) as copy:
            self.start(copy)
            self.expected_findings = _run_doctor(copy)
            self.expected_tables = asyncio.run(_live_on(copy, UpgradeFigures("none")))

    def play_upgrade(self, revision: str) -> UpgradeFigures:
        """Bring a copy back to the schema *revision*, upgrade it, and live on."""
        figures = UpgradeFigures(f"schema {revision}, {self.database}")
        with copy_installation(self.journey) as copy:
            store = open_store(copy)
            schema = bring_back(store, revision)
            store.close_sync()
            if revision < FIRST_DATABASE_ID:
                delete_claim(copy)
            self._start_and_compare(copy, figures, schema)
        return figures

    def play_rollback(self) -> UpgradeFigures:
        """Upgrade a copy to a next release, start this one on its schema, and live on.

        The next release then reads what this one has written.
        """
        figures = UpgradeFigures(f"a next release that this one runs on, {self.database}")
        with copy_installation(self.journey) as copy:
            release = copy_next_release(copy.folder / "next")
            bot = _build_process(copy)
            run_release(bot, release, "migrate")
            self._start_and_compare(copy, figures, metadata)
            run_release(bot, release, "export-tables", str(copy.folder / "tables.csv"))
        return figures

    def play_refused_rollback(self) -> UpgradeFigures:
        """Upgrade a copy on SQLite to a next release that excludes this one; restore the backup."""
        figures = UpgradeFigures("a next release that this one does not run on, SQLite")
        with copy_installation(self.journey) as copy:
            backup = copy.folder / "before.sqlite"
            copy.run_verb("backup", str(backup))
            release = copy_next_release(copy.folder / "next", supports_this=False)
            bot = _build_process(copy)
            run_release(bot, release, "migrate")
            content = _hash_file(copy.database_file)
            for verb in ("web", "migrate"):
                assert bot.run_command(verb).returncode == _REFUSED_STATUS
            assert _hash_file(copy.database_file) == content
            copy.run_verb("restore", str(backup))
            self._start_and_compare(copy, figures, metadata)
        return figures

    def _start_and_compare(self, copy: Journey, figures: UpgradeFigures, schema: MetaData) -> None:
        """Start this release on *copy*; compare the rows that *schema* knows, and what follows."""
        started_at = time.monotonic()
        figures.repeated_count = self.start(copy)
        figures.seconds = round(time.monotonic() - started_at, 2)
        expected = _describe(self.journey, schema)
        present = _describe(copy, schema)
        figures.row_count = sum(len(rows) for rows in expected.values())
        figures.changed_tables = list_changed_tables(expected, present)
        findings = set(_run_doctor(copy))
        figures.findings = tuple(sorted(findings ^ set(self.expected_findings)))
        tables = asyncio.run(_live_on(copy, figures))
        figures.table_count = len(self.expected_tables)
        figures.changed_table_count = count_changed_tables(self.expected_tables, tables)


async def _live_on(copy: Journey, figures: UpgradeFigures) -> dict[str, bytes]:
    """File on the day of the start, and live until the periods close; return all tables."""
    async with copy.run_bot() as context:
        count = len(copy.sent)
        day = copy.clock()
        await copy.tick(context, day + timedelta(minutes=10))
        figures.repeated_count += len(copy.sent) - count
        await copy.file_debriefs(context, FILED_AFTER_UPGRADE)
        monday = day + timedelta(days=7 - day.weekday())
        for hours in (0, 24):
            await copy.tick(context, monday + timedelta(hours=hours))
        filed_counts = await context.store.across_workspaces.read(count_filed_debriefs)
        figures.filed_counts = tuple(sorted(set(filed_counts.values())))
        figures.unpublished_count = await copy.close_periods(context)
        figures.sent_count = len(copy.sent) - count
        figures.duplicate_count = copy.count_duplicates()
        return await context.store.across_workspaces.read(read_tables)


def _build_process(copy: Journey, api_url: str = _UNREACHABLE_SLACK["SLACK_API_URL"]) -> BotProcess:
    """Return the bot of a copy as a process of its own, at the time of the copy."""
    moment = copy.clock().isoformat()
    return BotProcess(copy.folder, api_url, clock_time=moment, extra_environment=copy.environment)


def _describe(journey: Journey, schema: MetaData) -> dict[str, list[str]]:
    store = open_store(journey)
    try:
        return describe_content(store, schema)
    finally:
        store.close_sync()


def _run_doctor(copy: Journey) -> tuple[str, ...]:
    """Return the findings of the check-up, without the paths of the copy and the present time."""
    output = StringIO()
    copy.environment |= _UNREACHABLE_SLACK
    with copy.set_environment(), restore_logging(), redirect_stderr(output):
        run_bot_command(("doctor",))
    text = output.getvalue().replace(str(copy.folder), "FOLDER")
    return tuple(re.sub(r"[\d,]+ minutes", "minutes", text).splitlines())


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
