"""A bar on the terminal while something takes long, and nothing at all where nobody watches."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

StepCallback = Callable[[int, int], None]
"""Is told how many steps of how many are done; with all of them the bar goes away."""


def track_progress(items: Sequence[T], label: str) -> Iterable[T]:
    """Go through *items*, with a bar under *label* on standard error if it is a terminal."""
    bar: Iterable[T] = tqdm(items, desc=label, file=sys.stderr, disable=None, leave=False)
    return bar


def build_step_callback(label: str) -> StepCallback:
    """Return what is to be told of each step; the bar appears with the first."""
    shown: list[tqdm[None]] = []

    def update_bar(steps_done: int, steps_total: int) -> None:
        if not shown:
            shown.append(
                tqdm(total=steps_total, desc=label, file=sys.stderr, disable=None, leave=False)
            )
        shown[0].update(steps_done - shown[0].n)
        if steps_done >= steps_total:
            shown[0].close()

    return update_bar
