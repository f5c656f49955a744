"""Whatever moment the power goes at, everybody gets their message once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.botprocess import BotProcess
from tests.journeys.crashes import CLINICIANS_PER_TEAM, CRASH_POINTS, WORKSPACES, CrashRun
from tests.journeys.unsteady import run_faulty_slack

WEEKS = 8
"""Four kills a week: thirty-two in all."""


@contextmanager
def crashing(folder: Path, *, granted: bool) -> Iterator[CrashRun]:
    """A bot over three workspaces, which grant the look into private chats, or do not."""
    with run_faulty_slack(is_history_granted=granted) as slack:
        bot = BotProcess(
            folder, slack.api_url, extra_environment={"PACE": "4", "LOG_LEVEL": "WARNING"}
        )
        made = CrashRun(bot, slack)
        try:
            made.declare_teams()
            yield made
        finally:
            bot.kill()


def test_where_chats_may_be_looked_into_thirty_two_kills_lose_and_double_nothing(
    tmp_path: Path,
) -> None:
    """Killed at each of four points in each of eight weeks: exactly once."""
    with crashing(tmp_path, granted=True) as made:
        for _ in range(WEEKS):
            made.run_week(CRASH_POINTS)
        figures = made.count_results()
    print(figures)  # noqa: T201 - the figures are what the run is for

    assert figures.kill_count == WEEKS * len(CRASH_POINTS)
    assert (figures.lost_count, figures.duplicate_count, figures.unconfirmed_count) == (0, 0, 0)
    assert set(figures.state_counts) == {"sent"}
    assert figures.posted_count == 6 + WEEKS * CLINICIANS_PER_TEAM * len(
        WORKSPACES
    )  # rows of five weeks ago are let go of meanwhile


def test_elsewhere_nobody_is_written_to_twice_and_a_crash_leaves_one_in_doubt_a_workspace(
    tmp_path: Path,
) -> None:
    """Without the look into private chats: at most once, and what is in doubt is counted."""
    with crashing(tmp_path, granted=False) as made:
        for _ in range(2):
            made.run_week(CRASH_POINTS)
        figures = made.count_results()
    print(figures)  # noqa: T201 - the figures are what the run is for

    assert (figures.lost_count, figures.duplicate_count) == (0, 0)
    assert figures.max_in_doubt <= 1
    assert figures.unconfirmed_count <= figures.kill_count * 3


def test_a_database_that_is_locked_for_twenty_seconds_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    """Another program holds the lock in the middle of a week; afterwards all goes on."""
    with crashing(tmp_path, granted=True) as made:
        made.run_with_database_locked(seconds=20)
        figures = made.count_results()

    assert (figures.lost_count, figures.duplicate_count) == (0, 0)
