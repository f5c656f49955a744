import pytest

from bot.chat.slack.outbound.api_client import Line, ResponseUrlError
from tests.chat.slack.testbed import Bench
from tests.chat.slack.web_api import Answer, WebApi


async def token(workspace: str) -> str:
    """Give a token that names its workspace."""
    return f"xoxb-{workspace}"


async def test_every_client_shares_one_session_and_never_retries(api: WebApi) -> None:
    """slack_sdk's default would open a session a call, and post twice when an answer is lost."""
    line = Line(api.url, token)
    clients = [await line.client("T1"), await line.client("T2")]

    assert clients[0].session is clients[1].session
    assert [one.retry_handlers for one in clients] == [[], []]
    assert [one.token for one in clients] == ["xoxb-T1", "xoxb-T2"]
    await line.close()


async def test_bolts_own_client_is_no_exception(bench: Bench) -> None:
    """Bolt builds a client for each request from its own, which has our session and no retries."""
    client = bench.room.app.client

    assert client.retry_handlers == []
    assert client.session is bench.room._line.session()
    assert client.base_url == bench.api.url


async def test_a_proxy_never_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's proxy is used for Slack, and not for a Web API on loopback."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert Line("http://127.0.0.1:1/api/", token).bare().proxy is None
    assert Line("https://slack.com/api/", token).bare().proxy == "http://proxy.example:3128"


async def test_a_private_answer_that_is_refused_is_raised(api: WebApi) -> None:
    """A response address that is used up raises its status, and nothing of the body."""
    line = Line(api.url, token)
    await line.answer(api.response_url, {"text": "Hello"})
    api.told["response_url"] = Answer("used_url", 404)

    with pytest.raises(ResponseUrlError) as refused:
        await line.answer(api.response_url, {"text": "Hello"})

    assert refused.value.status == 404
    await line.close()


async def test_a_line_that_was_closed_opens_again(api: WebApi) -> None:
    """A session that was closed is replaced at the next call; closing twice does no harm."""
    line = Line(api.url, token)
    await line.close()
    first = line.session()
    await line.close()

    assert line.session() is not first
    await line.close()
