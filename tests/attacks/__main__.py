"""Every attack in its long form, as one table: ``python -m tests.attacks``.

Takes how many plays to make of each (2,000 unless told) and, if only some of the attacks are
wanted, words that their names hold: ``python -m tests.attacks 2000 informed habit``.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.attacks import exact, plans

PLAYS = 2000
HEAD = f"{'attack':48} {'plays':>6}  {'right':>5}  {'95 %':11}  {'certain':>7}  {'bar':>4}"


async def main(plays: int, wanted: list[str]) -> None:
    """Print a line for each attack as soon as it is played."""
    say(HEAD)
    for attack in plans.ATTACKS:
        if _is_wanted(str(attack), wanted):
            score = await attack.played(plays)
            low, high = score.bounds
            say(
                f"{attack!s:48} {score.plays:6}  {score.right:5.3f}  {low:.3f}-{high:.3f}"
                f"  {score.certain:7.4f}  {attack.bar:4.2f}"
            )
    for name, attempt in exact.ATTEMPTS.items():
        if _is_wanted(name, wanted):
            with tempfile.TemporaryDirectory(prefix="attune-attack-") as folder:
                say(f"{name:48} {await attempt(Path(folder))}")


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def say(line: str) -> None:
    """Print at once, also where the output is a file."""
    print(line, flush=True)  # noqa: T201 - what it was asked for


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    asyncio.run(main(numbers[0] if numbers else PLAYS, words))
