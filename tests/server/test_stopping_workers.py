"""SIGTERM ends a worker in time, and another one takes over what it left."""

import signal
from pathlib import Path

from tests.journeys.workers import WORKSPACES, create_workers

STOP_LIMIT_SECONDS = 10


def test_worker_ends_in_time_although_slack_does_not_answer(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    """The messages that it could not finish are settled by the other worker, each once."""
    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.start()
        for worker in group.workers:
            worker.slack.hold_next_post("after_commit")
        group.plan_messages(2)
        stopping = group._first_worker(lambda worker: worker.slack.post_held.is_set())
        assert stopping.process is not None
        stopping.process.terminate()
        status = stopping.process.wait(timeout=STOP_LIMIT_SECONDS)
        for worker in group.workers:
            worker.slack.release_held_post()
        group.wait_until_finished()
        figures = group.count_results()

    assert status == 0, group.read_logs()
    assert figures == {
        "owed": 2 * len(WORKSPACES),
        "lost": 0,
        "twice": 0,
        "unconfirmed": 0,
    }


def test_second_sigterm_ends_a_worker_at_once(tmp_path: Path, migrated_postgres_url: str) -> None:
    """It does not wait for the message in flight."""
    with create_workers(tmp_path, migrated_postgres_url) as group:
        group.start()
        for worker in group.workers:
            worker.slack.hold_next_post("after_commit")
        group.plan_messages(2)
        stopping = group._first_worker(lambda worker: worker.slack.post_held.is_set())
        assert stopping.process is not None
        stopping.process.terminate()
        stopping.slack.post_released.wait(0.5)
        is_running = stopping.process.poll() is None
        stopping.process.terminate()

        assert is_running
        assert stopping.process.wait(timeout=STOP_LIMIT_SECONDS) == 128 + signal.SIGTERM
