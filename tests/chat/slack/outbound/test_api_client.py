import asyncio
from itertools import count

import pytest

from bot.chat.slack.outbound.api_client import MAX_CLIENTS, ApiClient, ResponseUrlError
from tests.chat.slack.testbed import AdapterBench
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer

CALL_COUNT = 250
"""Workspaces to which one worker sends at once."""


async def get_token(workspace: str) -> str:
    """Return a token that contains its workspace."""
    return f"xoxb-{workspace}"


async def test_clients_share_session_without_retries(api: FakeWebApi) -> None:
    """slack_sdk's defaults would open a session per call, and post twice after a lost response."""
    api_client = ApiClient(api.url, get_token)
    clients = [await api_client.get_client("T1"), await api_client.get_client("T2")]

    assert clients[0].session is clients[1].session
    assert [client.retry_handlers for client in clients] == [[], []]
    assert [client.token for client in clients] == ["xoxb-T1", "xoxb-T2"]
    await api_client.close()


async def test_bolt_client_shares_session_without_retries(bench: AdapterBench) -> None:
    """Bolt builds its clients from its own, which has our session and no retry handlers."""
    client = bench.adapter.app.client

    assert client.retry_handlers == []
    assert client.session is bench.adapter._api_client.get_session()
    assert client.base_url == bench.api.url


async def test_proxy_is_not_used_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's proxy is used for Slack, but not for a Web API on loopback."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert ApiClient("http://127.0.0.1:1/api/", get_token).create_client().proxy is None
    assert (
        ApiClient("https://slack.com/api/", get_token).create_client().proxy
        == "http://proxy.example:3128"
    )


async def test_refused_ephemeral_message_raises(api: FakeWebApi) -> None:
    """A refused ephemeral message raises an error with its status, and none of the body."""
    api_client = ApiClient(api.url, get_token)
    await api_client.post_ephemeral(api.response_url, {"text": "Hello"})
    api.planned_answers["response_url"] = PlannedAnswer("used_url", 404)

    with pytest.raises(ResponseUrlError) as raised:
        await api_client.post_ephemeral(api.response_url, {"text": "Hello"})

    assert raised.value.status == 404
    await api_client.close()


async def test_closed_session_is_replaced(api: FakeWebApi) -> None:
    """A closed session is replaced at the next call; closing twice is allowed."""
    api_client = ApiClient(api.url, get_token)
    await api_client.close()
    first = api_client.get_session()
    await api_client.close()

    assert api_client.get_session() is not first
    await api_client.close()


async def test_each_workspace_has_a_client_of_its_own(api: FakeWebApi) -> None:
    """A client is reused by its workspace alone, and the least recently used one is dropped."""
    api_client = ApiClient(api.url, get_token)
    first, other = await api_client.get_client("T1"), await api_client.get_client("T2")
    again = await api_client.get_client("T1")
    for number in range(MAX_CLIENTS):
        await api_client.get_client(f"T9{number}")

    assert again is first
    assert other is not first
    assert await api_client.get_client("T1") is not first
    await api_client.close()


async def test_no_call_waits_for_those_that_hang() -> None:
    """Of 250 calls at once the server answers none before it has received all of them."""
    received, all_received = count(1), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if next(received) == CALL_COUNT:
            all_received.set()
        await all_received.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=CALL_COUNT)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    api_client = ApiClient(url, get_token)

    await asyncio.gather(*(api_client.post_ephemeral(url, {}) for _ in range(CALL_COUNT)))

    await api_client.close()
    server.close()
