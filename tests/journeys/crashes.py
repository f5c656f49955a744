"""Killing the bot at four named points of a message's way, and counting what became of all.

The points are the ones between which a message can be lost or doubled: before the intent
to send is kept, between that and its effect, after its effect and before the answer, and
after the answer and before it is kept.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.unsteady import Unsteady

POINTS = ("before_intent", "before_commit", "after_commit", "after_answer")
WORKSPACES = ("T0NORTH", "T0SOUTH", "T0WEST")
PEOPLE = 9
"""Enough that each of four kills a week finds a message on its way, whatever a start sends."""

MONDAY = datetime.fromisoformat("2026-02-02T09:00:30-05:00")


def declared() -> str:
    """Three teams in three workspaces, in each of which nine clinicians have joined."""
    return "".join(
        f'[[team]]\nworkspace = "{workspace}"\nchannel = "C{workspace}"\nname = "Team {number}"\n'
        f'supervisors = ["U{number}SUPER"]\njoined = true\nclinicians = '
        f"{[f'U{number}CLIN{one}' for one in range(PEOPLE)]}\n".replace("'", '"')
        + 'language = "en"\ntimezone = "America/Toronto"\n'
        + 'tip = { days = ["friday"], time = "07:00" }\n'
        for number, workspace in enumerate(WORKSPACES)
    )


@dataclass
class Figures:
    """What a run came to: messages owed, lost and doubled, and those left in doubt a crash."""

    kills: int = 0
    owed: int = 0
    posted: int = 0
    twice: int = 0
    lost: int = 0
    unconfirmed: int = 0
    most_in_doubt: int = 0
    states: Counter[str] = field(default_factory=Counter)


@dataclass
class Crashes:
    """One bot on an embedded database, killed and started again at later and later times."""

    bot: BotProcess
    slack: Unsteady
    at: datetime = MONDAY
    figures: Figures = field(default_factory=Figures)

    def declare(self) -> None:
        """Declare the teams, and let the bot introduce itself in their channels."""
        teams = self.bot.folder / "teams.toml"
        teams.write_text(declared(), encoding="utf-8")
        self.bot.clock = (self.at - timedelta(days=3)).isoformat()
        applied = self.bot.verb("team", "apply", str(teams))
        assert applied.returncode == 0, applied.stderr
        self.bot.start()
        self.finished()
        self.bot.kill()

    def week(self, points: tuple[str, ...]) -> None:
        """Let a week fall due, kill the bot at each of *points*, and let it finish in the end."""
        for point in points:
            self._start()
            with self._caught(point):
                self.bot.kill()
                self._count()
            self.at += timedelta(seconds=61)
        self._start()
        self.finished()
        self.bot.kill()
        self._everybody_answered()
        self.at += timedelta(days=7) - timedelta(seconds=61 * len(points))

    def locked_out(self, seconds: float) -> None:
        """Hold the database's lock for so long in the middle of a week, and let it finish."""
        self._start()
        self._await_a_message()
        with locked(self.bot.database):
            time.sleep(seconds)
        self.finished()

    def finished(self) -> None:
        """Wait until nothing is planned; what is in doubt by then is so for good."""
        end = time.monotonic() + 120
        while self._standing().get("planned") or self._standing().get("sending"):
            assert time.monotonic() < end, self.bot.log()
            time.sleep(0.05)

    def result(self) -> Figures:
        """Count the check-ins that were owed, and what the stand-in saw of every message.

        The tips of the Fridays are missed: no bot runs between one Monday and the next.
        """
        posted = self.slack.posted()
        per_message = Counter(key for key, _ in posted.elements())
        rows = self._rows("select id, state from delivery where kind = 'checkin'")
        figures = self.figures
        figures.owed, figures.posted = len(rows), len(per_message)
        figures.states = Counter(state for _, state in rows)
        figures.twice = sum(count > 1 for count in per_message.values())
        figures.lost = sum(state != "unconfirmed" and not per_message[key] for key, state in rows)
        figures.unconfirmed = figures.states["unconfirmed"]
        return figures

    def _everybody_answered(self) -> None:
        """Keep people asked weekly, as those are who answer."""
        with closing(sqlite3.connect(self.bot.database, timeout=30)) as database:
            database.execute("update person set quiet = 0")
            database.commit()

    def _start(self) -> None:
        self.bot.clock = self.at.isoformat()
        self.bot.start()

    @contextmanager
    def _caught(self, point: str) -> Iterator[None]:
        """Wait until the bot is at *point*, and keep it there until it is killed."""
        if point in {"before_commit", "after_commit"}:
            self.slack.arm("before_commit" if point == "before_commit" else "after_commit")
            assert self.slack.held.wait(120), self.bot.log()
            yield
            self.slack.disarm()
            return
        if point == "after_answer":
            self.slack.delay = 0.4
        self._await_a_message()
        with locked(self.bot.database):
            time.sleep(1.0)
            yield
        self.slack.delay = 0.0

    def _await_a_message(self) -> None:
        """Wait until a message is on its way, whose end the bot will try to keep."""
        before, end = self.slack.calls["chat.postMessage"], time.monotonic() + 120
        while self.slack.calls["chat.postMessage"] == before:
            assert time.monotonic() < end, self.bot.log()
            time.sleep(0.005)

    def _count(self) -> None:
        self.figures.kills += 1
        begun = Counter(
            workspace
            for workspace, state in self._rows("select workspace, state from delivery")
            if state == "sending"
        )
        self.figures.most_in_doubt = max(self.figures.most_in_doubt, *begun.values(), 0)

    def _standing(self) -> Counter[str]:
        return Counter(state for (state,) in self._rows("select state from delivery"))

    def _rows(self, asked: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.bot.database, timeout=30)) as database:
            return database.execute(asked).fetchall()


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the embedded database's one lock for writing, as another program might."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
