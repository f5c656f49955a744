import pytest

from bot.chat.slack.outbound.api_client import ApiClient, ResponseUrlError
from tests.chat.slack.testbed import AdapterBench
from tests.chat.slack.web_api import FakeWebApi, PlannedAnswer


async def token(workspace: str) -> str:
    """Give a token that names its workspace."""
    return f"xoxb-{workspace}"


async def test_every_client_shares_one_session_and_never_retries(api: FakeWebApi) -> None:
    """slack_sdk's default would open a session a call, and post twice when an answer is lost."""
    line = ApiClient(api.url, token)
    clients = [await line.get_client("T1"), await line.get_client("T2")]

    assert clients[0].session is clients[1].session
    assert [one.retry_handlers for one in clients] == [[], []]
    assert [one.token for one in clients] == ["xoxb-T1", "xoxb-T2"]
    await line.close()


async def test_bolts_own_client_is_no_exception(bench: AdapterBench) -> None:
    """Bolt builds a client for each request from its own, which has our session and no retries."""
    client = bench.adapter.app.client

    assert client.retry_handlers == []
    assert client.session is bench.adapter._api_client.get_session()
    assert client.base_url == bench.api.url


async def test_a_proxy_never_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's proxy is used for Slack, and not for a Web API on loopback."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert ApiClient("http://127.0.0.1:1/api/", token).create_client().proxy is None
    assert (
        ApiClient("https://slack.com/api/", token).create_client().proxy
        == "http://proxy.example:3128"
    )


async def test_a_private_answer_that_is_refused_is_raised(api: FakeWebApi) -> None:
    """A response address that is used up raises its status, and nothing of the body."""
    line = ApiClient(api.url, token)
    await line.post_ephemeral(api.response_url, {"text": "Hello"})
    api.planned_answers["response_url"] = PlannedAnswer("used_url", 404)

    with pytest.raises(ResponseUrlError) as refused:
        await line.post_ephemeral(api.response_url, {"text": "Hello"})

    assert refused.value.status == 404
    await line.close()


async def test_a_line_that_was_closed_opens_again(api: FakeWebApi) -> None:
    """A session that was closed is replaced at the next call; closing twice does no harm."""
    line = ApiClient(api.url, token)
    await line.close()
    first = line.get_session()
    await line.close()

    assert line.get_session() is not first
    await line.close()
