"""Two workers over one PostgreSQL, killed at chosen points, and the results of all messages."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from tests.fork_server import RunningProcess, needs_interpreter, spawn_process, start_server
from tests.journeys.botprocess import PEPPER, ROOT
from tests.journeys.faulty_slack import FaultySlack, run_faulty_slack
from tests.journeys.short_waits import NOTE_KIND
from tests.key_folders import open_test_store
from tests.postgres import ALL_ROWS

WORKSPACES = ("slack:T0NORTH", "slack:T0SOUTH", "slack:T0WEST")
PEOPLE_PER_WORKSPACE = 6
CRASH_POINTS = ("before_intent", "before_commit", "after_commit", "after_answer")
RATE_PER_MINUTE = 20
_MODULE = "tests.journeys.short_waits"
_WRITER_LOCK_ID = int.from_bytes(b"attune")
"""The advisory lock that serializes the bot's writers."""

_LISTENING = "0A"
"""State of a socket in /proc/net/tcp that has no peer: that of the monitoring endpoints."""

_WORKER_LOCKS_QUERY = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid < 9"
)
_UNFINISHED_DELIVERIES_QUERY = (
    "SELECT id, workspace, state, attempt, started, due FROM delivery"
    " WHERE state IN ('planned', 'sending')"
)
_UNFINISHED_WORKFLOWS_QUERY = (
    "SELECT workflow_uuid, status, executor_id, started_at_epoch_ms, owner_xid"
    " FROM attune_dbos.workflow_status WHERE status <> 'SUCCESS'"
)


@dataclass
class WorkerProcess:
    """One `worker` process, and the fake Slack it sends to."""

    slack: FaultySlack
    log_file: Path
    source_tree: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)
    process: RunningProcess | None = None

    def start(self) -> None:
        """Start the process without waiting for it."""
        own_path = self.environment["PYTHONPATH"]
        environment = {**self.environment, "PYTHONPATH": f"{own_path}:{self.source_tree}"}
        is_fork = self.source_tree == ROOT and not own_path and not needs_interpreter(environment)
        server = start_server(_MODULE, "schedules.delivery.shared_queue_worker")
        start = server.start_process if is_fork else spawn_process
        with self.log_file.open("ab") as log:
            self.process = start(_MODULE, ["worker"], self.source_tree, environment, (log, log))

    def connected_addresses(self) -> set[tuple[str, int]]:
        """Return every network address to which the process has a connection."""
        assert self.process is not None
        proc_folder = Path(f"/proc/{self.process.pid}")
        descriptors = {_link_target(link) for link in (proc_folder / "fd").iterdir()}
        lines = [line.split() for line in (proc_folder / "net/tcp").read_text().splitlines()[1:]]
        lines += [line.split() for line in (proc_folder / "net/tcp6").read_text().splitlines()[1:]]
        return {
            _parse_address(line[2])
            for line in lines
            if f"socket:[{line[9]}]" in descriptors and line[3] != _LISTENING
        }

    def kill(self) -> None:
        """Kill the process at once, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Terminate the process, and wait for it."""
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(timeout=40) == 0, self.read_log()

    def read_log(self) -> str:
        """Return the log so far."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""


@dataclass
class WorkerGroup:
    """The workers, their shared database, and the posts that their fakes received together."""

    database_url: str
    workers: tuple[WorkerProcess, ...]
    week_count: int = 0
    max_in_doubt: int = 0

    def start(self) -> None:
        """Start all workers, and wait until each holds a lease."""
        for worker in self.workers:
            worker.start()
        self.wait_for_workers(len(self.workers))

    def wait_for_posts(self) -> None:
        """Wait until a worker has sent some messages."""
        self._first_worker(lambda worker: worker.slack.call_counts["chat.postMessage"] > 2)

    def plan_messages(self, people_count: int = PEOPLE_PER_WORKSPACE) -> None:
        """Plan a message to *people_count* people of every workspace now, as a tick would."""
        self.week_count += 1
        now = datetime.now(UTC)

        def plan_deliveries(repos: Repositories) -> int:
            return repos.deliveries.plan_deliveries(
                PlannedDelivery(
                    workspace, NOTE_KIND, f"U0CLIN{index}", "", f"2026-W{self.week_count:02}", now,
                    now + timedelta(hours=1), "",
                )
                for workspace in WORKSPACES
                for index in range(people_count)
            )  # fmt: skip

        self._run_job(plan_deliveries)

    def kill_at_point(self, point: str) -> WorkerProcess:
        """Wait until a worker is at *point* of a delivery, and kill it there."""
        fakes = [worker.slack for worker in self.workers]
        if point in {"before_commit", "after_commit"}:
            for fake in fakes:
                fake.hold_next_post("before_commit" if point == "before_commit" else "after_commit")
            victim = self._first_worker(lambda worker: worker.slack.post_held.is_set())
            victim.kill()
            for fake in fakes:
                fake.release_held_post()
        else:
            for fake in fakes:
                fake.answer_delay_seconds = 0.5 if point == "after_answer" else 0.05
            call_counts = {
                id(worker): worker.slack.call_counts["chat.postMessage"] for worker in self.workers
            }
            victim = self._first_worker(
                lambda worker: (
                    worker.slack.call_counts["chat.postMessage"] > call_counts[id(worker)]
                )
            )
            with self.hold_writer_lock():
                time.sleep(0.8)
                victim.kill()
            for fake in fakes:
                fake.answer_delay_seconds = 0.0
        in_doubt = Counter(
            workspace
            for workspace, state in self.run_query("SELECT workspace, state FROM delivery")
            if state == "sending"
        )
        self.max_in_doubt = max(self.max_in_doubt, *in_doubt.values(), 0)
        return victim

    def wait_until_finished(self, seconds: float = 120) -> float:
        """Wait until no delivery is planned or in doubt, and return how long that took."""
        start = time.monotonic()
        with self._connect() as connection:
            while connection.execute(_UNFINISHED_DELIVERIES_QUERY).fetchone():
                assert time.monotonic() - start < seconds, self._describe_unfinished()
                time.sleep(0.1)
        return time.monotonic() - start

    def _describe_unfinished(self) -> str:
        """Return the unfinished deliveries and workflows, and the logs."""
        queries = (_UNFINISHED_DELIVERIES_QUERY, _UNFINISHED_WORKFLOWS_QUERY)
        return f"{[self.run_query(query) for query in queries]}\n{self.read_logs()}"

    def count_results(self) -> dict[str, int]:
        """Return how many messages were due, lost, duplicated and unconfirmed."""
        posted = self.workers[0].slack.posted_counts()
        posts_by_key = Counter(key for key, _ in posted.elements())
        rows = self.run_query("SELECT id, state FROM delivery")
        return {
            "owed": len(rows),
            "lost": sum(state != "unconfirmed" and not posts_by_key[key] for key, state in rows),
            "twice": sum(count > 1 for count in posts_by_key.values()),
            "unconfirmed": sum(state == "unconfirmed" for _, state in rows),
        }

    def run_query(self, query: str) -> list[tuple[Any, ...]]:
        """Run *query*, and return its rows."""
        with self._connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect to the database; a wait keeps its connection, which costs more than a query."""
        url = self.database_url.replace("+psycopg", "")
        return psycopg.connect(url, options=ALL_ROWS, autocommit=True)

    @contextmanager
    def hold_writer_lock(self) -> Iterator[None]:
        """Hold the writers' advisory lock, as another process of the bot might."""
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITER_LOCK_ID,))
            yield

    def read_logs(self) -> str:
        """Return the logs of all workers."""
        return "\n".join(worker.read_log() for worker in self.workers)

    def wait_for_workers(self, count: int) -> None:
        """Wait until *count* workers hold a lease."""
        deadline = time.monotonic() + 60
        with self._connect() as connection:
            while len(connection.execute(_WORKER_LOCKS_QUERY).fetchall()) < count:
                assert time.monotonic() < deadline, self.read_logs()
                time.sleep(0.1)

    def _first_worker(self, condition: Any) -> WorkerProcess:
        deadline = time.monotonic() + 60
        while True:
            for worker in self.workers:
                if condition(worker):
                    return worker
            assert time.monotonic() < deadline, self.read_logs()
            time.sleep(0.005)

    def _run_job(self, job: Any) -> None:
        async def run_in_store() -> None:
            store = open_test_store(self.database_url, (PEPPER.encode(),))
            await store.across_workspaces.write(job, timeout_seconds=30)
            await store.close()

        asyncio.run(run_in_store())


