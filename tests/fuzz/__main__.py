"""Fuzz one target: ``python -m tests.fuzz TARGET --minutes N [--seed S]``.

TARGET is ``slack``, ``teams``, ``tenants``, ``team-file``, ``workspaces`` or ``cards``. The inputs
follow from the seed, so that the same seed executes the same inputs in the same order. Prints the
number of executions, of distinct responses, each finding with its smallest input, and each
exception that the bot caught. The exit status is 1 with a finding.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest_socket

from tests.fuzz.campaign import Report, run_campaign
from tests.fuzz.cards_target import CardsTarget
from tests.fuzz.slack_target import SlackTarget
from tests.fuzz.target import Target
from tests.fuzz.team_file_target import TeamFileTarget
from tests.fuzz.teams_target import TeamsTarget
from tests.fuzz.tenants_target import TenantsTarget
from tests.fuzz.workspaces_target import WorkspacesTarget

TARGETS: dict[str, Callable[[], Target[Any]]] = {
    "slack": SlackTarget,
    "teams": TeamsTarget,
    "tenants": TenantsTarget,
    "team-file": TeamFileTarget,
    "workspaces": WorkspacesTarget,
    "cards": CardsTarget,
}
PROGRESS_SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """Run one campaign, print its report, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    report = run_campaign(
        TARGETS[options.target](), options.seed, _build_clock(60 * options.minutes)
    )
    print_line(f"{options.target}, seed {options.seed}: {_summarize(report)}")
    for problem, sample in report.findings.items():
        print_line(f"FINDING: {problem}\n  {sample!r}")
    for error, sample in report.handled_errors.items():
        print_line(f"caught by the bot: {error}\n  {sample!r}")
    return 1 if report.findings else 0


def _build_clock(seconds: float) -> Callable[[Report], bool]:
    """Return whether *seconds* have passed; prints the progress once a minute."""
    started_at = time.monotonic()
    printed_at = started_at

    def is_over(report: Report) -> bool:
        nonlocal printed_at
        now = time.monotonic()
        if now - printed_at > PROGRESS_SECONDS:
            printed_at = now
            print_line(f"{(now - started_at) / 60:.0f} min: {_summarize(report)}")
        return now - started_at > seconds

    return is_over


def _summarize(report: Report) -> str:
    return (
        f"{report.execution_count} executions, {len(report.responses)} distinct responses, "
        f"{len(report.findings)} findings, {len(report.handled_errors)} caught exceptions"
    )


def print_line(line: str) -> None:
    """Print *line* and flush, so that a redirected output is complete at any time."""
    print(line, flush=True)  # noqa: T201 - the command's output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
