"""Every attack in its long form, as one table: ``python -m tests.attacks``.

Takes how many plays to make of each (2,000 unless told) and, if only some of the attacks are
wanted, words that their names hold: ``python -m tests.attacks 2000 informed habit``. The
guesses are played by the release rule, which the suite holds to the bot byte for byte; with
``bot`` each of them is played on the real bot as well, a tenth as often.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.attacks import exact, plans
from tests.attacks.games import Score

PLAYS = 2000
ON_THE_BOT = "bot"
HEAD = f"{'attack':52} {'plays':>6}  {'right':>5}  {'95 %':11}  {'certain':>7}  {'bar':>4}"


async def main(plays: int, wanted: list[str]) -> None:
    """Print a line for each attack as soon as it is played."""
    say(HEAD)
    names = [word for word in wanted if word != ON_THE_BOT]
    for attack in plans.ATTACKS:
        if _is_wanted(str(attack), names):
            say(line(str(attack), attack.played(plays), attack.bar))
            if ON_THE_BOT in wanted:
                score = await attack.played_on_the_bot(plays // 10)
                say(line("  the same on the bot", score, attack.bar))
    for name, attempt in exact.ATTEMPTS.items():
        if _is_wanted(name, names):
            with tempfile.TemporaryDirectory(prefix="attune-attack-") as folder:
                say(f"{name:52} {await attempt(Path(folder))}")


def line(name: str, score: Score, bar: float) -> str:
    """One row of the table."""
    low, high = score.bounds
    return (
        f"{name:52} {score.plays:6}  {score.right:5.3f}  {low:.3f}-{high:.3f}"
        f"  {score.certain:7.4f}  {bar:4.2f}"
    )


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def say(line: str) -> None:
    """Print at once, also where the output is a file."""
    print(line, flush=True)  # noqa: T201 - what it was asked for


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    asyncio.run(main(numbers[0] if numbers else PLAYS, words))