@contextmanager
def create_workers(
    folder: Path, database_url: str, *, is_history_granted: bool = True, **overrides: str
) -> Iterator[WorkerGroup]:
    """Create two workers, not yet started, over a database and three workspaces."""
    store = open_test_store(database_url, ())
    store.migrate()
    store.close_sync()
    with (
        run_faulty_slack(is_history_granted=is_history_granted) as first_slack,
        run_faulty_slack(is_history_granted=is_history_granted) as second_slack,
    ):
        second_slack.chats_by_delivery = first_slack.chats_by_delivery
        second_slack.lock = first_slack.lock
        workers = tuple(
            WorkerProcess(
                slack,
                folder / f"{number}.log",
                environment=_build_environment(folder, database_url, slack.api_url) | overrides,
            )
            for number, slack in enumerate((first_slack, second_slack))
        )
        group = WorkerGroup(database_url, workers)
        try:
            yield group
        finally:
            for worker in workers:
                if worker.process is not None and worker.process.poll() is None:
                    worker.kill()


def _link_target(file: Path) -> str:
    """Return the target of an open file's link; the file may have been closed meanwhile."""
    try:
        return str(file.readlink())
    except FileNotFoundError:
        return ""


def _parse_address(hex_address: str) -> tuple[str, int]:
    host, _, port = hex_address.partition(":")
    if len(host) > 8:
        return host, int(port, 16)
    return ".".join(str(part) for part in reversed(bytes.fromhex(host))), int(port, 16)


def _build_environment(folder: Path, database_url: str, api_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "",
        "DATABASE_URL": database_url,
        "KEYS": str(folder.resolve() / "keys"),
        "PEPPER": PEPPER,
        "SLACK_BOT_TOKEN": "xoxb-made-up",
        "SLACK_API_URL": api_url,
        "PACE": str(RATE_PER_MINUTE),
        "WORKER_PORT": "0",
    }
