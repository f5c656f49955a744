"""Progress bars on a terminal; no output where standard error is not a terminal."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

StepCallback = Callable[[int, int], None]
"""Called with the number of finished steps and the total; the last step closes the bar."""


def track_progress(items: Sequence[T], label: str) -> Iterable[T]:
    """Yield *items*, with a progress bar labelled *label* on standard error if it is a terminal."""
    bar: Iterable[T] = tqdm(items, desc=label, file=sys.stderr, disable=None, leave=False)
    return bar


def build_step_callback(label: str) -> StepCallback:
    """Return a callback that draws a progress bar; the bar is created at the first call."""
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
