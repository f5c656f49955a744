"""A bar on the terminal while something takes long, and nothing at all where nobody watches."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

Told = Callable[[int, int], None]
"""Is told how many steps of how many are done; with all of them the bar goes away."""


def over(items: Sequence[T], label: str) -> Iterable[T]:
    """Go through *items*, with a bar under *label* on standard error if it is a terminal."""
    bar: Iterable[T] = tqdm(items, desc=label, file=sys.stderr, disable=None, leave=False)
    return bar


def counter(label: str) -> Told:
    """Return what is to be told of each step; the bar appears with the first."""
    shown: list[tqdm[None]] = []

    def told(done: int, of: int) -> None:
        if not shown:
            shown.append(tqdm(total=of, desc=label, file=sys.stderr, disable=None, leave=False))
        shown[0].update(done - shown[0].n)
        if done >= of:
            shown[0].close()

    return told
