"""A throw-away PostgreSQL server, reached by a socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg

from tests import needs

_OWNER = "postgres"
_SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c unix_socket_directories="
)


class Cluster:
    """A server with nothing in it, for one run of the tests.

    It listens on no network address. Nothing it holds survives a power cut, which makes it
    fast. PostgreSQL refuses to run as root, so for root it runs as the user Debian made.
    """

    def __init__(self) -> None:
        """Make an empty cluster; :class:`RuntimeError` where PostgreSQL is not installed."""
        programs = needs.postgresql()
        if programs is None:
            raise RuntimeError(needs.advice(["postgresql"]))
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="attune-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, _OWNER)
        self._run("initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", f"--username={_OWNER}")

    def start(self) -> None:
        """Take connections."""
        settings = f"{_SETTINGS}'{self._folder}'"
        self._run("pg_ctl", "--wait", f"--log={self._folder / 'log'}", "-o", settings, "start")

    def stop(self) -> None:
        """Drop every connection at once, as a crash would; what was committed stays."""
        self._run("pg_ctl", "--mode=immediate", "stop")

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh_database(self) -> str:
        """Create an empty database; gives its name, which is new each time."""
        name = f"attune_{uuid4().hex}"
        with psycopg.connect(self._address(_OWNER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        return name

    def url(self, database: str) -> str:
        """Where the bot finds *database*, as `DATABASE_URL`."""
        return f"postgresql+psycopg://{_OWNER}@/{database}?host={self._folder}"

    def _address(self, database: str) -> str:
        return f"host={self._folder} dbname={database} user={_OWNER}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _OWNER, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)
