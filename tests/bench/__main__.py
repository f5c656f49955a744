"""Measure the bot beside its floors in one run, and print each bar: `make bench`."""

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests import needs
from tests.bench import report
from tests.bench.bars import BARS, Verdict, assess_bars
from tests.bench.conditions import FULL_NUMBER, Conditions, Measurement, Scale
from tests.bench.figures import Figure
from tests.bench.registry import MEASUREMENTS
from tests.postgres import PostgresServer

LAST_BEGIN_SECONDS = 17 * 60.0
"""After these seconds no further measurement begins: none takes more than three minutes."""

_DISK_FOLDER = Path("/var/tmp")
"""A temporary folder on a disk, where a commit costs what it costs in production."""


def main(arguments: Sequence[str]) -> int:
    """Run the selected measurements, print and store the figures; 1 if a bar is not met."""
    options = _parse_arguments(arguments)
    logging.getLogger("attune").setLevel(logging.CRITICAL + 1)  # faults are planned here
    run = _Run(Scale(options.number))
    with _create_conditions(run) as conditions:
        for name in options.names or MEASUREMENTS:
            run.measure(name, MEASUREMENTS[name], conditions)
    assessments = assess_bars(BARS, run.figures)
    for assessment in assessments:
        if assessment.verdict is Verdict.NOT_MEASURED:
            _print(report.format_assessment(assessment))
    report.write_json(options.json, options.number, run.figures, assessments, run.seconds)
    counts = {verdict: sum(item.verdict is verdict for item in assessments) for verdict in Verdict}
    _print(", ".join(f"{count} {verdict.value}" for verdict, count in counts.items()))
    _print(f"All figures: {options.json}")
    return int(counts[Verdict.NOT_MET] > 0)


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=FULL_NUMBER, metavar="N")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    started = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    parser.add_argument("--json", type=Path, default=Path(f"var/bench/{started}.json"))
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"no measurement has the name {', '.join(sorted(unknown))}")
    return options


class _Run:
    """The figures so far, and the seconds that each measurement took."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.figures: list[Figure] = []
        self.seconds: dict[str, float] = {}
        self._started_at = time.monotonic()
        self._name = "preparing"

    def measure(self, name: str, measurement: Measurement, conditions: Conditions) -> None:
        """Run one measurement and print its bars, unless the time is over."""
        self._name, started_at = name, time.monotonic()
        if started_at - self._started_at > LAST_BEGIN_SECONDS:
            self.report_progress("not begun: 20 minutes would not be enough")
            return
        self.report_progress("begins")
        figures = measurement(conditions)
        self.figures += figures
        self.seconds[name] = time.monotonic() - started_at
        for assessment in assess_bars(BARS, figures):
            if assessment.figure is not None:
                _print(report.format_assessment(assessment))

    def report_progress(self, step: str) -> None:
        """Print a step of the present measurement with the time since the start."""
        seconds = time.monotonic() - self._started_at
        print(f"{seconds:6.0f} s  {self._name}: {step}", file=sys.stderr, flush=True)  # noqa: T201 - progress of the command


@contextmanager
def _create_conditions(run: _Run) -> Iterator[Conditions]:
    """Create a folder and, where it is installed, start PostgreSQL; delete both at the end."""
    disk_folder = _DISK_FOLDER if _DISK_FOLDER.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-", dir=disk_folder))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        create_url = None
        if needs.find_postgresql():
            server = PostgresServer(disk_folder, is_durable=True)
            stack.callback(server.delete_files)
            server.start()
            stack.callback(server.stop)
            create_url = partial(_create_database, server)
        else:
            run.report_progress("PostgreSQL is not installed: no column of its own")
        yield Conditions(run.scale, folder, create_url, report_progress=run.report_progress)


def _create_database(server: PostgresServer) -> str:
    return server.database_url(server.create_database())


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the command's output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
