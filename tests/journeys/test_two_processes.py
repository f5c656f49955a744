"""On PostgreSQL, one process receives requests and another ticks and delivers."""

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.process.loopback_server import free_port
from tests.fork_server import RunningProcess
from tests.journeys.botprocess import BotProcess, clinician_id, fetch_health
from tests.journeys.stdlib_slack import Json, StdlibFakeSlack, run_fake_slack


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
def worker_port() -> int:
    """The port on which the worker serves its health."""
    return free_port()


@pytest.fixture
def worker(bot: BotProcess, worker_port: int) -> Iterator[RunningProcess]:
    """The worker process that ticks, beside the one that receives."""
    with (bot.folder / "worker.log").open("ab") as log:
        environment = bot.build_environment() | {"WORKER_PORT": str(worker_port)}
        process = bot.start_process(("worker",), environment, (log, log))
    yield process
    process.terminate()
    process.wait(timeout=20)


def wait_until_served(process_port: int) -> Json:
    """Wait until `/servez` of the process on that port answers 200, and return its JSON."""
    deadline = time.monotonic() + 60
    while not (service := fetch_health(process_port, "/servez"))["served"]:
        assert time.monotonic() < deadline, service
        time.sleep(0.2)
    return service


def test_receiving_process_files_a_debrief_without_a_tick(
    slack: StdlibFakeSlack, bot: BotProcess
) -> None:
    """A clinician is served while no worker runs; nothing is delivered yet."""
    slack.send_command(clinician_id(1), "/rupture", trigger="t.1")
    view = slack.wait_for_call("views.open")["view"]
    answer = slack.submit_view(clinician_id(1), view, "V1", {"form": "both", "status": "working"})

    assert answer["response_action"] == "update"
    assert fetch_health(bot.port, "/readyz") == {"ready": True, "cause": ""}
    service = fetch_health(bot.port, "/servez")
    assert (service["served"], service["faults"]) == (False, ["worker"])
    assert service["tick_seconds"] is None
    assert slack.calls_of("chat.postMessage") == []


def test_worker_delivers_due_messages(
    slack: StdlibFakeSlack, bot: BotProcess, worker: RunningProcess, worker_port: int
) -> None:
    """The introduction card is posted once, both processes are healthy, and SIGTERM ends one."""
    card = slack.wait_for_call("chat.postMessage")
    service = wait_until_served(bot.port)
    wait_until_served(worker_port)

    assert service["workers"] == 1
    assert card["channel"] == "C0OTHER"
    for process_port in (bot.port, worker_port):
        for path in ("healthz", "readyz", "metrics"):
            url = f"http://127.0.0.1:{process_port}/{path}"
            with urllib.request.urlopen(url, timeout=30) as response:
                assert response.status == 200
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert len(slack.calls_of("chat.postMessage")) == 1
