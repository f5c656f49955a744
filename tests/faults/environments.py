"""The deployments that faults are played on: what the bot stores in, and how it is started."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests import needs
from tests.faults.deployment import Deployment
from tests.faults.socket_slack import run_socket_slack
from tests.journeys.botprocess import BotProcess
from tests.journeys.faulty_slack import run_faulty_slack
from tests.postgres import PostgresServer

SMALL_DISK_BYTES = 16 * 1024 * 1024

CLOCK_FILE = "clock"

_OWN_MOUNTS = (
    ("unshare", "--mount")
    if os.geteuid() == 0
    else ("unshare", "--user", "--map-root-user", "--mount")
)
"""Runs a command with mounts of its own, which nothing else on the machine sees."""


@contextmanager
def run_on_sqlite(folder: Path) -> Iterator[Deployment]:
    """Run the bot on an embedded database."""
    with run_faulty_slack() as slack:
        bot = BotProcess(folder, slack.api_url)
        yield from _run(Deployment(bot, slack, "sqlite"))


@contextmanager
def run_on_small_disk(folder: Path) -> Iterator[Deployment]:
    """Run the bot on an embedded database on a disk of 16 MiB, in mounts of its own."""
    with run_faulty_slack() as slack:
        bot = BotProcess(folder, slack.api_url)
        bot.database_file.parent.mkdir()
        script = (
            f'mount -t tmpfs -o size={SMALL_DISK_BYTES} tmpfs "{bot.database_file.parent}"'
            ' && "$1" -m bot team apply teams.toml && exec "$@"'
        )
        bot.launcher = (*_OWN_MOUNTS, "sh", "-c", script, "sh")
        yield from _run(Deployment(bot, slack, "sqlite"))


@contextmanager
def run_with_own_hosts(folder: Path) -> Iterator[Deployment]:
    """Run the bot with a hosts file of its own, ``hosts`` in *folder*, and no name server."""
    with run_faulty_slack() as slack:
        slack.api_url = slack.api_url.replace("127.0.0.1", "localhost")
        (folder / "hosts").write_text("127.0.0.1 localhost\n", encoding="ascii")
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="ascii")
        script = (
            'mount --bind "$PWD/hosts" /etc/hosts && mount --bind "$PWD/resolv.conf"'
            ' /etc/resolv.conf && "$1" -m bot team apply teams.toml && exec "$@"'
        )
        bot = BotProcess(folder, slack.api_url, launcher=(*_OWN_MOUNTS, "sh", "-c", script, "sh"))
        yield from _run(Deployment(bot, slack, "sqlite"))


@contextmanager
def run_in_socket_mode(folder: Path) -> Iterator[Deployment]:
    """Run the bot on an embedded database, connected to Slack by Socket Mode alone."""
    with run_faulty_slack() as slack, run_socket_slack() as socket:
        slack.socket_url = socket.url
        settings = {"SLACK_APP_TOKEN": "xapp-made-up", "SLACK_SIGNING_SECRET": ""}
        bot = BotProcess(folder, slack.api_url, extra_environment=settings)
        yield from _run(Deployment(bot, slack, "sqlite", socket=socket))


@contextmanager
def run_web_alone(folder: Path) -> Iterator[Deployment]:
    """Run the receiving process on PostgreSQL, and no worker."""
    with run_on_postgresql(folder, TEST_MODE="", TEST_CLOCK="") as deployment:
        yield deployment


@contextmanager
def run_on_postgresql(folder: Path, **environment: str) -> Iterator[Deployment]:
    """Run the bot on a PostgreSQL server that no other deployment uses."""
    server = PostgresServer()
    server.start()
    try:
        url = server.database_url(server.create_database(server.migrate_template()))
        with run_faulty_slack() as slack:
            bot = BotProcess(
                folder, slack.api_url, extra_environment={"DATABASE_URL": url} | environment
            )
            yield from _run(Deployment(bot, slack, url, server=server, has_worker=not environment))
    finally:
        server.stop()
        server.delete_files()


@contextmanager
def run_with_own_clock(folder: Path) -> Iterator[Deployment]:
    """Run the bot with a wall clock of its own, set by the file ``clock`` in *folder*.

    The process reads the file once in a second: to do it whenever it reads the clock took most of
    its time.
    """
    (folder / CLOCK_FILE).write_text("+0", encoding="ascii")
    environment = {
        "LD_PRELOAD": str(needs.find_faketime()),
        "FAKETIME_TIMESTAMP_FILE": str(folder / CLOCK_FILE),
        "FAKETIME_CACHE_DURATION": "0",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with run_faulty_slack() as slack:
        bot = BotProcess(folder, slack.api_url, extra_environment=environment)
        yield from _run(Deployment(bot, slack, "sqlite"))


def _run(deployment: Deployment) -> Iterator[Deployment]:
    deployment.start()
    try:
        yield deployment
    finally:
        deployment.bot.kill()


ENVIRONMENTS: dict[str, Callable[[Path], AbstractContextManager[Deployment]]] = {
    "sqlite": run_on_sqlite,
    "small_disk": run_on_small_disk,
    "own_hosts": run_with_own_hosts,
    "socket_mode": run_in_socket_mode,
    "own_clock": run_with_own_clock,
    "web_alone": run_web_alone,
    "postgresql": run_on_postgresql,
}
