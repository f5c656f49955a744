"""Two workers over one PostgreSQL, killed at the worst moment, and what became of all messages."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bot.store.repositories import Books
from bot.store.repositories.deliveries import Promise
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER, ROOT
from tests.journeys.hurried import NOTE
from tests.journeys.unsteady import Unsteady, unsteady

WORKSPACES = ("slack:T0NORTH", "slack:T0SOUTH", "slack:T0WEST")
PEOPLE = 6
POINTS = ("before_intent", "before_commit", "after_commit", "after_answer")
PACE = 20
_TURN = int.from_bytes(b"attune")
"""The lock by which the bot's writers take turns."""

_SEATS = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid < 9"
_OWED = "SELECT id, workspace, state, attempt, started, due FROM delivery"
_UNFINISHED = (
    "SELECT workflow_uuid, status, executor_id, started_at_epoch_ms, owner_xid"
    " FROM attune_dbos.workflow_status WHERE status <> 'SUCCESS'"
)


@dataclass
class Worker:
    """One `worker` process, and the door at which it meets Slack."""

    slack: Unsteady
    log: Path
    tree: Path = ROOT
    told: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and wait for nothing."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.hurried", "worker"],
                cwd=self.tree,
                env={**self.told, "PYTHONPATH": f"{self.told['PYTHONPATH']}:{self.tree}"},
                stdout=log,
                stderr=log,
            )

    def reached(self) -> set[tuple[str, int]]:
        """Every address on a network that the process is connected to just now."""
        assert self.process is not None
        home = Path(f"/proc/{self.process.pid}")
        mine = {_linked(one) for one in (home / "fd").iterdir()}
        lines = [line.split() for line in (home / "net/tcp").read_text().splitlines()[1:]]
        lines += [line.split() for line in (home / "net/tcp6").read_text().splitlines()[1:]]
        return {_address(line[2]) for line in lines if f"socket:[{line[9]}]" in mine}

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(timeout=40) == 0, self.said()

    def said(self) -> str:
        """Everything the process has written."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


@dataclass
class Crew:
    """The workers, the database they share, and what the one Slack behind their doors has seen."""

    url: str
    workers: tuple[Worker, ...]
    weeks: int = 0
    in_doubt: int = 0

    def start(self) -> None:
        """Start both, and wait until they share."""
        for worker in self.workers:
            worker.start()
        self.seated(len(self.workers))

    def under_way(self) -> None:
        """Wait until somebody has been sent something."""
        self._first(lambda worker: worker.slack.calls["chat.postMessage"] > 2)

    def owe(self, people: int = PEOPLE) -> None:
        """Owe each of *people* in every workspace a message now, as a tick would."""
        self.weeks += 1
        now = datetime.now(UTC)

        def promise(books: Books) -> int:
            return books.deliveries.promise(
                Promise(
                    workspace, NOTE, f"U0CLIN{one}", "", f"2026-W{self.weeks:02}", now,
                    now + timedelta(hours=1), "",
                )
                for workspace in WORKSPACES
                for one in range(people)
            )  # fmt: skip

        self._write(promise)

    def caught(self, point: str) -> Worker:
        """Wait until a worker is at *point* of a message's way, and kill it there."""
        doors = [worker.slack for worker in self.workers]
        if point in {"before_commit", "after_commit"}:
            for door in doors:
                door.arm("before_commit" if point == "before_commit" else "after_commit")
            victim = self._first(lambda worker: worker.slack.held.is_set())
            victim.kill()
            for door in doors:
                door.disarm()
        else:
            for door in doors:
                door.delay = 0.5 if point == "after_answer" else 0.05
            before = {id(worker): worker.slack.calls["chat.postMessage"] for worker in self.workers}
            victim = self._first(
                lambda worker: worker.slack.calls["chat.postMessage"] > before[id(worker)]
            )
            with self.nobody_writes():
                time.sleep(0.8)
                victim.kill()
            for door in doors:
                door.delay = 0.0
        begun = Counter(
            w for w, s in self.ask("SELECT workspace, state FROM delivery") if s == "sending"
        )
        self.in_doubt = max(self.in_doubt, *begun.values(), 0)
        return victim

    def finished(self, seconds: float = 120) -> float:
        """Wait until nothing is owed or in doubt, and say how long that took."""
        start = time.monotonic()
        while {state for (state,) in self.ask("SELECT state FROM delivery")} & {
            "planned",
            "sending",
        }:
            assert time.monotonic() - start < seconds, f"{self.standing()}\n{self.said()}"
            time.sleep(0.1)
        return time.monotonic() - start

    def standing(self) -> list[tuple[Any, ...]]:
        """How deliveries and unfinished drains stand, for whoever looks for what holds them up."""
        return self.ask(f"{_OWED} WHERE state IN ('planned', 'sending')") + self.ask(_UNFINISHED)

    def figures(self) -> dict[str, int]:
        """How many messages were owed, were lost, arrived twice, and are in doubt for good."""
        posted: Counter[str] = Counter()
        for key, _ in self.workers[0].slack.posted().elements():
            posted[key] += 1
        rows = self.ask("SELECT id, state FROM delivery")
        return {
            "owed": len(rows),
            "lost": sum(state != "unconfirmed" and not posted[key] for key, state in rows),
            "twice": sum(count > 1 for count in posted.values()),
            "unconfirmed": sum(state == "unconfirmed" for _, state in rows),
        }

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            return connection.execute(query.encode()).fetchall()

    @contextmanager
    def nobody_writes(self) -> Iterator[None]:
        """Hold the turn to write, as another process of the bot might."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            yield

    def said(self) -> str:
        """Everything that every worker has written."""
        return "\n".join(worker.said() for worker in self.workers)

    def seated(self, count: int) -> None:
        """Wait until *count* workers share."""
        end = time.monotonic() + 60
        while len(self.ask(_SEATS)) < count:
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def _first(self, there: Any) -> Worker:
        end = time.monotonic() + 60
        while True:
            for worker in self.workers:
                if there(worker):
                    return worker
            assert time.monotonic() < end, self.said()
            time.sleep(0.005)

    def _write(self, work: Any) -> None:
        async def write() -> None:
            store = Store.open(self.url, (PEPPER.encode(),))
            await store.write(work, patience=30)
            await store.close()

        asyncio.run(write())


@contextmanager
def crew(folder: Path, url: str, *, granted: bool = True, **told: str) -> Iterator[Crew]:
    """Two workers, not yet started, over the database at *url*, and three workspaces."""
    store = Store.open(url, ())
    store.migrate()
    store.shut()
    with unsteady(granted=granted) as one, unsteady(granted=granted) as other:
        other.posts, other.lock = one.posts, one.lock
        workers = tuple(
            Worker(slack, folder / f"{number}.log", told=_told(url, slack.api) | told)
            for number, slack in enumerate((one, other))
        )
        made = Crew(url, workers)
        try:
            yield made
        finally:
            for worker in workers:
                if worker.process is not None and worker.process.poll() is None:
                    worker.kill()


def _linked(file: Path) -> str:
    """Where an open file leads; it may be closed meanwhile."""
    try:
        return str(file.readlink())
    except FileNotFoundError:
        return ""


def _address(told: str) -> tuple[str, int]:
    host, _, port = told.partition(":")
    if len(host) > 8:
        return host, int(port, 16)
    return ".".join(str(part) for part in reversed(bytes.fromhex(host))), int(port, 16)


def _told(url: str, api: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "",
        "DATABASE_URL": url,
        "PEPPER": PEPPER,
        "SLACK_BOT_TOKEN": "xoxb-made-up",
        "SLACK_API_URL": api,
        "PACE": str(PACE),
    }
