"""Two workers over one PostgreSQL, killed and disconnected: every message is sent once."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import short_waits
from tests.journeys.botprocess import ROOT
from tests.journeys.workers import CRASH_POINTS, PEOPLE_PER_WORKSPACE, WORKSPACES, create_workers
from tests.postgres import PostgresServer

TOTAL_PEOPLE = PEOPLE_PER_WORKSPACE * len(WORKSPACES)
PENDING_WORKFLOWS_QUERY = (
    "SELECT workflow_uuid FROM attune_dbos.workflow_status WHERE status = 'PENDING'"
)
FINISHED_WORKFLOWS_QUERY = (
    "SELECT workflow_uuid FROM attune_dbos.workflow_status WHERE status = 'SUCCESS'"
)


@pytest.fixture
def cluster() -> Iterator[PostgresServer]:
    """A PostgreSQL server that a test may stop without affecting other tests."""
    server = PostgresServer()
    server.start()
    yield server
    server.stop()
    server.delete_files()


def test_killed_worker_loses_and_duplicates_nothing_with_chat_history(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """One of two is killed at each of four points, twice, and restarted: exactly once."""
    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.start()
        for point in CRASH_POINTS * 2:
            group.plan_messages()
            group.kill_at_point(point).start()
        group.wait_until_finished()
        figures = group.count_results()
    print(figures)  # noqa: T201 - the figures are the result of the run

    assert figures == {"owed": 8 * TOTAL_PEOPLE, "lost": 0, "twice": 0, "unconfirmed": 0}


def test_killed_worker_duplicates_nothing_without_chat_history(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """Without access to private chats a message is sent at most once, and doubt is counted."""
    with create_workers(tmp_path, migrated_postgres_url, is_history_granted=False) as group:
        group.start()
        for point in CRASH_POINTS:
            group.plan_messages()
            group.kill_at_point(point).start()
            group.wait_until_finished()
        figures = group.count_results()
    print(figures)  # noqa: T201 - the figures are the result of the run

    assert (figures["lost"], figures["twice"]) == (0, 0)
    assert group.max_in_doubt <= 1
    assert figures["unconfirmed"] <= len(CRASH_POINTS) * len(WORKSPACES)


def test_messages_of_a_worker_that_never_returns_are_sent_by_the_other(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """After the grace period the other worker sends everything once, whichever planned it."""
    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.start()
        group.plan_messages(20)
        killed = group.kill_at_point("after_commit")
        seconds = group.wait_until_finished()
        figures = group.count_results()
        (survivor,) = [worker for worker in group.workers if worker is not killed]
        survivor.stop()

    assert figures == {"owed": 20 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.orphans_resumed" in survivor.read_log()
    assert seconds < short_waits.DWELL_SECONDS + 30


def test_database_outage_loses_and_duplicates_nothing_and_moves_no_lease(
    tmp_path: Path, cluster: PostgresServer
) -> None:
    """PostgreSQL is down for six seconds in the middle; afterwards each worker has its lease."""
    url = cluster.database_url(cluster.create_database(cluster.migrate_template()))
    with create_workers(tmp_path, url) as group:
        group.start()
        group.plan_messages(40)
        group.wait_for_posts()
        cluster.stop()
        time.sleep(6)
        cluster.start()
        group.wait_until_finished()
        figures = group.count_results()
        for worker in group.workers:
            worker.stop()

    assert figures == {"owed": 40 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.orphans_resumed" not in group.read_logs()


def test_new_release_resumes_the_workflows_of_the_old_one(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """Workflows begun before a kill finish after a restart with changed code of the workflow."""
    changed_tree = tmp_path / "changed"
    for package in ("bot", "handlers", "schedules", "tests"):
        shutil.copytree(ROOT / package, changed_tree / package)  # with the compiled modules
    module_file = changed_tree / "schedules" / "delivery" / "shared_queue_worker.py"
    text = module_file.read_text(encoding="utf-8")
    changed_text = re.sub(
        r"^( +)(\w+ = DBOS\.workflow_id)", r"\1assert workspace\n\1\2", text, flags=re.MULTILINE
    )
    assert changed_text != text
    module_file.write_text(changed_text, "utf-8")

    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.workers[0].start()
        group.plan_messages()
        group.kill_at_point("after_commit")
        pending = set(group.run_query(PENDING_WORKFLOWS_QUERY))
        successor = group.workers[0]
        successor.source_tree = changed_tree
        successor.start()
        group.wait_until_finished()
        figures = group.count_results()
        successor.stop()
        finished = set(group.run_query(FINISHED_WORKFLOWS_QUERY))

    assert figures == {"owed": TOTAL_PEOPLE, "lost": 0, "twice": 0, "unconfirmed": 0}
    assert pending
    assert pending <= finished


def test_two_workers_without_sharing_duplicate_nothing_and_log_it(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """Without the extra each worker sends all queues; the store starts each message once."""
    (tmp_path / "sitecustomize.py").write_text('import sys\nsys.modules["dbos"] = None\n')

    with create_workers(tmp_path, migrated_postgres_url, PYTHONPATH=str(tmp_path)) as group:
        group.start()
        group.plan_messages(20)
        group.wait_until_finished()
        figures = group.count_results()
        for worker in group.workers:
            worker.stop()

    assert figures == {"owed": 20 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.rate_limit_not_shared" in group.read_logs()
    assert 'WITH="scale"' in group.workers[0].read_log()
    assert group.run_query("SELECT to_regclass('attune_dbos.workflow_status')") == [(None,)]


def test_worker_connects_to_its_database_and_slack_alone(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """None of its open connections leads elsewhere: the workflow library sends no telemetry."""
    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.start()
        group.plan_messages()
        group.wait_for_posts()
        addresses = {
            address for worker in group.workers for address in worker.connected_addresses()
        }
        ports = {int(worker.slack.api_url.split(":")[2].split("/")[0]) for worker in group.workers}

    assert addresses <= {("127.0.0.1", port) for port in ports}
