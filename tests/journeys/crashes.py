"""Kill the bot at four points of a message's delivery, and count the results.

These are the points between which a message can be lost or duplicated: before the intent to
send is committed, between that and its effect, after its effect and before the response, and
after the response and before it is committed.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import true

from bot.store.keys.folder_key_store import FolderKeyStore
from bot.store.record_cache import RecordCache
from bot.store.repositories.team_slots import TeamSlots
from bot.store.store import Store
from tests.journeys.botprocess import BotProcess
from tests.journeys.faulty_slack import FaultySlack

CRASH_POINTS = ("before_intent", "before_commit", "after_commit", "after_answer")
WORKSPACES = ("T0NORTH", "T0SOUTH", "T0WEST")
CLINICIANS_PER_TEAM = 9
"""Enough that each of four kills a week finds a message in flight."""

START_TIME = datetime.fromisoformat("2026-02-02T09:00:30-05:00")


def render_team_file() -> str:
    """Return the file of three teams in three workspaces, each with nine joined clinicians."""
    return "".join(
        f'[[team]]\nworkspace = "{workspace}"\nchannel = "C{workspace}"\nname = "Team {number}"\n'
        f'supervisors = ["U{number}SUPER"]\njoined = true\nclinicians = '
        f"{[f'U{number}CLIN{index}' for index in range(CLINICIANS_PER_TEAM)]}\n".replace("'", '"')
        + 'language = "en"\ntimezone = "America/Toronto"\n'
        + 'tip = { days = ["friday"], time = "07:00" }\n'
        for number, workspace in enumerate(WORKSPACES)
    )


@dataclass
class CrashFigures:
    """Figures of a run: messages due, lost and duplicated, and those in doubt after a crash."""

    kill_count: int = 0
    due_count: int = 0
    posted_count: int = 0
    duplicate_count: int = 0
    lost_count: int = 0
    unconfirmed_count: int = 0
    max_in_doubt: int = 0
    state_counts: Counter[str] = field(default_factory=Counter)


@dataclass
class CrashRun:
    """One bot on an embedded database, killed and restarted at later and later times."""

    bot: BotProcess
    slack: FaultySlack
    clock_time: datetime = START_TIME
    figures: CrashFigures = field(default_factory=CrashFigures)

    def declare_teams(self) -> None:
        """Declare the teams, and run the bot until it has introduced itself in their channels."""
        team_file = self.bot.folder / "teams.toml"
        team_file.write_text(render_team_file(), encoding="utf-8")
        self.bot.clock_time = (self.clock_time - timedelta(days=3)).isoformat()
        result = self.bot.run_command("team", "apply", "--unseen", str(team_file))
        assert result.returncode == 0, result.stderr
        self.bot.start()
        self.wait_until_finished()
        self.bot.kill()

    def run_week(self, points: tuple[str, ...]) -> None:
        """Make a week's check-ins due, kill the bot at each of *points*, and run it to the end."""
        for point in points:
            self._start_bot()
            with self._hold_at_point(point):
                self.bot.kill()
                self._count_in_doubt()
            self.clock_time += timedelta(seconds=61)
        self._start_bot()
        self.wait_until_finished()
        self.bot.kill()
        self._reset_unanswered_counts()
        self.clock_time += timedelta(days=7) - timedelta(seconds=61 * len(points))

    def run_with_database_locked(self, seconds: float) -> None:
        """Hold the database's lock for *seconds* in the middle of a week, and run to the end."""
        self._start_bot()
        self._wait_for_post()
        with hold_write_lock(self.bot.database_file):
            time.sleep(seconds)
        self.wait_until_finished()

    def wait_until_finished(self) -> None:
        """Wait until no delivery is planned; unconfirmed ones stay so."""
        deadline = time.monotonic() + 120
        while self._delivery_states().get("planned") or self._delivery_states().get("sending"):
            assert time.monotonic() < deadline, self.bot.read_log()
            time.sleep(0.05)

    def count_results(self) -> CrashFigures:
        """Count the due check-ins, and what the fake Slack received of every message.

        Friday's tips are missed: no bot runs between one Monday and the next.
        """
        posted = self.slack.posted_counts()
        posts_by_key = Counter(key for key, _ in posted.elements())
        rows = self._fetch_rows("select id, state from delivery where kind = 'checkin'")
        figures = self.figures
        figures.due_count, figures.posted_count = len(rows), len(posts_by_key)
        figures.state_counts = Counter(state for _, state in rows)
        figures.duplicate_count = sum(count > 1 for count in posts_by_key.values())
        figures.lost_count = sum(
            state != "unconfirmed" and not posts_by_key[key] for key, state in rows
        )
        figures.unconfirmed_count = figures.state_counts["unconfirmed"]
        return figures

    def _reset_unanswered_counts(self) -> None:
        """Reset the counters, so that people stay on the weekly interval of those who answer."""
        store = Store.open(
            f"sqlite:///{self.bot.database_file}", (), FolderKeyStore(self.bot.keys_folder)
        )
        try:
            with store._engines.writer.begin() as connection:
                records = RecordCache(connection, store.key_store)
                TeamSlots(connection, records).change_recipients(
                    true(), lambda slot: replace(slot, unanswered_count=0)
                )
                records.write_dirty()
        finally:
            store.close_sync()

    def _start_bot(self) -> None:
        self.bot.clock_time = self.clock_time.isoformat()
        self.bot.start()

    @contextmanager
    def _hold_at_point(self, point: str) -> Iterator[None]:
        """Wait until the bot is at *point*, and hold it there until it is killed."""
        if point in {"before_commit", "after_commit"}:
            self.slack.hold_next_post(
                "before_commit" if point == "before_commit" else "after_commit"
            )
            assert self.slack.post_held.wait(120), self.bot.read_log()
            yield
            self.slack.release_held_post()
            return
        if point == "after_answer":
            self.slack.answer_delay_seconds = 0.4
        self._wait_for_post()
        with hold_write_lock(self.bot.database_file):
            time.sleep(1.0)
            yield
        self.slack.answer_delay_seconds = 0.0

    def _wait_for_post(self) -> None:
        """Wait until a message is in flight, whose result the bot will try to commit."""
        call_count, deadline = self.slack.call_counts["chat.postMessage"], time.monotonic() + 120
        while self.slack.call_counts["chat.postMessage"] == call_count:
            assert time.monotonic() < deadline, self.bot.read_log()
            time.sleep(0.005)

    def _count_in_doubt(self) -> None:
        self.figures.kill_count += 1
        in_doubt = Counter(
            workspace
            for workspace, state in self._fetch_rows("select workspace, state from delivery")
            if state == "sending"
        )
        self.figures.max_in_doubt = max(self.figures.max_in_doubt, *in_doubt.values(), 0)

    def _delivery_states(self) -> Counter[str]:
        return Counter(state for (state,) in self._fetch_rows("select state from delivery"))

    def _fetch_rows(self, query: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.bot.database_file, timeout=30)) as database:
            return database.execute(query).fetchall()


@contextmanager
def hold_write_lock(database: Path) -> Iterator[None]:
    """Hold the embedded database's write lock, as another program might."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
