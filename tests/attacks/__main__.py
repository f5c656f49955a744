"""Run every attack in its long form and print one table: ``python -m tests.attacks``.

Arguments: the number of plays of each attack (2,000 by default) and words that select attacks by
name: ``python -m tests.attacks 2000 informed habit``. The guesses are played by the release
rule, which the test suite compares with the bot byte for byte; with ``bot`` each of them is
played on the real bot as well, a tenth as often. The attacks on copies of twenty nights are always
played on the real bot, one run for each ten plays.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.attacks import exact, night_plans, plans
from tests.attacks.guessing_game import Score

PLAYS_PER_ATTACK = 2000
PLAYS_PER_RUN = 10
BOT_OPTION = "bot"
NIGHTS_PREFIX = "twenty nights"
REDRAW_NAME = "old backup, pepper and table: noise drawn again"
MAX_REDRAW_SHARE = 0.60
TABLE_HEADER = f"{'attack':52} {'plays':>6}  {'right':>5}  {'95 %':11}  {'certain':>7}  {'bar':>4}"


async def main(play_count: int, filters: list[str]) -> None:
    """Print a line for each attack as soon as it is played."""
    print_line(TABLE_HEADER)
    names = [word for word in filters if word != BOT_OPTION]
    for attack in plans.ATTACKS:
        if _matches_filters(str(attack), names):
            print_line(
                format_line(str(attack), attack.play_by_rule(play_count), attack.max_mean_share)
            )
            if BOT_OPTION in filters:
                score = await attack.play_on_bot(play_count // 10)
                print_line(format_line("  the same on the bot", score, attack.max_mean_share))
    await print_night_attacks(play_count, names)
    for name, attempt in exact.EXACT_ATTACKS.items():
        if _matches_filters(name, names):
            with tempfile.TemporaryDirectory(prefix="attune-attack-") as folder:
                print_line(f"{name:52} {await attempt(Path(folder))}")


async def print_night_attacks(play_count: int, filters: list[str]) -> None:
    """Print a line for each attack on nightly copies, and for what they do tell."""
    run_count = max(2, play_count // PLAYS_PER_RUN)
    claims = [
        claim
        for claim in night_plans.CLAIMS
        if _matches_filters(f"{NIGHTS_PREFIX}, {claim}", filters)
    ]
    for claim, score in (await night_plans.measure_claims(claims, [None] * run_count)).items():
        print_line(format_line(f"{NIGHTS_PREFIX}, {claim}", score, claim.chance))
    if _matches_filters(REDRAW_NAME, filters):
        score = await night_plans.measure_redraw(play_count // PLAYS_PER_RUN)
        print_line(format_line(REDRAW_NAME, score, MAX_REDRAW_SHARE))
    for name, measure in night_plans.RESIDUALS.items():
        if _matches_filters(name, filters):
            print_line(format_line(name, await measure(run_count // 10 + 2), 1.0))


def format_line(name: str, score: Score, max_share: float) -> str:
    """Return one row of the table."""
    low, high = score.confidence_bounds
    return (
        f"{name:52} {score.play_count:6}  {score.right_share:5.3f}  {low:.3f}-{high:.3f}"
        f"  {score.certain_share:7.4f}  {max_share:4.2f}"
    )


def _matches_filters(name: str, filters: list[str]) -> bool:
    return not filters or any(word in name for word in filters)


def print_line(line: str) -> None:
    """Print *line* and flush, so that a redirected output is complete at any time."""
    print(line, flush=True)  # noqa: T201 - the command's output


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    asyncio.run(main(numbers[0] if numbers else PLAYS_PER_ATTACK, words))
