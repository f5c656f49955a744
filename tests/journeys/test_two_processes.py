"""On PostgreSQL, one process receives requests and another ticks and delivers."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.botprocess import BotProcess, clinician_id
from tests.journeys.stdlib_slack import StdlibFakeSlack, run_fake_slack


@pytest.fixture
def slack() -> Iterator[StdlibFakeSlack]:
    """A fake of Slack other than the sandbox."""
    with run_fake_slack() as running:
        yield running


@pytest.fixture
def bot(slack: StdlibFakeSlack, tmp_path: Path, postgres_url: str) -> Iterator[BotProcess]:
    """The receiving process, over a PostgreSQL of its own, with a team declared."""
    environment = {"DATABASE_URL": postgres_url, "TEST_MODE": "", "TEST_CLOCK": ""}
    process = BotProcess(tmp_path, slack.api_url, extra_environment=environment)
    process.declare_team(extra_lines="tip = { days = [] }")  # it runs on the real clock, on any day
    process.start()
    slack.bot_url = process.base_url
    yield process
    process.kill()


@pytest.fixture
def worker(bot: BotProcess) -> Iterator[subprocess.Popen[bytes]]:
    """The worker process that ticks, beside the one that receives."""
    with (bot.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "worker"],
            cwd=bot.folder,
            env=bot.build_environment(),
            stdout=log,
            stderr=log,
        )
    yield process
    process.terminate()
    process.wait(timeout=20)


def test_receiving_process_files_a_debrief_without_a_tick(
    slack: StdlibFakeSlack, bot: BotProcess
) -> None:
    """A clinician is served while no worker runs; nothing is delivered yet."""
    slack.send_command(clinician_id(1), "/rupture", trigger="t.1")
    view = slack.wait_for_call("views.open")["view"]
    answer = slack.submit_view(clinician_id(1), view, "V1", {"form": "both", "status": "working"})

    with urllib.request.urlopen(f"{bot.base_url}/readyz") as response:  # noqa: S310 - tests reach loopback alone
        ready = json.loads(response.read())
    assert answer["response_action"] == "update"
    assert ready["ready"]
    assert ready["tick_seconds"] is None
    assert slack.calls_of("chat.postMessage") == []


def test_worker_delivers_due_messages(
    slack: StdlibFakeSlack, bot: BotProcess, worker: subprocess.Popen[bytes]
) -> None:
    """The introduction card reaches the team's channel once, and the worker ends on SIGTERM."""
    card = slack.wait_for_call("chat.postMessage", seconds=30)
    with urllib.request.urlopen(f"{bot.base_url}/readyz") as response:  # noqa: S310 - tests reach loopback alone
        ready = json.loads(response.read())

    assert ready["workers"] == 1
    assert card["channel"] == "C0OTHER"
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert len(slack.calls_of("chat.postMessage")) == 1
