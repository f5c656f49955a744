"""A bot process with nine check-ins due, over a fake Slack, for tests of its stop and limits."""

import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.faulty_slack import FaultySlack, run_faulty_slack

MONDAY_MORNING = "2026-02-02T09:00:30-05:00"
BEFORE_CHECKIN = "2026-02-02T08:59:00-05:00"
SUNDAY_MORNING = "2026-02-01T09:00:30-05:00"

HALF_REQUEST = (
    b"POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
    b"X-Slack-Signature: v0=%064x\r\nX-Slack-Request-Timestamp: %d\r\n\r\n"
)


@contextmanager
def run_bot(folder: Path, **environment: str) -> Iterator[tuple[BotProcess, FaultySlack]]:
    """Run a bot with a team of nine who have joined, shortly before their check-in."""
    with run_faulty_slack() as slack:
        options = {"PACE": "4", "LOG_LEVEL": "INFO", **environment}
        bot = BotProcess(
            folder, slack.api_url, clock_time=SUNDAY_MORNING, extra_environment=options
        )
        bot.declare_team(extra_lines="joined = true")
        bot.start()
        try:
            bot.move_clock(BEFORE_CHECKIN)
            yield bot, slack
        finally:
            bot.kill()


def open_half_request(port: int, content_length: int = 1000) -> socket.socket:
    """Send a request whose signature is plausible, and of its body only two letters."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(HALF_REQUEST % (content_length, 1, int(time.time())) + b"ha")
    return connection


def count_states(bot: BotProcess) -> Counter[str]:
    """Return how many check-ins are in each state."""
    query = "select state from delivery where kind = 'checkin'"
    with closing(sqlite3.connect(bot.database_file, timeout=30)) as database:
        return Counter(state for (state,) in database.execute(query))


def wait_for_states(bot: BotProcess, states: Counter[str]) -> None:
    """Wait until the check-ins are in *states*."""
    deadline = time.monotonic() + 30
    while count_states(bot) != states:
        assert time.monotonic() < deadline, (count_states(bot), bot.read_log())
        time.sleep(0.02)
