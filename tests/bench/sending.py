"""How long a real bot takes to send many check-ins, beside the least that the limits allow."""

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
from bot.domain.people import Team
from bot.sandbox.process.loopback_server import free_port
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.store import Store
from tests.journeys.botprocess import PEPPER, ROOT, BotProcess

START_TIME = datetime(2026, 6, 29, 13, 0, 30, tzinfo=UTC)
"""When the bot's clock starts: in working hours, so that nobody's check-in waits for morning."""

WARMUP_MESSAGES = 100
"""Messages after which memory is measured for the first time: everything is loaded by then."""


@dataclass(frozen=True)
class Load:
    """So many check-ins over so many workspaces, each kept to so many a second."""

    message_count: int
    workspace_count: int
    messages_per_second: float

    @property
    def min_seconds(self) -> float:
        """Seconds from the first to the last message at least, by the stand-in's limits."""
        each = self.message_count / self.workspace_count
        return (each - max(2.0, self.messages_per_second / 2)) / self.messages_per_second


def measure_sending(load: Load, folder: Path, *, kills_bot: bool = False) -> dict[str, Any]:
    """Send a load with a real bot, killed and started again half-way if so told."""
    with run_fake_slack(load.messages_per_second) as api:
        bot = BotProcess(folder, api, extra_environment={"PACE": str(load.messages_per_second)})
        asyncio.run(plan_checkins(bot, load))
        bot.clock_time, begun = START_TIME.isoformat(), time.monotonic()
        bot.start()
        try:
            return _watch_until_sent(bot, api, load, begun if kills_bot else None)
        finally:
            bot.stop()


def _watch_until_sent(
    bot: BotProcess, api_url: str, load: Load, started_at: float | None
) -> dict[str, Any]:
    at_first = at_last = 0.0
    while True:
        found = fetch_figures(api_url)
        if started_at is not None and found["messages"] >= load.message_count / 2:
            bot.kill()
            bot.clock_time = (
                START_TIME + timedelta(seconds=time.monotonic() - started_at)
            ).isoformat()
            bot.start()
            started_at = None
        if found["messages"] >= WARMUP_MESSAGES:
            at_last = max(at_last, _resident_megabytes(bot))
            at_first = at_first or at_last
        if found["messages"] >= load.message_count and _count_undelivered(bot) == 0:
            break
        time.sleep(0.5)
    found |= {"least": load.min_seconds, "ratio": found["seconds"] / load.min_seconds}
    return found | {"growth_mb": at_last - at_first, "lost": load.message_count - found["messages"]}


@contextmanager
def run_fake_slack(messages_per_second: float) -> Iterator[str]:
    """Run a quick Slack that takes *a_second* messages a workspace; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stand_in", str(port), str(messages_per_second)],
        cwd=ROOT,
    )
    api = f"http://127.0.0.1:{port}/api/"
    try:
        for _ in range(200):
            try:
                fetch_figures(api)
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield api
    finally:
        process.kill()
        process.wait()


def fetch_figures(api_url: str) -> dict[str, Any]:
    """What the stand-in has seen so far."""
    with urllib.request.urlopen(f"{api_url}_figures", timeout=30) as answer:  # noqa: S310 - loopback
        return dict(json.loads(answer.read()))


def _count_undelivered(bot: BotProcess) -> int:
    """How many deliveries are still owed, by the bot's own `/readyz`."""
    with urllib.request.urlopen(f"{bot.base_url}/readyz", timeout=30) as answer:  # noqa: S310 - loopback
        return int(json.loads(answer.read())["deliveries"]["owed"])


def _resident_megabytes(bot: BotProcess) -> float:
    """The bot's resident memory, in megabytes."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="utf-8")
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def plan_checkins(bot: BotProcess, load: Load) -> None:
    """Let everybody have joined, and owe each a check-in now; their chats are known from before."""
    store = Store.open(f"sqlite:///{bot.database_file}", (PEPPER.encode(),))
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
    owed = []
    for one in range(people_count):
        person = Person(workspace, f"U{workspace_number:03}X{one:05}")
        repos.people.join_team(person, team.id)
        repos.chat_routes.save_route(Address(workspace, person.id), f"D{person.id[1:]}")
        late = now + timedelta(hours=30)
        owed.append(
            PlannedDelivery(workspace, "checkin", person.id, "", "2026-W27", now, late, "square")
        )
    repos.deliveries.plan_deliveries(owed)
