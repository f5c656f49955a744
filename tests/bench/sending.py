"""Time that a real bot takes to send many check-ins, beside the minimum of the rate limits."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as local
from functools import partial
from pathlib import Path
from typing import Any

from bot.conversation import Address, Person
from bot.domain.calendar import WeeklyRule
from bot.domain.delivery_kind import DeliveryKind
from bot.domain.people import Team
from bot.sandbox.process.loopback_server import free_port
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from tests.journeys.botprocess import PEPPER, ROOT, BotProcess, fetch_health
from tests.key_folders import open_test_store

START_TIME = datetime(2026, 6, 29, 13, 0, 30, tzinfo=UTC)
"""Start of the bot's clock: in working hours, so that no check-in waits until morning."""

WARMUP_MESSAGES = 100
"""Messages after which memory is measured first: all modules are loaded by then."""


@dataclass(frozen=True)
class Load:
    """A number of check-ins over some workspaces, each with a rate limit."""

    message_count: int
    workspace_count: int
    messages_per_second: float

    @property
    def min_seconds(self) -> float:
        """Minimum seconds from the first to the last message, by the fake's rate limits."""
        each = self.message_count / self.workspace_count
        return (each - max(2.0, self.messages_per_second / 2)) / self.messages_per_second


def measure_sending(load: Load, folder: Path, *, kills_bot: bool = False) -> dict[str, Any]:
    """Send *load* with a real bot, killed and restarted half-way if *kills_bot*."""
    with run_fake_slack(load.messages_per_second) as api:
        bot = BotProcess(folder, api, extra_environment={"PACE": str(load.messages_per_second)})
        asyncio.run(plan_checkins(bot, load))
        bot.clock_time, started_at = START_TIME.isoformat(), time.monotonic()
        bot.start()
        try:
            return _watch_until_sent(bot, api, load, started_at if kills_bot else None)
        finally:
            bot.stop()


def _watch_until_sent(
    bot: BotProcess, api_url: str, load: Load, started_at: float | None
) -> dict[str, Any]:
    first_megabytes = last_megabytes = 0.0
    while True:
        figures = fetch_figures(api_url)
        if started_at is not None and figures["messages"] >= load.message_count / 2:
            bot.kill()
            bot.clock_time = (
                START_TIME + timedelta(seconds=time.monotonic() - started_at)
            ).isoformat()
            bot.start()
            started_at = None
        if figures["messages"] >= WARMUP_MESSAGES:
            last_megabytes = max(last_megabytes, _resident_megabytes(bot))
            first_megabytes = first_megabytes or last_megabytes
        if figures["messages"] >= load.message_count and _count_undelivered(bot) == 0:
            break
        time.sleep(0.5)
    figures |= {"least": load.min_seconds, "ratio": figures["seconds"] / load.min_seconds}
    figures |= {"growth_mb": last_megabytes - first_megabytes}
    return figures | {"lost": load.message_count - figures["messages"]}


@contextmanager
def run_fake_slack(messages_per_second: float) -> Iterator[str]:
    """Run a quick fake of Slack with a rate limit for each workspace, and yield its URL."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.fake_slack", str(port), str(messages_per_second)],
        cwd=ROOT,
    )
    api_url = f"http://127.0.0.1:{port}/api/"
    try:
        for _ in range(200):
            try:
                fetch_figures(api_url)
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield api_url
    finally:
        process.kill()
        process.wait()


def fetch_figures(api_url: str) -> dict[str, Any]:
    """Return the fake's figures so far."""
    with urllib.request.urlopen(f"{api_url}_figures", timeout=30) as response:  # noqa: S310 - loopback
        return dict(json.loads(response.read()))


def _count_undelivered(bot: BotProcess) -> int:
    """Return the number of undelivered messages, from the bot's own `/servez`."""
    return int(fetch_health(bot.port, "/servez")["deliveries"]["owed"])


def _resident_megabytes(bot: BotProcess) -> float:
    """Return the bot's resident memory, in megabytes."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def plan_checkins(bot: BotProcess, load: Load) -> None:
    """Join people to their teams with known chats, and plan a check-in for each, due now."""
    store = open_test_store(f"sqlite:///{bot.database_file}", (PEPPER.encode(),))
    store.migrate()
    each = load.message_count // load.workspace_count
    for number in range(load.workspace_count):
        await store.across_workspaces.write(
            partial(_plan_for_workspace, workspace_number=number, people_count=each),
            timeout_seconds=60,
        )
    await store.close()


def _plan_for_workspace(repos: Repositories, workspace_number: int, people_count: int) -> None:
    now, workspace = START_TIME, f"slack:T{workspace_number:03}"
    team = Team(
        id=f"team{workspace_number:03}",
        workspace=workspace,
        channel=f"C{workspace_number:03}",
        name="Bench",
        practice="",
        language="en",
        zone="UTC",
        checkin_rule=WeeklyRule(1, local(9)),
        tip_days=(2,),
        tip_time=local(9),
        question="form",
        open_to_team=False,
    )
    repos.teams.save(team)
    deliveries = []
    for number in range(people_count):
        person = Person(workspace, f"U{workspace_number:03}X{number:05}")
        repos.people.join_team(person, team.id)
        repos.chat_routes.save_route(Address(workspace, person.id), f"D{person.id[1:]}")
        expires = now + timedelta(hours=30)
        deliveries.append(
            PlannedDelivery(
                workspace, DeliveryKind.CHECKIN, person.id, "", "2026-W27", now, expires, "square"
            )
        )
    repos.deliveries.plan_deliveries(deliveries)
