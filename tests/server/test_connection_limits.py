"""Clients that send requests without end neither stop the bot nor fill its memory."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from bot.server.connection_limits import (
    MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_PIPELINED_REQUESTS,
)
from tests.journeys.botprocess import BotProcess
from tests.journeys.stdlib_slack import StdlibFakeSlack
from tests.server.stopping_bot import open_half_request, run_bot

MAX_GROWTH_BYTES = 20 * 1024 * 1024
HALF_BODY_COUNT = 1_100
HUGE_HEADER_BYTES = 100 * 1024 * 1024


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """One process for all floods, after a first command has loaded everything."""
    with run_bot(tmp_path_factory.mktemp("bot")) as (process, _slack):
        for number in range(20):
            answer_command(process, f"warm.{number}")
        yield process


def answer_command(bot: BotProcess, trigger: str) -> bool:
    """Send a slash command as Slack does; return whether it was answered."""
    user = StdlibFakeSlack(bot.api_url, bot_url=bot.base_url)
    return bool(user.send_command("U0CLIN01", "/rupture", "help", trigger))


def read_memory(bot: BotProcess) -> int:
    """Return the process's resident memory in bytes."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="ascii")
    return 1024 * next(
        int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")
    )


def connect(bot: BotProcess) -> socket.socket:
    """Open a connection to the bot."""
    return socket.create_connection(("127.0.0.1", bot.port), timeout=30)


def read_until_closed(connection: socket.socket) -> bytes:
    """Return everything that the bot sends until it closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while data := connection.recv(65536):
            received += data
    return received


def send_all(connection: socket.socket, data: bytes) -> None:
    """Send as much of *data* as the bot accepts."""
    with suppress(ConnectionError, TimeoutError):
        connection.sendall(data)


@pytest.mark.parametrize("body_bytes", [12, 60_000], ids=["short", "long"])
def test_half_sent_bodies_neither_stop_commands_nor_fill_the_memory(
    bot: BotProcess, body_bytes: int
) -> None:
    """Slack is served, and little memory used, while 1,100 clients send half of a body."""
    before = read_memory(bot)
    with ExitStack() as connections:
        for number in range(HALF_BODY_COUNT):
            half = open_half_request(bot.port, content_length=1_000_000)
            connections.enter_context(half)
            send_all(half, b"x" * body_bytes)
            if number % 100 == 0:
                assert answer_command(bot, f"half.{body_bytes}.{number}")
        growth = read_memory(bot) - before
        is_answered = answer_command(bot, f"half.{body_bytes}.end")
    print(f"{HALF_BODY_COUNT} bodies of {body_bytes} bytes: {growth / 2**20:.1f} MB")  # noqa: T201 - the figure is the result

    assert is_answered
    assert growth < MAX_GROWTH_BYTES


def test_half_sent_headers_neither_stop_commands_nor_fill_the_memory(bot: BotProcess) -> None:
    """The same holds for 1,100 headers that nearly reach the limit and do not end."""
    before = read_memory(bot)
    with ExitStack() as connections:
        for _ in range(HALF_BODY_COUNT):
            connection = connections.enter_context(connect(bot))
            send_all(connection, b"GET / HTTP/1.1\r\nA: " + b"x" * (MAX_HEADER_BYTES - 100))
        growth = read_memory(bot) - before
        is_answered = answer_command(bot, "half.headers")
    print(f"{HALF_BODY_COUNT} headers: {growth / 2**20:.1f} MB")  # noqa: T201 - the figure is the result

    assert is_answered
    assert growth < MAX_GROWTH_BYTES


FLOODS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a header": lambda: _flood(b"GET /healthz HTTP/1.1\r\nX-Long: ", b"x"),
    "a path": lambda: _flood(b"GET /", b"x"),
    "headers": lambda: _flood(b"GET /healthz HTTP/1.1\r\n", b"a: b\r\n"),
    "empty lines": lambda: _flood(b"", b"\r\n"),
    "a trailer": lambda: _flood(
        b"POST /slack/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: ", b"x"
    ),
    "chunk extensions": lambda: _flood(
        b"POST /slack/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"
    ),
    "pipelined requests": lambda: _flood(b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
    "an unsigned body": lambda: _flood(
        b"POST /slack/events HTTP/1.1\r\nContent-Length: 200000000\r\n\r\n", b"x"
    ),
}


def _flood(start: bytes, repeated: bytes) -> Iterator[bytes]:
    chunk = repeated * (65536 // len(repeated))
    yield start
    for _ in range(HUGE_HEADER_BYTES // len(chunk)):
        yield chunk


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_flood_of_100_megabytes_fills_no_memory(
    bot: BotProcess, flood: Callable[[], Iterator[bytes]]
) -> None:
    """The bot ends a request without end, and answers a command during it."""
    before, deadline = read_memory(bot), time.monotonic() + 60
    with connect(bot) as connection:
        connection.settimeout(5)
        growth = 0
        with suppress(ConnectionError, TimeoutError):
            for number, chunk in enumerate(flood()):
                connection.sendall(chunk)
                if number % 100 == 0:
                    growth = max(growth, read_memory(bot) - before)
                assert time.monotonic() < deadline
        is_answered = answer_command(bot, f"flood.{before}.{time.monotonic()}")
    print(f"100 MB: {max(growth, read_memory(bot) - before) / 2**20:.1f} MB")  # noqa: T201 - the figure is the result

    assert is_answered
    assert max(growth, read_memory(bot) - before) < MAX_GROWTH_BYTES


def test_request_that_stays_incomplete_is_closed(bot: BotProcess) -> None:
    """A client that sends its header byte by byte does not get more time for each byte."""
    with connect(bot) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        with suppress(ConnectionError):
            while True:
                connection.sendall(b"a: b\r\n")
                time.sleep(0.5)

        assert read_until_closed(connection) == b""


def test_too_many_headers_are_refused(bot: BotProcess) -> None:
    """A complete request with one header too many gets 400."""
    headers = b"".join(b"a%d: b\r\n" % number for number in range(MAX_HEADERS + 1))
    with connect(bot) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + headers + b"\r\n")

        assert read_until_closed(connection).startswith(b"HTTP/1.1 400 ")


def test_headers_that_arrive_in_one_piece_are_measured(bot: BotProcess) -> None:
    """A complete header over the limit gets 400, however few packets it took."""
    with connect(bot) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\na: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n")

        assert read_until_closed(connection).startswith(b"HTTP/1.1 400 ")


def test_ordinary_requests_share_a_connection(bot: BotProcess) -> None:
    """The limits are those of one request, and not of the connection."""
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 8000 + b"\r\n\r\n"
    with connect(bot) as connection:
        for _ in range(MAX_PIPELINED_REQUESTS):
            connection.sendall(request)
            response = b""
            while not response.endswith(b"}"):
                response += connection.recv(65536)
            assert response.startswith(b"HTTP/1.1 200 ")


def test_idle_connections_give_way(bot: BotProcess) -> None:
    """A client that holds all connections open does not keep others out."""
    with ExitStack() as connections:
        for _ in range(MAX_CONNECTIONS + 50):
            connections.enter_context(connect(bot))

        assert answer_command(bot, "idle")
