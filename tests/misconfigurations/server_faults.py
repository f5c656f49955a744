"""Faults of a PostgreSQL server: prepared on the tests' own server, or played by a socket."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

import psycopg

from tests.misconfigurations.operator import DATABASE_PASSWORD

ROLE = "attune_canary_role"

ServerPreparation = Callable[[str], str]
"""Changes the server of a URL, and returns the URL that the operator configures."""


def name_unknown_role(url: str) -> str:
    """Return the URL with a role that the server does not have."""
    return replace_role(url, "canary_nobody")


def name_missing_database(url: str) -> str:
    """Return the URL with a database that the server does not have."""
    return url.replace(urlsplit(url).path, "/canary_missing")


def name_missing_socket(url: str) -> str:
    """Return the URL of a folder in which no server listens."""
    return f"{url.partition('?')[0]}?host=/nonexistent"


def refuse_connections(url: str) -> str:
    """Return the URL of a loopback port at which nothing listens."""
    return f"postgresql://attune:{DATABASE_PASSWORD}@127.0.0.1:9{urlsplit(url).path}"


def name_unknown_option(url: str) -> str:
    """Return the URL with an option that the driver does not know."""
    return f"{url}&canary=1"


def name_malformed_option(url: str) -> str:
    """Return the URL with a TLS mode that the driver does not know."""
    return f"{url}&sslmode=canary"


def take_create_privilege(url: str) -> str:
    """Return the URL of a role without CREATE on the schema, the default of PostgreSQL 15."""
    execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    return replace_role(url, ROLE)


def take_schema(url: str) -> str:
    """Return the URL of a role that may not even use the schema."""
    execute(url, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    return replace_role(url, ROLE)


def limit_connections(url: str) -> str:
    """Return the URL of a database that accepts no connection of the role."""
    execute(url, f"ALTER DATABASE {urlsplit(url).path.strip('/')} CONNECTION LIMIT 0")
    return replace_role(url, ROLE)


def make_read_only(url: str) -> str:
    """Return the URL of a database whose transactions are read-only, as on a replica."""
    database = urlsplit(url).path.strip("/")
    execute(url, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    return url


def create_newer_schema(url: str) -> str:
    """Return the URL of a database with the revision of a newer release."""
    _create_revision(url, "9001")
    return url


def create_foreign_schema(url: str) -> str:
    """Return the URL of a database with a revision of another program."""
    _create_revision(url, "ae1027a6acf")
    return url


def _create_revision(url: str, revision: str) -> None:
    execute(url, "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
    execute(url, f"INSERT INTO alembic_version VALUES ('{revision}')")  # noqa: S608 - fixed values


def replace_role(url: str, role: str) -> str:
    """Return *url* with another role."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{role}@{rest.partition('@')[2]}"


def execute(url: str, statement: str) -> None:
    """Execute a statement on the server, as the owner of the database."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def run_server_without_tls() -> Iterator[str]:
    """Run a server that refuses encryption, and yield the URL of one who requires it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_refuse_encryption, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        yield f"postgresql://u:{DATABASE_PASSWORD}@127.0.0.1:{port}/d?sslmode=require"


def _refuse_encryption(listener: socket.socket) -> None:
    """Answer the first message of every connection, its request for TLS, with a refusal."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(8)
            connection.sendall(b"N")


UNREACHED = "names a PostgreSQL server that does not answer"

SERVER_FAULTS: tuple[tuple[ServerPreparation, str], ...] = (
    (name_unknown_role, "Compare both with the server's"),
    (name_missing_database, "Create it with `createdb`"),
    (name_missing_socket, UNREACHED),
    (refuse_connections, UNREACHED),
    (name_unknown_option, "has an option, a port or a form"),
    (name_malformed_option, "has an option, a port or a form"),
    (take_create_privilege, "GRANT USAGE, CREATE ON SCHEMA public TO"),
    (take_schema, "GRANT USAGE, CREATE ON SCHEMA public TO"),
    (limit_connections, "has no connection left"),
    (create_newer_schema, "of a newer Attune than this one"),
    (create_foreign_schema, "a database of another program"),
)

AWAITED = frozenset(
    {
        name_missing_socket,
        refuse_connections,
        limit_connections,
        take_create_privilege,
        take_schema,
    }
)
"""Faults during which `web` and `worker` start, and wait for the server or the migration."""
