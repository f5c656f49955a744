"""SIGTERM ends a real process in time, whatever its clients do, and loses no message."""

import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.crashes import hold_write_lock
from tests.journeys.stdlib_slack import StdlibFakeSlack
from tests.server.stopping_bot import (
    MONDAY_MORNING,
    count_states,
    open_half_request,
    run_bot,
    wait_for_states,
)

STOP_LIMIT_SECONDS = 10
"""The time that an orchestrator usually leaves a process between SIGTERM and SIGKILL."""


def terminate(bot: BotProcess) -> int:
    """Send SIGTERM, and return the exit status; fails after the limit."""
    assert bot.process is not None
    bot.process.terminate()
    return bot.process.wait(timeout=STOP_LIMIT_SECONDS)


def start_clock_move(pool: ThreadPoolExecutor, bot: BotProcess) -> None:
    """Make the check-ins due, without waiting until all are sent."""
    pool.submit(bot.move_clock, MONDAY_MORNING)


def test_half_sent_body_does_not_hold_a_stopping_process(tmp_path: Path) -> None:
    """A client that never completes its request cannot keep the process alive."""
    with run_bot(tmp_path) as (bot, _slack), open_half_request(bot.port):
        terminate(bot)


def test_no_message_is_begun_after_sigterm(tmp_path: Path) -> None:
    """The message in flight ends and is recorded; the others wait for the next start."""
    with run_bot(tmp_path) as (bot, slack), ThreadPoolExecutor() as pool:
        slack.chats_by_delivery.clear()
        slack.answer_delay_seconds = 1.0
        start_clock_move(pool, bot)
        while not slack.posted_counts():
            time.sleep(0.01)
        terminate(bot)

        assert slack.posted_counts().total() == 1
        assert count_states(bot) == Counter(sent=1, planned=8)


def test_next_start_sends_what_a_stop_has_left(tmp_path: Path) -> None:
    """A message that outlasts the stop is looked up, and each of the others is sent once."""
    with run_bot(tmp_path) as (bot, slack), ThreadPoolExecutor() as pool:
        slack.chats_by_delivery.clear()
        slack.hold_next_post("after_commit")
        start_clock_move(pool, bot)
        assert slack.post_held.wait(60)
        terminate(bot)
        slack.release_held_post()
        bot.clock_time = MONDAY_MORNING.replace(":30-", ":59-").replace("09:00", "09:01")
        bot.start()
        wait_for_states(bot, Counter(sent=9))

        assert set(slack.posted_counts().values()) == {1}


def test_second_sigterm_ends_the_process_at_once(tmp_path: Path) -> None:
    """The first one waits for the message in flight, which Slack does not answer."""
    with run_bot(tmp_path) as (bot, slack), ThreadPoolExecutor() as pool:
        assert bot.process is not None
        slack.hold_next_post("after_commit")
        start_clock_move(pool, bot)
        assert slack.post_held.wait(60)
        bot.process.terminate()
        time.sleep(0.5)

        assert (bot.process.poll(), terminate(bot)) == (None, 128 + signal.SIGTERM)


def test_answer_in_progress_is_sent(tmp_path: Path) -> None:
    """A command that waits for the database at the signal is answered after it."""
    with run_bot(tmp_path) as (bot, _slack), ThreadPoolExecutor() as pool:
        assert bot.process is not None
        user = StdlibFakeSlack(bot.api_url, bot_url=bot.base_url)
        with hold_write_lock(bot.database_file):
            answer = pool.submit(user.send_command, "U0CLIN01", "/checkin", "join")
            time.sleep(0.5)
            is_waiting = not answer.done()
            bot.process.terminate()
            time.sleep(0.5)

        assert is_waiting
        assert answer.result(timeout=10)
