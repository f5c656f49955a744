"""Latency of commands while check-ins are sent, beside the same bot when it is idle."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle

from bot.store.repositories import Repositories
from bot.store.repositories.deliveries import PlannedDelivery
from tests.bench import load
from tests.bench.conditions import Conditions
from tests.bench.databases import ONE_TEAM, list_requesters
from tests.bench.figures import POSTGRESQL, SQLITE, Figure, percentile, summarize
from tests.bench.seeding import open_bot_store, seed_database
from tests.bench.sending import Load, plan_checkins
from tests.bench.slack_process import fetch_figures, run_fake_slack
from tests.bench.targets import build_bot
from tests.fork_server import spawn_process
from tests.journeys.botprocess import ROOT, BotProcess
from tests.journeys.short_waits import NOTE_KIND

PACE = 3.0
"""Messages a second to one workspace, the default of the setting; the fake accepts a few more."""

COMMANDS_PER_SECOND = 25.0

WORKER_COUNT, WORKER_WORKSPACES = 2, 100

_START_SECONDS = 6.0
"""Seconds for which there are more messages than a turn lasts: a process sends while it starts."""

_ROUND_COUNT = 2

_CALM_SECONDS = 2.0
"""Seconds after the last message in which pending writes finish."""

_NOTE = "short waits between ticks"


@dataclass
class Latencies:
    """Milliseconds of all commands, while messages were sent and when there were none."""

    sending: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    round_ratios: list[float] = field(default_factory=list)

    def add_round(self, sending: list[float], idle: list[float]) -> None:
        """Add the turns of one round."""
        self.sending += sending
        self.idle += idle
        self.round_ratios.append(percentile(sending, 99) / percentile(idle, 99))

    def build_figures(self, column: str, note: str) -> list[Figure]:
        """Return the 99th percentiles of all rounds, and their ratio."""
        p99 = {"sending": percentile(self.sending, 99), "idle": percentile(self.idle, 99)}
        ratio = p99["sending"] / p99["idle"]
        return [
            summarize("answers_p99_by_idle", column, self.round_ratios, total=ratio, note=note),
            *(summarize(f"answers_p99_{name}", column, [p], note=note) for name, p in p99.items()),
        ]


def measure_meanwhile(conditions: Conditions) -> list[Figure]:
    """Send ``/tip`` at a rate while messages go out at Slack's pace, and as often afterwards.

    One process on SQLite sends to 1 and to 10 workspaces; on PostgreSQL, ``web`` answers while two
    ``worker`` processes send to 100.
    """
    figures: list[Figure] = []
    for workspace_count in (1, 10):
        column = f"{SQLITE}, {workspace_count} workspace{'s' if workspace_count > 1 else ''}"
        conditions.report_progress(column)
        latencies = _measure_one_process(conditions, workspace_count)
        figures += latencies.build_figures(column, conditions.scale.note)
    if conditions.create_postgres_url:
        column = f"{POSTGRESQL}, {WORKER_WORKSPACES} workspaces"
        conditions.report_progress(column)
        latencies = _measure_beside_workers(conditions, conditions.create_postgres_url())
        figures += latencies.build_figures(column, conditions.scale.note or _NOTE)
    return figures


def _count_messages(conditions: Conditions, workspace_count: int) -> int:
    """Return as many messages as keep every workspace busy for a turn."""
    seconds = _turn_seconds(conditions) + _START_SECONDS * conditions.scale.share
    return workspace_count * max(1, round(seconds * PACE))


def _turn_seconds(conditions: Conditions) -> float:
    return max(0.2, 8.0 * conditions.scale.share)


def _measure_one_process(conditions: Conditions, workspace_count: int) -> Latencies:
    """Start the bot anew in each round, with messages that are due, and wait until it is idle."""
    latencies = Latencies()
    message_count = _count_messages(conditions, workspace_count)
    for number in range(min(_ROUND_COUNT, conditions.scale.round_count)):
        folder = conditions.create_folder(f"meanwhile-{workspace_count}-{number}")
        with run_fake_slack(PACE + 1) as api_url:
            bot = build_bot(folder, api_url, forks=conditions.forks, PACE=str(PACE))
            seed_database(f"sqlite:///{bot.database_file}", bot.keys_folder, ONE_TEAM)
            asyncio.run(plan_checkins(bot, Load(message_count, workspace_count, PACE)))
            bot.start()
            try:
                sending = _time_commands(conditions, bot)
                _wait_for_messages(api_url, message_count)
                time.sleep(_CALM_SECONDS * conditions.scale.share)
                latencies.add_round(sending, _time_commands(conditions, bot))
            finally:
                bot.stop()
    return latencies


def _time_commands(conditions: Conditions, bot: BotProcess) -> list[float]:
    requests = map(load.build_tip, cycle(list_requesters(ONE_TEAM)))
    count = max(3, round(_turn_seconds(conditions) * COMMANDS_PER_SECOND))
    return asyncio.run(load.send_at_rate(bot.port, requests, count, COMMANDS_PER_SECOND))


def _wait_for_messages(api_url: str, count: int) -> None:
    deadline = time.monotonic() + 300
    while fetch_figures(api_url)["messages"] < count:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _measure_beside_workers(conditions: Conditions, url: str) -> Latencies:
    """Plan messages in each round, time commands once the first is sent, and after the last.

    Workers run on the machine's clock, so that the messages are notes, which no quiet hours delay.
    """
    folder, latencies, sent_count = conditions.create_folder("meanwhile-workers"), Latencies(), 0
    with run_fake_slack(PACE + 1) as api_url:
        settings = {"PACE": str(PACE), "TEST_MODE": "", "TEST_CLOCK": ""}
        bot = build_bot(folder, api_url, url, forks=conditions.forks, **settings)
        seed_database(url, bot.keys_folder, ONE_TEAM)
        bot.start()
        try:
            with _run_workers(bot):
                _time_commands(conditions, bot)
                for number in range(min(_ROUND_COUNT, conditions.scale.round_count)):
                    planned_count = asyncio.run(_plan_notes(conditions, bot, url, number))
                    _wait_for_messages(api_url, sent_count + 1)
                    sending = _time_commands(conditions, bot)
                    sent_count += planned_count
                    _wait_for_messages(api_url, sent_count)
                    time.sleep(_CALM_SECONDS * conditions.scale.share)
                    latencies.add_round(sending, _time_commands(conditions, bot))
        finally:
            bot.stop()
    return latencies


@contextmanager
def _run_workers(bot: BotProcess) -> Iterator[None]:
    environment = bot.build_environment() | {"WORKER_PORT": "0"}
    with (bot.folder / "workers.log").open("ab") as log:
        workers = [
            spawn_process(
                "tests.bench.bench_worker",
                ["worker"],
                ROOT,
                environment | {"PATH": os.environ["PATH"]},
                (log, log),
            )
            for _ in range(WORKER_COUNT)
        ]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)


async def _plan_notes(conditions: Conditions, bot: BotProcess, url: str, number: int) -> int:
    """Plan the notes of one round, due now; return how many."""
    now = datetime.now(UTC)
    people_count = _count_messages(conditions, 1)

    def plan(repos: Repositories) -> int:
        return repos.deliveries.plan_deliveries(
            PlannedDelivery(
                f"slack:T{workspace:03}", NOTE_KIND, f"U{workspace:03}X{person:05}", "",
                f"round {number}", now, now + timedelta(hours=1), "",
            )
            for workspace in range(WORKER_WORKSPACES)
            for person in range(people_count)
        )  # fmt: skip

    store = open_bot_store(url, bot.keys_folder)
    planned_count = await store.across_workspaces.write(plan, timeout_seconds=60)
    await store.close()
    return planned_count
