"""Measure answering, sending and planning, each beside a floor in the same run: `make bench`.

Arguments: the number of check-ins (10,000 unless given); then which of ``answering``,
``meanwhile``, ``sending``, ``killed`` and ``planning`` to run (all unless given).
"""

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import answering, meanwhile, planning, sending
from tests.bench.sending import Load

LOADS = ((1, 20.0), (10, 20.0), (100, 4.0))
"""Workspaces, and how many messages a second each takes."""

MAX_SLOWDOWN_RATIO = 1.1
"""How much slower Slack may be answered beside Teams, also while Teams' keys do not come."""


def main(arguments: list[str]) -> int:
    """Run what was asked for, and return 1 when a goal was missed."""
    number = int(arguments[0]) if arguments else 10_000
    asked = arguments[1:] or ["answering", "meanwhile", "sending", "killed", "planning"]
    logging.getLogger("attune").setLevel(logging.CRITICAL)  # it has no profiles to tell of
    missed = 0
    if "answering" in asked:
        missed += _report_answering()
    if "meanwhile" in asked:
        _report_meanwhile(Load(number, *LOADS[-1]))
    for workspaces, a_second in LOADS:
        load = Load(number, workspaces, a_second)
        if "sending" in asked:
            missed += _report_sending(
                f"{number} over {workspaces}", _measure_sending(load), max_ratio=1.02
            )
    if "killed" in asked:
        load = Load(number, 10, 20.0)
        missed += _report_sending(
            f"{number} over 10, killed half-way", _measure_sending(load, kill=True)
        )
    if "planning" in asked:
        found = planning.measure_planning(number * 10)
        print(f"{number * 10} planned at once: {found}", flush=True)  # noqa: T201 - the verb's answer
        missed += found["growth_mb"] > 5 or found["rows"] > 1000 or found["again"] != 0
    return int(missed > 0)


def _report_answering() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        found = answering.measure_answering(Path(folder))
    shown = {name: round(value, 3) for name, value in found.items()}
    print(f"Slack answered, in milliseconds: {shown}", flush=True)  # noqa: T201 - the verb's answer
    return bool(max(found["beside_ratio"], found["slowly_ratio"]) > MAX_SLOWDOWN_RATIO)


def _report_meanwhile(load: Load) -> None:
    """Show what sending costs those who ask; no goal depends on it."""
    with tempfile.TemporaryDirectory() as folder:
        found = meanwhile.measure_meanwhile(load, Path(folder))
    shown = {name: round(value, 2) for name, value in found.items()}
    print(f"Slack answered while {load.message_count} go out: {shown}", flush=True)  # noqa: T201 - the verb's answer


def _measure_sending(load: Load, *, kill: bool = False) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return sending.measure_sending(load, Path(folder), kills_bot=kill)


def _report_sending(name: str, figures: dict[str, Any], max_ratio: float | None = None) -> bool:
    shown = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
    print(f"{name}: {shown}", flush=True)  # noqa: T201 - the verb's answer
    slow = max_ratio is not None and (
        figures["ratio"] > max_ratio or figures["refused"] > 0 or figures["growth_mb"] > 10
    )
    return bool(slow or figures["lost"] != 0 or figures["twice"] != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
