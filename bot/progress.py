"""Progress bars (tqdm) on standard error; disabled by default if that is not a terminal."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

StepCallback = Callable[[int, int], None]
"""Callback with two arguments: the number of finished steps, and the total number."""


def track_progress(items: Sequence[T], label: str) -> Iterable[T]:
    """Return an iterable over *items* that advances a progress bar after each of them."""
    bar: Iterable[T] = tqdm(items, desc=label, file=sys.stderr, disable=None, leave=False)
    return bar


def build_step_callback(label: str) -> StepCallback:
    """Return a callback that draws a progress bar, which its first call creates."""
    bars: list[tqdm[None]] = []

    def update_bar(steps_done: int, steps_total: int) -> None:
        if not bars:
            bars.append(
                tqdm(total=steps_total, desc=label, file=sys.stderr, disable=None, leave=False)
            )
        bars[0].update(steps_done - bars[0].n)
        if steps_done >= steps_total:
            bars[0].close()

    return update_bar
