import asyncio
from collections.abc import Iterator
from itertools import repeat
from typing import cast

import pytest
from starlette.types import ASGIApp

from tests.bench import load
from tests.bench.floors import FLOOR_NAMES, build_floor
from tests.bench.in_process import time_request
from tests.bench.load import RefusedRequestError
from tests.bench.slack_process import run_fake_slack
from tests.bench.targets import Target, run_floor
from tests.chat.slack import payloads

UNREACHABLE_API = "http://127.0.0.1:9/api/"
"""The address of an API that no request needs."""


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    """The API of a fake Slack, to which Bolt shows its token before the first answer."""
    with run_fake_slack(1000.0) as url:
        yield url


@pytest.fixture(scope="module")
def raw_floor() -> Iterator[Target]:
    """The process of the floor without a library."""
    with run_floor("raw", UNREACHABLE_API) as target:
        yield target


@pytest.mark.parametrize("name", FLOOR_NAMES)
async def test_floor_acknowledges_both_requests(name: str, api_url: str) -> None:
    """Each floor answers 200 to the command and to the submission that the bot gets."""
    floor = cast("ASGIApp", build_floor(name, api_url))
    for payload in (load.build_tip("U1"), load.build_debrief("U1")):
        body, content_type = payloads.encode_payload(payload)
        headers = payloads.sign_headers(body, content_type)

        assert await time_request(floor, "/slack/events", body, headers) > 0


@pytest.mark.parametrize("name", FLOOR_NAMES)
async def test_floor_checks_the_signature(name: str) -> None:
    """No floor saves the cost of the check: a request with another signature is refused."""
    body, content_type = payloads.encode_payload(load.build_tip("U1"))
    headers = payloads.sign_headers(b"another body", content_type)
    floor = cast("ASGIApp", build_floor(name, UNREACHABLE_API))

    with pytest.raises(Exception, match="401"):
        await time_request(floor, "/slack/events", body, headers)


async def test_requests_at_a_rate_are_all_timed(raw_floor: Target) -> None:
    """Each request at a rate has a latency, and none is left out."""
    durations = await load.send_at_rate(raw_floor.port, repeat(load.build_tip("U1")), 7, 500.0)

    assert len(durations) == 7
    assert min(durations) > 0


async def test_saturated_turn_costs_the_target_cpu_time(raw_floor: Target) -> None:
    """A saturated turn counts its answers, and the target's CPU time grows with them."""
    cpu_before = raw_floor.read_cpu_seconds()
    saturation = await load.saturate(raw_floor.port, repeat(load.build_tip("U1")), 0.02)

    assert saturation.answer_count >= 10
    assert raw_floor.read_cpu_seconds() > cpu_before


async def test_refused_request_is_no_answer(raw_floor: Target) -> None:
    """A status other than 200 ends the measurement: a refusal is quicker than any answer."""
    request = load.encode_request(load.build_tip("U1")).replace(b"v0=", b"v0=0")
    pool = load.ConnectionPool(raw_floor.port)

    with pytest.raises(RefusedRequestError, match="401"):
        await pool.time_request(request)
    pool.close()


async def test_ended_target_is_an_error() -> None:
    """A target that closes the connection without an answer raises an error at once."""

    async def close_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close_at_once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        connection = await load.Connection.connect(port)
        with pytest.raises(ConnectionResetError):
            await connection.send(load.encode_request(load.build_tip("U1")))
        connection.close()


def test_retry_is_the_same_request_with_slacks_headers() -> None:
    """A repetition has the same body as the first request, and the headers of Slack's retries."""
    payload = load.build_debrief("U1")
    first, retry = load.encode_request(payload), load.encode_request(payload, retry_number=1)

    assert first.partition(b"\r\n\r\n")[2] == retry.partition(b"\r\n\r\n")[2]
    assert b"x-slack-retry-num: 1\r\n" in retry
    assert b"retry" not in first
