"""Time that a real bot takes to send many check-ins, beside the minimum of the rate limits."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.conversation import Address, Person
from bot.domain.delivery_kind import DeliveryKind
from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from bot.store.repositories.delivery_statements import RECONCILE_AFTER
from tests.bench.conditions import Conditions
from tests.bench.figures import Figure, summarize
from tests.bench.seeding import NOW, open_bot_store
from tests.bench.slack_process import fetch_figures, run_fake_slack
from tests.bench.targets import build_bot, read_resident_megabytes
from tests.bench.teams import build_team
from tests.journeys.botprocess import BotProcess

WARMUP_MESSAGES = 100
"""Messages after which memory is measured first: all modules are loaded by then."""

LOADS = ((1, 20.0, 10), (10, 20.0, 1), (100, 4.0, 1))
"""Workspaces, messages per second that each accepts, and the divisor of the check-ins: 10,000 to
one workspace take eight minutes, and a tenth has the same ratio."""


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
        return max(0.1, each - max(2.0, self.messages_per_second / 2)) / self.messages_per_second


def measure_sending(conditions: Conditions) -> list[Figure]:
    """Send check-ins over 1, 10 and 100 workspaces with a real bot.

    ``sending_seconds_by_limit`` is the time from the first to the last one by the minimum of the
    rate limits, ``sending_refused`` how many posts exceeded these.
    """
    figures: list[Figure] = []
    for workspaces, messages_per_second, divisor in LOADS:
        workspace_count = min(workspaces, conditions.scale.number)
        message_count = max(workspace_count, conditions.scale.number // divisor)
        load = Load(message_count, workspace_count, messages_per_second)
        conditions.report_progress(f"{message_count} check-ins over {workspace_count} workspaces")
        folder = conditions.create_folder(f"sending-{workspace_count}")
        result = _send(conditions, load, folder)
        result["seconds_by_limit"] = result["seconds"] / load.min_seconds
        note = f"{message_count} check-ins"
        figures += [
            summarize(f"sending_{name}", _name_column(load), [float(result[name])], note=note)
            for name in ("seconds_by_limit", "refused", "growth_mb", "lost", "twice")
        ]
    return figures


def measure_killed_sending(conditions: Conditions) -> list[Figure]:
    """Send half as many check-ins over 10 workspaces, with the bot killed half-way.

    It starts again as much later, by its own clock, as it waits before it looks up in Slack what
    became of messages in flight.
    """
    load = Load(max(10, conditions.scale.number // 2), 10, 20.0)
    folder = conditions.create_folder("sending-killed")
    result = _send(conditions, load, folder, kills_bot=True)
    return [
        summarize(
            f"killed_{name}",
            _name_column(load),
            [float(result[name])],
            note=f"{load.message_count} check-ins",
        )
        for name in ("lost", "twice")
    ]


def _name_column(load: Load) -> str:
    return f"{load.workspace_count} workspace{'s' if load.workspace_count > 1 else ''}"


def _send(
    conditions: Conditions, load: Load, folder: Path, *, kills_bot: bool = False
) -> dict[str, Any]:
    """Send *load* with a real bot, killed and started again half-way if *kills_bot*."""
    with run_fake_slack(load.messages_per_second) as api_url:
        pace = str(load.messages_per_second)
        bot = build_bot(folder, api_url, forks=conditions.forks, PACE=pace)
        asyncio.run(plan_checkins(bot, load))
        started_at = time.monotonic()
        bot.start()
        try:
            return _watch_until_sent(bot, api_url, load, started_at if kills_bot else None)
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
            elapsed = timedelta(seconds=time.monotonic() - started_at)
            bot.clock_time = (NOW + elapsed + RECONCILE_AFTER).isoformat()
            bot.start()
            started_at = None
        if figures["messages"] >= WARMUP_MESSAGES:
            assert bot.process is not None
            last_megabytes = max(last_megabytes, read_resident_megabytes(bot.process.pid))
            first_megabytes = first_megabytes or last_megabytes
        if _count_undelivered(bot.database_file) == 0:
            break
        time.sleep(0.5)
    figures = fetch_figures(api_url)
    figures |= {"growth_mb": last_megabytes - first_megabytes}
    return figures | {"lost": load.message_count - figures["messages"]}


def _count_undelivered(database_file: Path) -> int:
    """Return the number of messages without a result; a lost one has the result that it is."""
    query = "SELECT count(*) FROM delivery WHERE state IN ('planned', 'sending')"
    with closing(sqlite3.connect(f"file:{database_file}?mode=ro", uri=True)) as connection:
        return int(connection.execute(query).fetchone()[0])


async def plan_checkins(bot: BotProcess, load: Load) -> None:
    """Join people to their teams with known chats, and plan a check-in for each, due now."""
    store = open_bot_store(f"sqlite:///{bot.database_file}", bot.keys_folder)
    store.migrate()
    each = load.message_count // load.workspace_count
    for number in range(load.workspace_count):
        await store.across_workspaces.write(
            partial(_plan_for_workspace, workspace_number=number, people_count=each),
            timeout_seconds=60,
        )
    await store.close()


def _plan_for_workspace(repos: Repositories, workspace_number: int, people_count: int) -> None:
    workspace = f"slack:T{workspace_number:03}"
    team = build_team(workspace, f"team{workspace_number:03}", f"C{workspace_number:03}", "UTC")
    repos.teams.save(team)
    deliveries = []
    for number in range(people_count):
        person = Person(workspace, f"U{workspace_number:03}X{number:05}")
        repos.people.join_team(person, team.id)
        repos.chat_routes.save_route(Address(workspace, person.id), f"D{person.id[1:]}")
        expires = NOW + timedelta(hours=30)
        deliveries.append(
            PlannedDelivery(
                workspace, DeliveryKind.CHECKIN, person.id, "", "2026-W27", NOW, expires, "square"
            )
        )
    repos.deliveries.plan_deliveries(deliveries)
