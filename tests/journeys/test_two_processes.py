"""On PostgreSQL, one process receives and another looks at the clock and hands out."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess, clinician
from tests.journeys.otherslack import OtherSlack, other_slack


@pytest.fixture
def slack() -> Iterator[OtherSlack]:
    """Another Slack than the practice workspace."""
    with other_slack() as running:
        yield running


@pytest.fixture
def bot(slack: OtherSlack, tmp_path: Path, postgres_url: str) -> Iterator[BotProcess]:
    """The receiving process, over a PostgreSQL of its own, with a team declared."""
    told = {"DATABASE_URL": postgres_url, "TEST_MODE": "", "TEST_CLOCK": ""}
    process = BotProcess(tmp_path, slack.api, extra=told)
    process.declare(more="tip = { days = [] }")  # its clock is the real one, on any day
    process.start()
    slack.door = process.door
    yield process
    process.kill()


@pytest.fixture
def worker(bot: BotProcess) -> Iterator[subprocess.Popen[bytes]]:
    """The process that ticks, beside the one that receives."""
    with (bot.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "worker"],
            cwd=bot.folder,
            env=bot.environment(),
            stdout=log,
            stderr=log,
        )
    yield process
    process.terminate()
    process.wait(timeout=20)


def test_what_receives_files_a_debrief_and_is_ready_without_a_tick(
    slack: OtherSlack, bot: BotProcess
) -> None:
    """A clinician is served while no worker runs; nothing is handed out yet."""
    slack.command(clinician(1), "/rupture", trigger="t.1")
    view = slack.awaited("views.open")["view"]
    answer = slack.submit(clinician(1), view, "V1", {"form": "both", "status": "working"})

    with urllib.request.urlopen(f"{bot.door}/readyz") as response:  # noqa: S310 - tests reach loopback alone
        ready = json.loads(response.read())
    assert answer["response_action"] == "update"
    assert ready["ready"]
    assert ready["tick_seconds"] is None
    assert slack.of("chat.postMessage") == []


def test_a_worker_hands_out_what_is_owed(
    slack: OtherSlack, bot: BotProcess, worker: subprocess.Popen[bytes]
) -> None:
    """The introduction card reaches the team's channel, once, and the worker ends when asked."""
    card = slack.awaited("chat.postMessage", seconds=30)
    with urllib.request.urlopen(f"{bot.door}/readyz") as response:  # noqa: S310 - tests reach loopback alone
        ready = json.loads(response.read())

    assert ready["workers"] == 1
    assert card["channel"] == "C0OTHER"
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert len(slack.of("chat.postMessage")) == 1
