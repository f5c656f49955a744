"""Two workers over one PostgreSQL, killed and cut off: everybody gets their message once."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import hurried
from tests.journeys.botprocess import ROOT
from tests.journeys.workers import CRASH_POINTS, PEOPLE_PER_WORKSPACE, WORKSPACES, create_workers
from tests.postgres import PostgresServer

EVERYBODY = PEOPLE_PER_WORKSPACE * len(WORKSPACES)
BEGUN = "SELECT workflow_uuid FROM attune_dbos.workflow_status WHERE status = 'PENDING'"
DONE = "SELECT workflow_uuid FROM attune_dbos.workflow_status WHERE status = 'SUCCESS'"


@pytest.fixture
def cluster() -> Iterator[PostgresServer]:
    """A PostgreSQL server that a test may stop without stopping anybody else's."""
    made = PostgresServer()
    made.start()
    yield made
    made.stop()
    made.delete_files()


def test_where_chats_may_be_looked_into_a_kill_loses_and_doubles_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    """One of two is killed at each of four points, twice over, and started again: exactly once."""
    with create_workers(tmp_path, postgres_url) as made:
        made.start()
        for point in CRASH_POINTS * 2:
            made.plan_messages()
            made.kill_at_point(point).start()
        made.wait_until_finished()
        figures = made.count_results()
    print(figures)  # noqa: T201 - the figures are what the run is for

    assert figures == {"owed": 8 * EVERYBODY, "lost": 0, "twice": 0, "unconfirmed": 0}


def test_elsewhere_nobody_is_written_to_twice_and_a_kill_leaves_one_in_doubt_a_workspace(
    tmp_path: Path, postgres_url: str
) -> None:
    """Without the look into private chats: at most once, and what is in doubt is counted."""
    with create_workers(tmp_path, postgres_url, is_history_granted=False) as made:
        made.start()
        for point in CRASH_POINTS:
            made.plan_messages()
            made.kill_at_point(point).start()
            made.wait_until_finished()
        figures = made.count_results()
    print(figures)  # noqa: T201 - the figures are what the run is for

    assert (figures["lost"], figures["twice"]) == (0, 0)
    assert made.max_in_doubt <= 1
    assert figures["unconfirmed"] <= len(CRASH_POINTS) * len(WORKSPACES)


def test_what_a_worker_leaves_that_never_returns_is_sent_by_the_other(
    tmp_path: Path, postgres_url: str
) -> None:
    """It has to be missing for a while; then everything is sent, once, whoever planned it."""
    with create_workers(tmp_path, postgres_url) as made:
        made.start()
        made.plan_messages(20)
        gone = made.kill_at_point("after_commit")
        took = made.wait_until_finished()
        figures = made.count_results()
        (living,) = [worker for worker in made.workers if worker is not gone]
        living.stop()

    assert figures == {"owed": 20 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.took_over" in living.read_log()
    assert took < hurried.DWELL_SECONDS + 30


def test_an_outage_of_the_database_loses_and_doubles_nothing_and_nobody_is_robbed(
    tmp_path: Path, cluster: PostgresServer
) -> None:
    """PostgreSQL is gone for six seconds in the middle; afterwards each keeps what it had."""
    with create_workers(tmp_path, cluster.database_url(cluster.create_database())) as made:
        made.start()
        made.plan_messages(40)
        made.wait_for_posts()
        cluster.stop()
        time.sleep(6)
        cluster.start()
        made.wait_until_finished()
        figures = made.count_results()
        for worker in made.workers:
            worker.stop()

    assert figures == {"owed": 40 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.took_over" not in made.read_logs()


def test_a_new_release_goes_on_with_what_the_old_one_began(
    tmp_path: Path, postgres_url: str
) -> None:
    """The lines of the drain have changed between the kill and the start: all of it is done."""
    changed = tmp_path / "changed"
    for room in ("bot", "handlers", "schedules", "tests"):
        shutil.copytree(ROOT / room, changed / room, ignore=shutil.ignore_patterns("__pycache__"))
    file = changed / "schedules" / "delivery" / "shared_workers.py"
    text = file.read_text(encoding="utf-8")
    changed_text = re.sub(
        r"^( +)(\w+ = DBOS\.workflow_id)", r"\1assert workspace\n\1\2", text, flags=re.MULTILINE
    )
    assert changed_text != text
    file.write_text(changed_text, "utf-8")

    with create_workers(tmp_path, postgres_url) as made:
        made.workers[0].start()
        made.plan_messages()
        made.kill_at_point("after_commit")
        begun = set(made.run_query(BEGUN))
        successor = made.workers[0]
        successor.source_tree = changed
        successor.start()
        made.wait_until_finished()
        figures = made.count_results()
        successor.stop()
        done = set(made.run_query(DONE))

    assert figures == {"owed": EVERYBODY, "lost": 0, "twice": 0, "unconfirmed": 0}
    assert begun
    assert begun <= done


def test_two_workers_that_cannot_share_double_nothing_and_say_so(
    tmp_path: Path, postgres_url: str
) -> None:
    """Without the extra each drains everything; the store lets each message begin once."""
    (tmp_path / "sitecustomize.py").write_text('import sys\nsys.modules["dbos"] = None\n')

    with create_workers(tmp_path, postgres_url, PYTHONPATH=str(tmp_path)) as made:
        made.start()
        made.plan_messages(20)
        made.wait_until_finished()
        figures = made.count_results()
        for worker in made.workers:
            worker.stop()

    assert figures == {"owed": 20 * len(WORKSPACES), "lost": 0, "twice": 0, "unconfirmed": 0}
    assert "worker.not_sharing" in made.read_logs()
    assert 'WITH="scale"' in made.workers[0].read_log()
    assert made.run_query("SELECT to_regclass('attune_dbos.workflow_status')") == [(None,)]


def test_a_worker_speaks_to_its_database_and_to_the_product_alone(
    tmp_path: Path, postgres_url: str
) -> None:
    """Of its open connections none leads anywhere else: the library calls nobody's home."""
    with create_workers(tmp_path, postgres_url) as made:
        made.start()
        made.plan_messages()
        made.wait_for_posts()
        reached = {address for worker in made.workers for address in worker.connected_addresses()}
        doors = {int(worker.slack.api_url.split(":")[2].split("/")[0]) for worker in made.workers}

    assert reached <= {("127.0.0.1", port) for port in doors}
