"""Acknowledged debriefs after a bot was killed in mid-burst, and after Slack's retries."""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count

from bot.sandbox.process.loopback_server import free_port
from tests.bench import load
from tests.bench.conditions import Conditions
from tests.bench.databases import ONE_TEAM
from tests.bench.figures import POSTGRESQL, SQLITE, Figure, summarize
from tests.bench.load import Connection
from tests.bench.seeding import count_filed, person_id, seed_database
from tests.bench.slack_process import run_fake_slack
from tests.bench.targets import build_bot
from tests.chat.slack.payloads import Payload
from tests.journeys.botprocess import BotProcess

DEBRIEFS_PER_BURST, CONNECTION_COUNT = 20, 5
"""Debriefs sent at once in a burst, and connections that share them."""


def measure_killing(conditions: Conditions) -> list[Figure]:
    """Kill a bot in the middle of each of many bursts, and count what it stored.

    After a kill the ledger is opened without the bot: an acknowledged debrief that is missing is
    lost. Then the restarted bot gets the whole burst again, marked as Slack's retries: beyond
    one each, debriefs are *counted twice*; one that is missing then is lost, too.
    """
    columns = [SQLITE, *([POSTGRESQL] if conditions.create_postgres_url else [])]
    figures: list[Figure] = []
    for column in columns:
        result = _Kills(conditions, column).run_all()
        values = {
            "lost_after_kill": result.lost_count,
            "counted_twice": result.twice_count,
            "acknowledged_before_kill": result.acknowledged_count,
            "kills": result.kill_count,
        }
        note = conditions.scale.note
        figures += [summarize(name, column, [value], note=note) for name, value in values.items()]
    return figures


@dataclass
class KillResult:
    """The sums over all kills."""

    kill_count: int = 0
    acknowledged_count: int = 0
    lost_count: int = 0
    twice_count: int = 0


@dataclass
class _Kills:
    conditions: Conditions
    column: str
    result: KillResult = field(default_factory=KillResult)
    view_numbers: "count[int]" = field(default_factory=lambda: count(1_000_000))

    def __post_init__(self) -> None:
        self._folder = self.conditions.create_folder(f"killing-{self.column}")
        self._url = (
            self.conditions.create_postgres_url()
            if self.column == POSTGRESQL and self.conditions.create_postgres_url
            else f"sqlite:///{BotProcess(self._folder, '').database_file}"
        )
        self._random = random.Random(20)  # noqa: S311 - a repeatable order

    def run_all(self) -> KillResult:
        """Kill the bot as often as the scale says; half as often on PostgreSQL, for the time."""
        with run_fake_slack(1000.0) as api_url:
            bot = build_bot(self._folder, api_url, self._url, forks=True)
            bot.port = free_port()
            seed_database(self._url, bot.keys_folder, ONE_TEAM)
            kill_count = self.conditions.scale.kill_count
            if self.column == POSTGRESQL:
                kill_count = max(1, kill_count // 2)
            for number in range(kill_count):
                self.conditions.report_progress(f"kill {number + 1} on {self.column}")
                self._kill_in_burst(bot)
        return self.result

    def _kill_in_burst(self, bot: BotProcess) -> None:
        filed_before = count_filed(self._url, bot.keys_folder)
        burst = [
            load.build_debrief(person_id(0, number), next(self.view_numbers))
            for number in range(DEBRIEFS_PER_BURST)
        ]
        bot.start()
        kill_after = self._random.randrange(1, DEBRIEFS_PER_BURST - CONNECTION_COUNT)
        acknowledged_count = asyncio.run(_send_until_killed(bot, burst, kill_after))
        lost_count = filed_before + acknowledged_count - count_filed(self._url, bot.keys_folder)
        bot.start()
        asyncio.run(_send_again(bot, burst))
        bot.kill()
        surplus = count_filed(self._url, bot.keys_folder) - filed_before - len(burst)
        self.result.kill_count += 1
        self.result.acknowledged_count += acknowledged_count
        self.result.lost_count += max(0, lost_count, -surplus)
        self.result.twice_count += max(0, surplus)


async def _send_until_killed(bot: BotProcess, burst: list[Payload], kill_after: int) -> int:
    """Kill *bot* once *kill_after* of *burst* are acknowledged; return how many were in the end."""
    pending, acknowledged_count = list(burst), 0

    async def send_repeatedly() -> None:
        nonlocal acknowledged_count
        connection = await Connection.connect(bot.port)
        while pending:
            try:
                status = await connection.send(load.encode_request(pending.pop()))
            except OSError:
                return
            acknowledged_count += status == 200
            if acknowledged_count == kill_after:
                bot.kill()

    await asyncio.gather(*(send_repeatedly() for _ in range(CONNECTION_COUNT)))
    return acknowledged_count


async def _send_again(bot: BotProcess, burst: list[Payload]) -> None:
    """Send all of *burst* as Slack's second retry, whether or not it was acknowledged."""
    pool = load.ConnectionPool(bot.port)
    for payload in burst:
        await pool.time_request(load.encode_request(payload, retry_number=2))
    pool.close()
