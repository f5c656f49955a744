"""Every message is delivered once, at whatever point the bot is killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.crashes import CLINICIANS_PER_TEAM, CRASH_POINTS, WORKSPACES, CrashRun
from tests.journeys.faulty_slack import run_faulty_slack

WEEKS = 8
"""Four kills a week: thirty-two in all."""


@contextmanager
def start_crash_run(folder: Path, *, is_history_granted: bool) -> Iterator[CrashRun]:
    """Start a bot over three workspaces, which grant access to private chats or do not."""
    with run_faulty_slack(is_history_granted=is_history_granted) as slack:
        bot = BotProcess(
            folder, slack.api_url, extra_environment={"PACE": "4", "LOG_LEVEL": "INFO"}
        )
        run = CrashRun(bot, slack)
        try:
            run.declare_teams()
            yield run
        finally:
            bot.kill()


def test_thirty_two_kills_lose_and_duplicate_nothing_with_chat_history(
    tmp_path: Path,
) -> None:
    """A bot killed at four points in each of eight weeks sends every message exactly once."""
    with start_crash_run(tmp_path, is_history_granted=True) as run:
        for _ in range(WEEKS):
            run.run_week(CRASH_POINTS)
        figures = run.count_results()
    print(figures)  # noqa: T201 - the figures are the result of the run

    assert figures.kill_count == WEEKS * len(CRASH_POINTS)
    assert (figures.lost_count, figures.duplicate_count, figures.unconfirmed_count) == (0, 0, 0)
    assert set(figures.state_counts) == {"sent"}
    assert figures.posted_count == 6 + WEEKS * CLINICIANS_PER_TEAM * len(
        WORKSPACES
    )  # rows of five weeks ago are deleted meanwhile


def test_kills_duplicate_nothing_without_chat_history(
    tmp_path: Path,
) -> None:
    """Without access to private chats a message is sent at most once, and doubt is counted."""
    with start_crash_run(tmp_path, is_history_granted=False) as run:
        for _ in range(2):
            run.run_week(CRASH_POINTS)
        figures = run.count_results()
    print(figures)  # noqa: T201 - the figures are the result of the run

    assert (figures.lost_count, figures.duplicate_count) == (0, 0)
    assert figures.max_in_doubt <= 1
    assert figures.unconfirmed_count <= figures.kill_count * 3


def test_locked_database_loses_and_duplicates_nothing(
    tmp_path: Path,
) -> None:
    """A lock held by another program for twenty seconds in mid-week delays the messages only."""
    with start_crash_run(tmp_path, is_history_granted=True) as run:
        run.run_with_database_locked(seconds=20)
        figures = run.count_results()

    assert (figures.lost_count, figures.duplicate_count) == (0, 0)
