"""Measure the bot beside a baseline in the same run, by several measurements: `make bench`.

Arguments: the number of check-ins (10,000 by default), and then which of ``answering``,
``submitting``, ``meanwhile``, ``sending``, ``killed`` and ``planning`` to run (all by default).
"""

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import answering, meanwhile, planning, sending, submitting
from tests.bench.sending import Load

LOADS = ((1, 20.0), (10, 20.0), (100, 4.0))
"""The number of workspaces, and the messages per second that each accepts."""

MEASUREMENTS = ("answering", "submitting", "meanwhile", "sending", "killed", "planning")

MAX_SLOWDOWN_RATIO = 1.1
"""The slowdown of Slack's answers beside Teams, also while Teams' keys do not arrive."""


def main(arguments: list[str]) -> int:
    """Run the selected measurements, and return 1 when a goal was missed."""
    number = int(arguments[0]) if arguments else 10_000
    selected = arguments[1:] or list(MEASUREMENTS)
    logging.getLogger("attune").setLevel(logging.CRITICAL)  # missing profiles are expected here
    missed_count = 0
    if "answering" in selected:
        missed_count += _report_answering()
    if "submitting" in selected:
        _report_submitting()
    if "meanwhile" in selected:
        _report_meanwhile(Load(number, *LOADS[-1]))
    for workspaces, messages_per_second in LOADS:
        load = Load(number, workspaces, messages_per_second)
        if "sending" in selected:
            missed_count += _report_sending(
                f"{number} over {workspaces}", _measure_sending(load), max_ratio=1.02
            )
    if "killed" in selected:
        load = Load(number, 10, 20.0)
        missed_count += _report_sending(
            f"{number} over 10, killed half-way", _measure_sending(load, kill=True)
        )
    if "planning" in selected:
        figures = planning.measure_planning(number * 10)
        print(f"{number * 10} planned at once: {figures}", flush=True)  # noqa: T201 - the command's output
        missed_count += figures["growth_mb"] > 5 or figures["rows"] > 1000 or figures["again"] != 0
    return int(missed_count > 0)


def _report_answering() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        figures = answering.measure_answering(Path(folder))
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(f"Slack answered, in milliseconds: {rounded}", flush=True)  # noqa: T201 - the command's output
    return bool(max(figures["beside_ratio"], figures["slowly_ratio"]) > MAX_SLOWDOWN_RATIO)


def _report_submitting() -> None:
    """Print what a debrief costs beside bare Bolt; no goal depends on it."""
    with tempfile.TemporaryDirectory() as folder:
        figures = submitting.run_measurement(Path(folder))
    rounded = {name: round(value, 2) for name, value in figures.items()}
    print(f"Debrief submitted, in milliseconds: {rounded}", flush=True)  # noqa: T201 - the command's output


def _report_meanwhile(load: Load) -> None:
    """Print the latency of commands during sending; no goal depends on it."""
    with tempfile.TemporaryDirectory() as folder:
        figures = meanwhile.measure_meanwhile(load, Path(folder))
    rounded = {name: round(value, 2) for name, value in figures.items()}
    print(f"Slack answered while {load.message_count} go out: {rounded}", flush=True)  # noqa: T201 - the command's output


def _measure_sending(load: Load, *, kill: bool = False) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return sending.measure_sending(load, Path(folder), kills_bot=kill)


def _report_sending(name: str, figures: dict[str, Any], max_ratio: float | None = None) -> bool:
    rounded = {
        key: round(value, 3) if isinstance(value, float) else value
        for key, value in figures.items()
    }
    print(f"{name}: {rounded}", flush=True)  # noqa: T201 - the command's output
    slow = max_ratio is not None and (
        figures["ratio"] > max_ratio or figures["refused"] > 0 or figures["growth_mb"] > 10
    )
    return bool(slow or figures["lost"] != 0 or figures["twice"] != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
