"""What a process that serves Slack on SQLite has imported when it is ready."""

import subprocess
import sys

import pytest

from bot.sandbox.process.loopback_server import free_port
from tests.database_files import copy_empty_database
from tests.journeys.botprocess import BotProcess
from tests.sources import ROOT

PROGRAM = """
import os, sys, threading, time, urllib.request
from bot.__main__ import main

def print_modules():
    while True:
        try:
            urllib.request.urlopen(sys.argv[1] + "/readyz", timeout=5)
        except OSError:
            time.sleep(0.05)
        else:
            break
    sys.stdout.write(" ".join(sorted(sys.modules)))
    sys.stdout.flush()
    os._exit(0)

threading.Thread(target=print_modules, daemon=True).start()
main(["web"])
"""

MEGABYTES = {
    "alembic": "migrations",
    "bot.admin.doctor": "the check-up",
    "bot.admin.team_file": "the operator's files",
    "bot.chat.msteams": "Microsoft Teams",
    "bot.sandbox": "the sandbox",
    "bot.store.backup": "backups",
    "dbos": "several workers",
    "holidays": "teams with a region",
    "prometheus_client": "a scrape",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "sqlalchemy.orm": "nothing",
    "tqdm": "the operator's commands",
}
"""Modules that take a megabyte, or import one that does, and what alone needs them."""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names of the modules that a bot has imported once it is ready, on a current schema."""
    folder = tmp_path_factory.mktemp("bot")
    bot = BotProcess(folder, "http://127.0.0.1:9/api/", port=free_port())
    copy_empty_database(bot.database_file.parent)
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, bot.base_url],
        cwd=folder,
        env=bot.build_environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return frozenset(result.stdout.decode().split())


@pytest.mark.parametrize("name", MEGABYTES)
def test_a_start_imports_nothing_that_others_need(modules: frozenset[str], name: str) -> None:
    """A module is not imported for what this process does not do."""
    assert {module for module in modules if f"{module}.".startswith(f"{name}.")} == set()


def test_a_start_imports_every_handler(modules: frozenset[str]) -> None:
    """No first request waits for an import: each handler and duty is there."""
    folders = {"handlers": ROOT / "handlers", "schedules": ROOT / "schedules"}
    names = {
        f"{package}.{file.stem}"
        for package, folder in folders.items()
        for file in folder.glob("[a-z]*.py")
    }

    assert names - modules == set()
