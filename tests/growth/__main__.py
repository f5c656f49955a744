"""Simulate many clinics on PostgreSQL: ``python -m tests.growth [N]``, with 500 clinics by default.

Each clinic is a Slack workspace of ten teams and 200 clinicians, which installs the app from the
link. The figures are printed and stored in `var/growth`; the exit status is 1 where a message was
lost, sent twice, or sent with the token of another workspace.
"""

import argparse
import asyncio
import json
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests import needs
from tests.growth.deployment import DeploymentSize
from tests.growth.population import Population
from tests.growth.report import find_faults, format_report
from tests.growth.simulation import Plan, simulate
from tests.postgres import PostgresServer

FULL_CLINIC_COUNT = 500

_DISK_FOLDER = Path("/var/tmp")
"""A temporary folder on a disk, where a commit costs what it costs in production."""


def main(arguments: Sequence[str]) -> int:
    """Run a simulation, print and store its figures; 1 where exactly-once or a token failed."""
    options = _parse_arguments(arguments)
    logging.getLogger("attune").setLevel(logging.CRITICAL + 1)
    if needs.find_postgresql() is None:
        _print(needs.installation_advice(["postgresql"]))
        return 2
    plan = Plan(
        Population(options.clinics),
        DeploymentSize(options.web, options.workers, options.pace),
        requests_per_second=options.requests,
        max_phase_seconds=options.max_phase_minutes * 60,
    )
    started_at = time.monotonic()

    def report_progress(step: str) -> None:
        print(f"{time.monotonic() - started_at:6.0f} s  {step}", file=sys.stderr, flush=True)  # noqa: T201 - progress of the command

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the processes are stopped, too
    with _create_database() as (url, folder):
        figures = asyncio.run(simulate(plan, url, folder, report_progress))
    figures["minutes"] = (time.monotonic() - started_at) / 60
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    for line in format_report(figures):
        _print(line)
    _print(f"All figures: {options.json}")
    return int(bool(find_faults(figures)))


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.growth", description=__doc__)
    parser.add_argument("clinics", nargs="?", type=int, default=FULL_CLINIC_COUNT, metavar="N")
    parser.add_argument("--web", type=int, default=2, help="web processes")
    parser.add_argument("--workers", type=int, default=3, help="worker processes")
    parser.add_argument("--pace", type=float, default=3.0, help="messages a second and workspace")
    parser.add_argument("--requests", type=float, default=10.0, help="requests a second")
    parser.add_argument("--max-phase-minutes", type=float, default=30.0)
    started = f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    parser.add_argument("--json", type=Path, default=Path(f"var/growth/{started}.json"))
    return parser.parse_args(arguments)


@contextmanager
def _create_database() -> Iterator[tuple[str, Path]]:
    """Start PostgreSQL on a disk, and yield an empty database's URL and a folder."""
    disk_folder = _DISK_FOLDER if _DISK_FOLDER.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="attune-growth-", dir=disk_folder))
    server = PostgresServer(disk_folder, is_durable=True)
    try:
        server.start()
        yield server.database_url(server.create_database()), folder
        server.stop()
    finally:
        server.delete_files()
        shutil.rmtree(folder, ignore_errors=True)


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the command's output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
