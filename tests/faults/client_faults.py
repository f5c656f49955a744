"""Faults of clients: what anybody on the network can send without a secret."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread

from tests.faults.deployment import Deployment
from tests.faults.fault import Fault

HALF_SENT_COUNT = 1100
_HALF_BODY = (
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\npayload="
)
_HEADER_START = b"GET /slack/events HTTP/1.1\r\nHost: bot\r\nX-Long: "
_HEADER_BYTES = 100 * 1024 * 1024


@contextmanager
def send_half_bodies(deployment: Deployment) -> Iterator[None]:
    """Open 1,100 connections that each send the start of a body and then nothing."""
    _raise_file_limit(HALF_SENT_COUNT + 200)
    with ExitStack() as connections:
        for _ in range(HALF_SENT_COUNT):
            with suppress(OSError):
                connection = connections.enter_context(_connect(deployment))
                connection.sendall(_HALF_BODY)
        yield


@contextmanager
def send_long_header(deployment: Deployment) -> Iterator[None]:
    """Send a header of 100 MiB until the bot closes the connection."""
    with _connect(deployment) as connection:
        chunk = b"x" * 65536
        with suppress(OSError):
            connection.sendall(_HEADER_START)
            for _ in range(_HEADER_BYTES // len(chunk)):
                connection.sendall(chunk)
        yield


@contextmanager
def send_garbage(deployment: Deployment) -> Iterator[None]:
    """Send random bytes over and over on new connections."""
    is_over = Event()

    def send_until_over() -> None:
        while not is_over.is_set():
            with suppress(OSError), _connect(deployment) as connection:
                connection.sendall(os.urandom(4096))
                connection.recv(4096)

    thread = Thread(target=send_until_over)
    thread.start()
    yield
    is_over.set()
    thread.join()


def _connect(deployment: Deployment) -> socket.socket:
    return socket.create_connection(("127.0.0.1", deployment.bot.port), timeout=5)


def _raise_file_limit(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))


FAULTS = (
    Fault("1,100 half-sent bodies", "sqlite", send_half_bodies, 20, 2),
    Fault("a header of 100 MiB", "sqlite", send_long_header, 20, 2),
    Fault("random bytes", "sqlite", send_garbage, 20, 2),
)
