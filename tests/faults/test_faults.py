"""Each fault that is injected from outside ends as docs/faults.md documents."""

from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.environments import ENVIRONMENTS
from tests.faults.fault import HEADING, Fault
from tests.faults.play import play_fault

DOCUMENT = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = [
    line.removeprefix("| ").removesuffix(" |").split(" | ")
    for line in DOCUMENT.partition(HEADING)[2].split("\n\n")[0].strip().splitlines()
]
MARKERS = {
    "postgresql": [pytest.mark.postgresql],
    "web_alone": [pytest.mark.postgresql],
    "own_clock": [pytest.mark.faketime],
}
QUICK_FAULTS = [
    pytest.param(
        fault,
        id=fault.name.replace(" ", "_"),
        marks=MARKERS.get(fault.environment, []),
    )
    for fault in FAULTS
    if fault.quick_seconds is not None
]


def documented_row(fault: Fault) -> list[str]:
    """Return the cells that the table documents for *fault*."""
    return next(row for row in ROWS if row[0] == fault.name)


@pytest.mark.parametrize("fault", QUICK_FAULTS)
def test_fault_ends_as_documented(fault: Fault, tmp_path: Path) -> None:
    """Nothing is lost or happens twice, the bot recovers by itself, and `/readyz` reports it.

    The checks behind `/servez` are a minute and more apart, for which no test waits.
    """
    with ENVIRONMENTS[fault.environment](tmp_path) as deployment:
        result = play_fault(fault, deployment, fault.quick_seconds or 0.0)

    assert result.list_cells(fault.name)[:-1] == documented_row(fault)[:-1]


def test_every_fault_is_documented_without_loss() -> None:
    """The table has one row for each fault, and each reports nothing lost and nothing twice."""
    assert [row[0] for row in ROWS] == [fault.name for fault in FAULTS]
    assert {tuple(row[4:6]) for row in ROWS} == {("0", "0")}
