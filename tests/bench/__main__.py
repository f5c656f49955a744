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

MOST_BESIDE = 1.1
"""How much slower Slack may be answered beside Teams, also while Teams' keys do not come."""


def main(arguments: list[str]) -> int:
    """Run what was asked for, and return 1 when a goal was missed."""
    number = int(arguments[0]) if arguments else 10_000
    asked = arguments[1:] or ["answering", "meanwhile", "sending", "killed", "planning"]
    logging.getLogger("attune").setLevel(logging.CRITICAL)  # it has no profiles to tell of
    missed = 0
    if "answering" in asked:
        missed += _answered()
    if "meanwhile" in asked:
        _answered_meanwhile(Load(number, *LOADS[-1]))
    for workspaces, a_second in LOADS:
        load = Load(number, workspaces, a_second)
        if "sending" in asked:
            missed += _told(f"{number} over {workspaces}", _sent(load), most_ratio=1.02)
    if "killed" in asked:
        load = Load(number, 10, 20.0)
        missed += _told(f"{number} over 10, killed half-way", _sent(load, kill=True))
    if "planning" in asked:
        found = planning.measured(number * 10)
        print(f"{number * 10} planned at once: {found}", flush=True)  # noqa: T201 - the verb's answer
        missed += found["growth_mb"] > 5 or found["rows"] > 1000 or found["again"] != 0
    return int(missed > 0)


def _answered() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        found = answering.measured(Path(folder))
    shown = {name: round(value, 3) for name, value in found.items()}
    print(f"Slack answered, in milliseconds: {shown}", flush=True)  # noqa: T201 - the verb's answer
    return bool(max(found["beside_ratio"], found["slowly_ratio"]) > MOST_BESIDE)


def _answered_meanwhile(load: Load) -> None:
    """Show what sending costs those who ask; no goal depends on it."""
    with tempfile.TemporaryDirectory() as folder:
        found = meanwhile.measured(load, Path(folder))
    shown = {name: round(value, 2) for name, value in found.items()}
    print(f"Slack answered while {load.messages} go out: {shown}", flush=True)  # noqa: T201 - the verb's answer


def _sent(load: Load, *, kill: bool = False) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return sending.measured(load, Path(folder), kill=kill)


def _told(name: str, found: dict[str, Any], most_ratio: float | None = None) -> bool:
    shown = {k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()}
    print(f"{name}: {shown}", flush=True)  # noqa: T201 - the verb's answer
    slow = most_ratio is not None and (
        found["ratio"] > most_ratio or found["refused"] > 0 or found["growth_mb"] > 10
    )
    return bool(slow or found["lost"] != 0 or found["twice"] != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
