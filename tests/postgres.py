"""A temporary PostgreSQL server on a Unix socket in a directory of its own."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg

from tests import needs
from tests.key_folders import open_test_store
from tests.memory_folder import find_memory_folder
from tests.postgres_cluster import copy_cluster

_SUPERUSER = "postgres"

ALL_ROWS = "-c attune.workspaces={*}"
"""Connection options of a test that reads the rows of all workspaces as the bot's role."""

_BOT_ROLE = "attune_bot"
"""The bot's role: it owns its database and passes no policy, unlike a superuser."""

_LOCAL_OPTIONS = "-c listen_addresses='' -c unix_socket_directories="

_QUICK_OPTIONS = "-c fsync=off -c autovacuum=off"
"""Without autovacuum the server's log contains what the bot writes alone, at any moment."""

_SEGMENT_BYTES = 16 * 1024 * 1024
"""Length of a segment of the write-ahead log, of which 256 have one number in the middle."""

_FIRST_VERSION_WITH_STRATEGY = 150_000


class PostgresServer:
    """An empty server for one test run.

    It listens on no network address. Durability is off (no fsync), which makes it fast, unless
    *is_durable*. PostgreSQL refuses to run as root, so for root it runs as the user that Debian
    created.
    """

    def __init__(
        self, folder: Path | None = None, *, is_durable: bool = False, is_copied: bool = True
    ) -> None:
        """Create an empty cluster in *folder*, in memory by default.

        In a parallel run it is a copy, unless it has a folder or is not to be one. Raises
        :class:`RuntimeError` without PostgreSQL.
        """
        bin_folder = needs.find_postgresql()
        if bin_folder is None:
            raise RuntimeError(needs.installation_advice(["postgresql"]))
        self._bin_folder = bin_folder
        self._data_folder = Path(
            tempfile.mkdtemp(prefix="attune-pg-", dir=folder or find_memory_folder())
        )
        self._options = "" if is_durable else _QUICK_OPTIONS
        self._administration: psycopg.Connection | None = None
        if os.geteuid() == 0:
            shutil.chown(self._data_folder, _SUPERUSER)
        self._template = ""
        if is_copied and folder is None and not is_durable:
            self._template = copy_cluster(self._data_folder, _build_cluster)
        self._has_bot_role = bool(self._template)
        if not self._template:
            self._run_program(
                "initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", f"--username={_SUPERUSER}"
            )

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        settings = f"{self._options} {_LOCAL_OPTIONS}'{self._data_folder}'"
        self._run_program(
            "pg_ctl", "--wait", f"--log={self._data_folder / 'log'}", "-o", settings, "start"
        )
        if not self._has_bot_role:
            self._execute(f"CREATE ROLE {_BOT_ROLE} LOGIN CREATEROLE")
            self._has_bot_role = True

    def stop(self, *, is_orderly: bool = False) -> None:
        """Stop the server at once and drop every connection, as a crash would; commits survive.

        An orderly stop writes all pages, so that a start recovers nothing.
        """
        if self._administration is not None:
            self._administration.close()
            self._administration = None
        self._run_program("pg_ctl", f"--mode={'fast' if is_orderly else 'immediate'}", "stop")

    def move_files(self, folder: Path) -> None:
        """Move the files of a stopped server to *folder*, for copies of its cluster."""
        self._data_folder.rename(folder)

    def set_read_only(self, *, is_read_only: bool) -> None:
        """Let every session refuse writes, or accept them again."""
        self._execute(f"ALTER SYSTEM SET default_transaction_read_only = {is_read_only}")
        self._execute("SELECT pg_reload_conf()")

    def delete_files(self) -> None:
        """Delete the cluster."""
        shutil.rmtree(self._data_folder, ignore_errors=True)

    def create_database(self, template: str = "template0") -> str:
        """Create a database with a unique name, by default an empty one, and return the name.

        It is a copy of the database *template*, to which nothing may be connected.
        """
        name = f"attune_{uuid4().hex}"
        self._execute(
            f"CREATE DATABASE {name} OWNER {_BOT_ROLE} TEMPLATE {template}{self._strategy}"
        )
        return name

    def migrate_template(self) -> str:
        """Return the name of a migrated database without rows, created by the first call.

        To copy it takes a tenth of the time of a migration.
        """
        if not self._template:
            self._template = self.create_database()
            store = open_test_store(self.database_url(self._template), (b"nothing is encrypted",))
            store.migrate()
            store.close_sync()
        return self._template

    def drop_database(self, name: str) -> None:
        """Drop the database *name* and its connections."""
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def database_url(self, database: str) -> str:
        """Return the URL of *database* for the bot's role, as for `DATABASE_URL`."""
        return f"postgresql+psycopg://{_BOT_ROLE}@/{database}?host={self._data_folder}"

    def superuser_url(self, database: str) -> str:
        """Return the URL of *database* for the superuser, whom no policy concerns."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self._data_folder}"

    def dump_wal(self, start: str, end: str) -> str:
        """Return the write-ahead log between two positions, as PostgreSQL's own tool prints it."""
        folder = str(self._data_folder / "data" / "pg_wal")
        # It reads the length of segments from any file, unless two are named: from an unused one.
        first, last = (_parse_position(start), _parse_position(end) - 1)
        segments = [_segment_name(position // _SEGMENT_BYTES) for position in (first, last)]
        options = ("--path", folder, "--start", start, "--end", end)
        return self._run_tool("pg_waldump", *options, *segments)

    def read_wal(self, start: str, end: str) -> bytes:
        """Return the bytes of the write-ahead log between two positions, from its segments."""
        folder = self._data_folder / "data" / "pg_wal"
        position, last = (_parse_position(position) for position in (start, end))
        parts = []
        while position < last:
            number, offset = divmod(position, _SEGMENT_BYTES)
            size = min(last - position, _SEGMENT_BYTES - offset)
            with (folder / _segment_name(number)).open("rb") as segment:
                segment.seek(offset)
                parts.append(segment.read(size))
            position += size
        return b"".join(parts)

    def _run_tool(self, program: str, *arguments: str) -> str:
        completed = subprocess.run(
            [str(self._bin_folder / program), *arguments],
            check=True,
            capture_output=True,
            text=True,
            cwd=self._data_folder,
        )
        return completed.stdout

    @property
    def _strategy(self) -> str:
        """The option of ``CREATE DATABASE`` that copies files, by far the fastest without fsync."""
        has_option = self._connect().info.server_version >= _FIRST_VERSION_WITH_STRATEGY
        return " STRATEGY file_copy" if has_option else ""

    def _execute(self, statement: str) -> None:
        self._connect().execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        """Return the superuser's connection, which is open until the server stops."""
        if self._administration is None:
            self._administration = psycopg.connect(
                self._connection_string(_SUPERUSER),
                autocommit=True,
                options="-c default_transaction_read_only=off",
            )
        return self._administration

    def _connection_string(self, database: str) -> str:
        return f"host={self._data_folder} dbname={database} user={_SUPERUSER}"

    def _run_program(self, program: str, *arguments: str) -> None:
        command = [
            str(self._bin_folder / program),
            "-D",
            str(self._data_folder / "data"),
            *arguments,
        ]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _SUPERUSER, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._data_folder)


def _build_cluster(folder: Path) -> str:
    """Create a stopped cluster with a migrated database, and return the name of that."""
    server = PostgresServer(is_copied=False)
    server.start()
    name = server.migrate_template()
    server.stop(is_orderly=True)
    server.move_files(folder)
    return name


def _segment_name(number: int) -> str:
    return f"00000001{number // 256:08X}{number % 256:08X}"


def _parse_position(position: str) -> int:
    high, low = position.split("/")
    return (int(high, 16) << 32) + int(low, 16)
